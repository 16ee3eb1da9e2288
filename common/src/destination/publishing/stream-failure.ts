// Which errors fail one stream and not the run.
import type { ErrorCode } from '../../protocol/codes/error-codes.ts';
import { ConnectorError } from '../../protocol/errors.ts';

/** Errors about one stream, which do not affect the others. */
const failAlone: ReadonlySet<ErrorCode> = new Set([
  'REPLACEMENT_REFUSED',
  'S3_OBJECT_CONFLICT',
  'BUCKET_DOCUMENT_INVALID',
]);

/** Call it only for an error of work that was done for a single stream. */
export function failsAlone(error: unknown): error is ConnectorError {
  return error instanceof ConnectorError && failAlone.has(error.code);
}

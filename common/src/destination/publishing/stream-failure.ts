// Which errors fail one stream and not the run.
import type { ErrorCode } from '../../protocol/codes/error-codes.ts';
import { ConnectorError } from '../../protocol/errors.ts';

/** Each is about one stream and has no meaning for the others. */
const failAlone: ReadonlySet<ErrorCode> = new Set([
  'REPLACEMENT_REFUSED',
  'S3_OBJECT_CONFLICT',
  'BUCKET_DOCUMENT_INVALID',
]);

/** For an error of work that is done for one stream alone. */
export function failsAlone(error: unknown): error is ConnectorError {
  return error instanceof ConnectorError && failAlone.has(error.code);
}

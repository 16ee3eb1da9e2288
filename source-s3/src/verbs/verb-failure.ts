// Whether a failure is of one table or file, so that the others can be looked at all the same.
import type { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

/**
 * A bucket that does not answer or a full disk would leave out whatever comes next, and the answer look whole. The system's
 * errors name a call; zlib's, of damaged data, have a number alone.
 */
export function failsVerb({ code, failureType, cause }: ConnectorError): boolean {
  if (code === 'TEMP_FOLDER_UNUSABLE') return true;
  return failureType === 'transient_error' || (cause instanceof Error && 'syscall' in cause);
}

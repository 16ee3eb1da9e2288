// Whether a failure is about one table or file, so that the others can still be inspected.
import type { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

/**
 * A bucket that does not answer, or a full disk, would silently omit everything that comes next, and the answer would look
 * complete. The system's errors name a call; zlib's, for damaged data, only have a number.
 */
export function failsVerb({ code, failureType, cause }: ConnectorError): boolean {
  if (code === 'TEMP_FOLDER_UNUSABLE') return true;
  return failureType === 'transient_error' || (cause instanceof Error && 'syscall' in cause);
}

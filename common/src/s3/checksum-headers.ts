// What protects a body on its way: S3's own checksum headers, until a storage that imitates S3 refuses them. Then it is Content-MD5,
// which S3 knew before and Object Lock takes as well.
import type { Operation } from './address/operation.ts';
import type { S3 } from './connection/client.ts';
import { isExplained } from './errors/error-table.ts';
import { describeFailure, isPassing } from './errors/failure.ts';

export type ChecksumHeaders = 'x-amz-checksum' | 'content-md5';

/**
 * Runs one attempt of an operation, twice if its first answer may be a refusal of the headers. If the second succeeds, all requests of
 * the connection go without them from then on. AWS is never asked twice.
 */
export async function withChecksumHeaders<T>(
  s3: S3,
  operation: Operation,
  attempt: (headers: ChecksumHeaders) => Promise<T>,
): Promise<T> {
  const { support } = s3;
  if (support.refusesChecksums) return await attempt('content-md5');
  try {
    return await attempt('x-amz-checksum');
  } catch (error) {
    if (s3.isAws || !mayBeAboutChecksums(error)) throw error;
    s3.counters[operation].requests += 1;
    const result = await attempt('content-md5');
    note(s3);
    return result;
  }
}

/** Of requests that were under way together only one reports it. */
function note({ support, endpoint, log }: S3): void {
  if (support.refusesChecksums) return;
  support.refusesChecksums = true;
  log('INFO', `${endpoint ?? 'S3'} refuses x-amz-checksum headers, so the rest of this run sends Content-MD5 instead.`);
}

/** A refusal without a reason that says anything else. */
function mayBeAboutChecksums(error: unknown): boolean {
  const failure = describeFailure(error);
  if (failure.kind !== 'answer' || failure.html || isPassing(failure)) return false;
  return failure.status === 501 || (failure.status === 400 && !isExplained(failure.code));
}

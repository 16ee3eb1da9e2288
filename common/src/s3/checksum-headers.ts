// Protects a body in transit with S3's checksum headers. If a storage that imitates S3 refuses them, it uses the older
// Content-MD5, which Object Lock also accepts.
import type { Operation } from './address/operation.ts';
import type { S3 } from './connection/client.ts';
import { isExplained } from './errors/error-table.ts';
import { describeFailure, isPassing } from './errors/failure.ts';

type ChecksumHeaders = 'x-amz-checksum' | 'content-md5';

/**
 * Runs one attempt of an operation, and repeats it if the first answer may refuse the headers. If the second one succeeds, all
 * later requests of the connection omit the headers. It never repeats a request to AWS.
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

/** Only one of several concurrent requests reports it. */
function note({ support, endpoint, log }: S3): void {
  if (support.refusesChecksums) return;
  support.refusesChecksums = true;
  log('INFO', `${endpoint ?? 'S3'} refuses x-amz-checksum headers, so the rest of this run sends Content-MD5 instead.`);
}

/** A refusal that names no other reason. */
function mayBeAboutChecksums(error: unknown): boolean {
  const failure = describeFailure(error);
  if (failure.kind !== 'answer' || failure.html || isPassing(failure)) return false;
  return failure.status === 501 || (failure.status === 400 && !isExplained(failure.code));
}

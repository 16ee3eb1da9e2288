// Sends one request to S3: counts it, retries it, and describes its failure.
import type { S3 } from './connection/client.ts';
import { failureText, mapS3Error } from './errors/errors.ts';
import { countRetry } from './connection/counters.ts';
import { describeFailure, failureCode, patienceMs } from './errors/failure.ts';
import type { RequestTarget } from './address/operation.ts';
import { Patience } from './connection/retry.ts';

/** The caller's part of the target. The connection adds the rest. */
type Request = Omit<RequestTarget, 'bucket' | 'region' | 'endpoint' | 'expectedBucketOwner'>;

/** One attempt. `earlier` counts the failed attempts before it, which may have taken effect. */
type Attempt<T> = (how: { readonly abortSignal?: AbortSignal }, earlier: number) => Promise<T>;

/**
 * Runs `attempt` until it succeeds, for at most the connection's retry budget.
 * @throws ConnectorError by the table in errors/error-table.ts; the signal's reason if it is aborted.
 */
export async function call<T>(s3: S3, request: Request, attempt: Attempt<T>, signal?: AbortSignal): Promise<T> {
  const patience = new Patience(s3.log, s3.clock);
  const begun = s3.clock.elapsed();
  const count = s3.counters[request.operation];
  for (;;) {
    try {
      signal?.throwIfAborted();
      count.requests += 1;
      if (patience.failures > 0) count.retries += 1;
      const result = await attempt(signal === undefined ? {} : { abortSignal: signal }, patience.failures);
      s3.contact.answered = true;
      if (request.operation === 'PutObject') s3.timings.puts.add(s3.clock.elapsed() - begun);
      return result;
    } catch (error) {
      await waitToRetry(s3, request, { error, patience }, signal);
    }
  }
}

/** Waits if `error` can be retried. @throws ConnectorError if it cannot; the signal's reason if it is aborted. */
export async function waitToRetry(
  s3: S3,
  request: Request,
  { error, patience }: { readonly error: unknown; readonly patience: Patience },
  signal: AbortSignal | undefined,
): Promise<void> {
  signal?.throwIfAborted(); // The SDK's AbortError says less than the reason.
  const failure = describeFailure(error);
  if (failure.kind === 'answer' && !failure.html) s3.contact.answered = true;
  const { bucket, region, endpoint, expectedBucketOwner } = s3;
  const target = { ...request, bucket, region, endpoint, expectedBucketOwner, answered: s3.contact.answered };
  const limitMs = patienceMs(failure, target, s3.retryBudgetMs);
  const goOn = limitMs > 0 && (await patience.wait(limitMs, failureText(failure, target), signal));
  if (!goOn) throw mapS3Error(error, target);
  countRetry(s3.timings, failureCode(failure));
}

// Waits between attempts: exponential back-off with full jitter, inside a time budget. `Patience` is one series of failures of one
// request, or of one body that is resumed. After progress, the caller calls `reset`, and the next failure starts a new series.
import type { Log } from '../../protocol/log.ts';
import { sleep, type Clock } from '../../streams/clock.ts';

/** S3 recommends retrying a throttled or failing request for at least this long. */
export const defaultRetryBudgetMs = 10 * 60_000;
const firstDelayMs = 100;
const longestDelayMs = 20_000;
/** One or two failures are normal with S3. From this retry on, the log reports them. */
const retriesUntold = 2;

type Moment = {
  /** Failures in this series, from 1. */
  readonly failures: number;
  /** Since the first of them. */
  readonly elapsedMs: number;
  readonly patienceMs: number;
  /** In [0, 1). */
  readonly random: number;
};

/**
 * The time to wait now, or undefined at the end of the budget. The last wait ends exactly there, so that the full budget is
 * used. Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function nextDelayMs({ failures, elapsedMs, patienceMs, random }: Moment): number | undefined {
  const leftMs = patienceMs - elapsedMs;
  if (leftMs <= 0) return undefined;
  const ceilingMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - 1));
  return Math.min(leftMs, ceilingMs * random);
}

export class Patience {
  readonly #log: Log;
  readonly #clock: Clock;
  #failures = 0;
  #firstAt = 0;

  constructor(log: Log, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** The number of failures in the series. */
  get failures(): number {
    return this.#failures;
  }

  reset(): void {
    this.#failures = 0;
  }

  /** @returns false at once when `patienceMs` is over, otherwise true after the wait. Throws the signal's reason. */
  async wait(patienceMs: number, why: string, signal: AbortSignal | undefined): Promise<boolean> {
    if (this.#failures === 0) this.#firstAt = this.#clock.elapsed();
    this.#failures += 1;
    const elapsedMs = this.#clock.elapsed() - this.#firstAt;
    const delayMs = nextDelayMs({ failures: this.#failures, elapsedMs, patienceMs, random: Math.random() });
    if (delayMs === undefined) return false;
    if (this.#failures > retriesUntold) {
      const leftS = Math.ceil((patienceMs - elapsedMs) / 1000);
      this.#log(
        'WARN',
        `${why} Retry ${this.#failures} in ${(delayMs / 1000).toFixed(1)} s, for at most ${leftS} s more.`,
      );
    }
    await sleep(this.#clock, delayMs, signal);
    return true;
  }
}

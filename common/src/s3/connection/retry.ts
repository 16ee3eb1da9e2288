// Waiting between attempts: exponential with full jitter inside a budget of time. `Patience` is one row of failures of one
// request, or of one body that is read on; whoever makes progress calls `reset`, and the next failure starts a new row.
import type { Log } from '../../protocol/log.ts';
import { sleep, systemClock, type Clock } from '../../streams/clock.ts';

/** S3 asks for at least this long before a throttled or failing request is given up. */
export const defaultRetryBudgetMs = 10 * 60_000;
const firstDelayMs = 100;
const longestDelayMs = 20_000;
/** A first failure or two are everyday with S3; from this retry on the operator is told. */
const retriesUntold = 2;

type Moment = {
  /** Failures so far in this row, from 1. */
  readonly failures: number;
  /** Since the first of them. */
  readonly elapsedMs: number;
  readonly patienceMs: number;
  /** In [0, 1). */
  readonly random: number;
};

/**
 * The time to wait now, or undefined when patience is at its end. The last wait ends where the patience ends, so that
 * its whole time is used. Source: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
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

  constructor(log: Log, clock: Clock = systemClock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** How many failures the row has: 0 before the first. */
  get failures(): number {
    return this.#failures;
  }

  reset(): void {
    this.#failures = 0;
  }

  /** @returns false when `patienceMs` is over, at once; else true after the wait. Throws the signal's reason. */
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

// How a loop waits for any of several things without racing promises: whatever happens notifies, and the loop looks around.
// (Racing one long-lived promise again and again keeps a reaction per race: a leak in a process that runs for days.)
import type { Clock } from '@s3-connectors/common/streams/clock.ts';

/** Notified by many, waited for by one. A notification before the wait is not lost. */
export class WakeUp {
  readonly #clock: Clock;
  #notified = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  notify(): void {
    this.#notified = true;
    this.#wake?.();
  }

  /** Returns at the next notification, at once if one came since the last wait, or after `timeoutMs`. */
  async wait(timeoutMs: number): Promise<void> {
    if (!this.#notified && timeoutMs > 0) {
      let cancel: (() => void) | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        cancel = this.#clock.after(timeoutMs, resolve);
      });
      cancel?.();
      this.#wake = undefined;
    }
    this.#notified = false;
  }
}

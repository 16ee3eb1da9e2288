// A loop waits here for any of several events without racing promises: each event notifies, and the loop checks everything.
// (Racing one long-lived promise again and again keeps a reaction for each race: a leak in a process that runs for days.)
import type { Clock } from '@s3-connectors/common/streams/clock.ts';

/** Many notify it, one waits for it. A notification before the wait is not lost. */
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

  /** Returns at the next notification, at once if there was one since the last wait, or after `timeoutMs`. */
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

// How a loop waits for any of several things without racing promises: whatever happens rings, and the loop looks around.
// (Racing one long-lived promise again and again keeps a reaction per race: a leak in a process that runs for days.)
import { systemClock, type Clock } from '../../common/src/streams/clock.ts';

/** Rung by many, waited for by one. A ring before the wait is not lost. */
export class Bell {
  readonly #clock: Clock;
  #rung = false;
  #wake: (() => void) | undefined;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Returns at the next ring, at once if it rang since the last wait, or after `timeoutMs`. */
  async wait(timeoutMs: number): Promise<void> {
    if (!this.#rung && timeoutMs > 0) {
      let cancel: (() => void) | undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        cancel = this.#clock.after(timeoutMs, resolve);
      });
      cancel?.();
      this.#wake = undefined;
    }
    this.#rung = false;
  }
}

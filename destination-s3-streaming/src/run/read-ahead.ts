// Takes from an async source without waiting on it, so that a loop can go on with other work while nothing comes.
import type { WakeUp } from './wake-up.ts';

/** Bound: one item in hand. The next is asked for when that one is taken; `wakeUp` is notified when it is there. */
export class ReadAhead<T> {
  readonly #iterator: AsyncIterator<T>;
  readonly #wakeUp: WakeUp;
  #item: T | undefined;
  #ended = false;
  #error: unknown;

  constructor(source: AsyncIterable<T>, wakeUp: WakeUp) {
    this.#iterator = source[Symbol.asyncIterator]();
    this.#wakeUp = wakeUp;
    this.#fetch();
  }

  /** The source has ended or failed, and its last item was taken. */
  get ended(): boolean {
    return this.#ended && this.#item === undefined;
  }

  /** The source's failure, once `ended`. */
  get error(): unknown {
    return this.#error;
  }

  /** The next item if it is there. */
  take(): T | undefined {
    const item = this.#item;
    if (item === undefined) return undefined;
    this.#item = undefined;
    this.#fetch();
    return item;
  }

  /** Takes nothing more. A pending read is not waited for: it may never answer. */
  stop(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#item = undefined;
    this.#iterator.return?.().catch(() => undefined); // The source's failure to close concerns nobody any more.
  }

  #fetch(): void {
    if (this.#ended) return;
    this.#iterator.next().then(
      (result) => {
        if (this.#ended) return;
        if (result.done === true) this.#ended = true;
        else this.#item = result.value;
        this.#wakeUp.notify();
      },
      (error: unknown) => {
        if (this.#ended) return;
        this.#ended = true;
        this.#error = error;
        this.#wakeUp.notify();
      },
    );
  }
}

// Takes from an async source without waiting for it, so that a loop can do other work while nothing comes.
import type { WakeUp } from './wake-up.ts';

/** Bound: one item. The next one is requested when it is taken; `wakeUp` is notified when it arrives. */
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

  /** The next item, if it has arrived. */
  take(): T | undefined {
    const item = this.#item;
    if (item === undefined) return undefined;
    this.#item = undefined;
    this.#fetch();
    return item;
  }

  /** Takes no more. It does not wait for a pending read, which may never resolve. */
  stop(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#item = undefined;
    this.#iterator.return?.().catch(() => undefined); // A failure to close the source no longer matters.
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

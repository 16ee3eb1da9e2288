// A bound on the bytes that are held at once, for work that runs ahead of its consumer and is limited by size instead of number.

/** Grants shares in the order of the requests. A request larger than the complete budget is granted when nothing else is held. */
export class ByteBudget {
  readonly #limit: number;
  readonly #waiting: { readonly bytes: number; readonly give: () => void }[] = [];
  #held = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /** @returns a function that returns the share; call it once. @throws the signal's reason. */
  async take(bytes: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal.reason as Error);
        this.#serve(); // Later requests may fit.
      };
      const waiting = {
        bytes,
        give: () => {
          signal.removeEventListener('abort', abort);
          resolve();
        },
      };
      this.#waiting.push(waiting);
      signal.addEventListener('abort', abort, { once: true });
      this.#serve();
    });
    return () => {
      this.#held -= bytes;
      this.#serve();
    };
  }

  #serve(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (this.#held > 0 && this.#held + next.bytes > this.#limit) return;
      this.#waiting.shift();
      this.#held += next.bytes;
      next.give();
    }
  }
}

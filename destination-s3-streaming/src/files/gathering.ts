// The rows that open files gather before they are compressed. The more a file gathers, the better and cheaper it is compressed.
// When all of them together hold too much, the rows that have waited longest are compressed first.

/** Smaller chunks are not worthwhile. With thousands of open files, each keeps this much until it is closed. */
const smallestChunk = 16 * 1024;

export type Gatherer = {
  /** Passes the gathered rows to the thread pool, and calls `changed`. */
  compress(): void;
};

/** Bound: `maxBytes`, or the sum of files below 16 KiB, if that is more. */
export class Gathering {
  readonly #maxBytes: number;
  /** In the order in which they became worth compressing. */
  readonly #large = new Set<Gatherer>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The size of the file's buffer has changed; 0 if it has none any more. */
  changed(file: Gatherer, before: number, after: number): void {
    this.#bytes += after - before;
    if (after >= smallestChunk) this.#large.add(file);
    else this.#large.delete(file);
  }

  /** Call it before taking more memory. */
  relieve(): void {
    for (const file of this.#large) {
      if (this.#bytes <= this.#maxBytes) return;
      file.compress();
    }
  }
}

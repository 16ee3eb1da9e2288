// The rows that open files gather before they are compressed. The more a file gathers, the better and the cheaper it is
// compressed; when all of them together hold too much, those whose rows have waited longest are compressed first.

/** Less is not worth the trouble: with thousands of files open, each keeps so much until it is closed. */
const smallestChunk = 16 * 1024;

export type Gatherer = {
  /** Hands the rows gathered to the thread pool; tells `changed`. */
  compress(): void;
};

/** Bound: `maxBytes`, or what files of less than 16 KiB come to, if that is more. */
export class Gathering {
  readonly #maxBytes: number;
  /** In the order in which they became worth compressing. */
  readonly #large = new Set<Gatherer>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The file's buffer is of another size; 0 if it has none any more. */
  changed(file: Gatherer, before: number, after: number): void {
    this.#bytes += after - before;
    if (after >= smallestChunk) this.#large.add(file);
    else this.#large.delete(file);
  }

  /** To be called before more memory is taken. */
  relieve(): void {
    for (const file of this.#large) {
      if (this.#bytes <= this.#maxBytes) return;
      file.compress();
    }
  }
}

// Which open files can be closed while rows still come, because their hours have passed: rows of the past are often sorted by time.
// One row that goes back to an hour of long ago shows that they are not, and then nothing more is closed early. So an hour gets at most
// one file more than it needs, and not a small one.

type HourFile = {
  readonly hour: number;
  /** Uncompressed. */
  readonly bytes: number;
};

/** The hours that stay open: rows may come back to them. */
export const recentHours = 256;
/** Within so many changes of the hour, rows may come back to one. */
export const mostChanges = 64;
/** A smaller file stays open. */
export const leastBytes = 64 * 1024;
/** Files are closed so many at a time: scanning rows and sending files in turn would take more time for both. */
export const closedAtOnce = 256;

const none: ReadonlySet<never> = new Set();

/** The hours of one place. Bound: `recentHours` files, and those that have passed, until the caller closes them. */
export class PassedHours<File extends HourFile> {
  /** By the number of the change that began or resumed it. The one that takes the rows is the last. */
  readonly #recent = new Map<File, number>();
  readonly #passed = new Set<File>();
  #changes = 0;
  #isSorted = true;
  #isClosing = false;
  /** Of the hours that have passed. */
  #first = Infinity;
  #last = -Infinity;

  /** The files to be closed now. */
  get due(): ReadonlySet<File> {
    return this.#isClosing ? this.#passed : none;
  }

  /** A new file takes the rows from now on. */
  opened(file: File): void {
    if (!this.#isSorted) return;
    if (file.hour >= this.#first && file.hour <= this.#last) {
      this.#stop();
      return;
    }
    this.#changes += 1;
    this.#recent.set(file, this.#changes);
    if (this.#recent.size > recentHours) this.#pass();
  }

  /** The file takes the rows from now on; another one took the row before. Hot path. */
  resumed(file: File): void {
    if (!this.#isSorted) return;
    this.#changes += 1;
    const before = this.#recent.get(file);
    if (before === undefined || this.#changes - before > mostChanges) {
      this.#stop();
      return;
    }
    this.#recent.delete(file);
    this.#recent.set(file, this.#changes);
  }

  /** The file is closed. */
  closed(file: File): void {
    this.#recent.delete(file);
    if (this.#passed.delete(file) && this.#passed.size === 0) this.#isClosing = false;
  }

  /** The hour that has had no row for longest. */
  #pass(): void {
    const [file] = this.#recent.keys().take(1);
    if (file === undefined) return;
    this.#recent.delete(file);
    if (file.bytes < leastBytes) return;
    this.#first = Math.min(this.#first, file.hour);
    this.#last = Math.max(this.#last, file.hour);
    this.#passed.add(file);
    if (this.#passed.size >= closedAtOnce) this.#isClosing = true;
  }

  #stop(): void {
    this.#isSorted = false;
    this.#isClosing = false;
    this.#passed.clear();
    this.#recent.clear();
  }
}

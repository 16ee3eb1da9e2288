// Decides which received STATEs may be printed. A STATE means "every record before this line is safe", so it waits until each
// file with such a record is stored: a STREAM state for the files of its own stream, a GLOBAL state for all files.
//
// Every record has a number, counted over all streams. A file has the number of its first record. A STATE has the
// number of the next record. A STATE is durable when no unstored file has a lower number.
import { countOf } from '../../program/text-layout.ts';
import type { StateStats } from '../../protocol/messages.ts';
import { systemClock, type Clock } from '../../streams/clock.ts';
import { withStats, type StateLine } from './state-line.ts';

/** About the memory of a waiting STATE, in addition to its line. */
const overheadBytes = 512;

type Waiting = {
  readonly order: number;
  readonly before: number;
  readonly state: StateLine;
  readonly stats: Required<StateStats>;
  /** By the clock's `elapsed`: when it arrived, or when the earliest of the STATEs that it replaced arrived. */
  readonly since: number;
};

type Ledger = {
  received: number;
  rejected: number;
  /** Unstored files, with the number of their first record. Files begin in order, so the first entry is the oldest. */
  readonly unstored: Map<object, number>;
  /** STATEs of this stream in order of arrival. */
  readonly waiting: Set<Waiting>;
  /** The last STATE that was added, waiting or not. */
  lastState: Waiting | undefined;
};

/** Lower than the number of every record: a file with this number makes all STATEs of its stream wait. */
export const beforeAllRecords = -1;

/** What a STATE covers: a stream, by its index, or all. */
export type Scope = number | 'all';

/**
 * Bound: the waiting lines, `waitingBytes` in total. The caller closes files when there are many. The STATEs of a replaced
 * stream wait until the end, so above `maxWaitingBytes` a STATE replaces the one before it.
 */
export class DurableStates {
  readonly #ledgers: readonly Ledger[];
  readonly #waitingForAll = new Set<Waiting>();
  #lastForAll: Waiting | undefined;
  readonly #maxWaitingBytes: number;
  #superseded = 0;
  #records = 0;
  #states = 0;
  #waitingBytes = 0;
  #changed = false;

  readonly #clock: Pick<Clock, 'elapsed'>;

  constructor(streams: number, maxWaitingBytes: number, clock: Pick<Clock, 'elapsed'> = systemClock) {
    this.#clock = clock;
    this.#ledgers = Array.from({ length: streams }, () => {
      return { received: 0, rejected: 0, unstored: new Map(), waiting: new Set(), lastState: undefined };
    });
    this.#maxWaitingBytes = maxWaitingBytes;
  }

  /**
   * Reports STATEs that are not printed, because a later one of the same scope covers them and has their counts. Undefined:
   * none.
   */
  get supersededText(): string | undefined {
    if (this.#superseded === 0) return undefined;
    const states = countOf(this.#superseded, 'state is', 'states are');
    return `${states} not printed, but later ones that include ${this.#superseded === 1 ? 'it' : 'them'}: too many waited.`;
  }

  /** Memory of the waiting STATEs. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** The number of waiting STATEs, and how long the oldest has waited. */
  get held(): { readonly count: number; readonly oldestMs: number } {
    const queues = [this.#waitingForAll, ...this.#ledgers.map(({ waiting }) => waiting)];
    const now = this.#clock.elapsed();
    const ages = queues.map((queue) => now - (first(queue)?.since ?? now));
    return { count: queues.reduce((sum, { size }) => sum + size, 0), oldestMs: Math.max(...ages) };
  }

  /** Counts a record that goes into a file. @returns its number. */
  record(stream: number): number {
    this.#ledger(stream).received += 1;
    this.#records += 1;
    return this.#records - 1;
  }

  /**
   * Counts a record that was set aside. It belongs to a file of rejected records, if any, which counts like any other file.
   * @returns its number.
   */
  rejectedRecord(stream: number): number {
    this.#ledger(stream).rejected += 1;
    this.#records += 1;
    return this.#records - 1;
  }

  /** Whether a STATE covers all records of the stream. */
  isClosed(stream: number): boolean {
    const { received, rejected } = this.#ledger(stream);
    return received + rejected === 0;
  }

  /** A file of the stream now holds records, beginning with `firstRecord`. Files are opened in that order. */
  opened(stream: number, file: object, firstRecord: number): void {
    this.#ledger(stream).unstored.set(file, firstRecord);
  }

  /** S3 has confirmed that the file is stored. */
  stored(stream: number, file: object): void {
    this.#ledger(stream).unstored.delete(file);
    this.#changed = true;
  }

  /** Adds a STATE, with the number of records since the previous one of its scope. */
  add(scope: Scope, state: StateLine): void {
    const spokenOf = scope === 'all' ? this.#ledgers : [this.#ledger(scope)];
    const stats = { recordCount: 0, rejectedRecordCount: 0 };
    for (const ledger of spokenOf) {
      stats.recordCount += ledger.received;
      stats.rejectedRecordCount += ledger.rejected;
      ledger.received = 0;
      ledger.rejected = 0;
    }
    const queue = scope === 'all' ? this.#waitingForAll : this.#ledger(scope).waiting;
    const last = scope === 'all' ? this.#lastForAll : this.#ledger(scope).lastState;
    let since = this.#clock.elapsed();
    if (this.#waitingBytes > this.#maxWaitingBytes && last !== undefined && queue.delete(last)) {
      since = last.since;
      stats.recordCount += last.stats.recordCount;
      stats.rejectedRecordCount += last.stats.rejectedRecordCount;
      this.#waitingBytes -= costOf(last);
      this.#superseded += 1;
    }
    const waiting = { order: this.#states, before: this.#records, state, stats, since };
    queue.add(waiting);
    if (scope === 'all') this.#lastForAll = waiting;
    else this.#ledger(scope).lastState = waiting;
    this.#states += 1;
    this.#waitingBytes += costOf(waiting);
    this.#changed = true;
  }

  /** @returns the lines that may be printed now, in order of arrival, each once. The order within a stream is always kept. */
  take(): readonly Uint8Array[] {
    if (!this.#changed) return [];
    this.#changed = false;
    const ready: Waiting[] = [];
    for (;;) {
      const forAll = first(this.#waitingForAll);
      for (const ledger of this.#ledgers) this.#takeOwn(ledger, forAll?.order ?? Infinity, ready);
      if (forAll === undefined || this.#ledgers.some((ledger) => !isDurable(ledger, forAll))) break;
      this.#waitingForAll.delete(forAll);
      ready.push(forAll);
    }
    ready.sort((a, b) => a.order - b.order);
    for (const waiting of ready) this.#waitingBytes -= costOf(waiting);
    return ready.map(({ state, stats }) => withStats(state, stats));
  }

  /** A stream's durable STATEs up to the next GLOBAL one, which they must not overtake. */
  #takeOwn(ledger: Ledger, endOrder: number, ready: Waiting[]): void {
    for (const waiting of ledger.waiting) {
      if (waiting.order > endOrder || !isDurable(ledger, waiting)) return;
      ledger.waiting.delete(waiting);
      ready.push(waiting);
    }
  }

  #ledger(stream: number): Ledger {
    return this.#ledgers[stream] as Ledger;
  }
}

function costOf({ state }: Waiting): number {
  return state.bytes.length + overheadBytes;
}

function isDurable(ledger: Ledger, { before }: Waiting): boolean {
  const oldest = first(ledger.unstored.values());
  return oldest === undefined || oldest >= before;
}

function first<T>(items: Iterable<T>): T | undefined {
  for (const item of items) return item;
  return undefined;
}

// A state machine: which objects of a table a run still has to read, and what to remember once they are read.
//
// Objects are read in the order of (LastModified, key). The watermark is the newest object read. S3 can show an object late (a slow
// upload has the time of its start), so the objects inside a window before the watermark are remembered one by one; an object
// before the window counts as read. The window is `lookbackMs` long, or shorter if it would hold more than `maxRemembered` objects:
// the state must stay below 1 MB.
import type { Shard } from '@s3-connectors/common/program/scheduler.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import { wholeTable } from '../layout/shard.ts';
import { fingerprint, keyOf } from './fingerprint.ts';
import { isAfter, placeOf, type Watermark } from './reading-order.ts';
import { isFuture } from '../listing/future-objects.ts';
import { ListedObjects } from '../listing/listed-objects.ts';
import { Settled } from './settled.ts';

export const maxRemembered = 20_000;

/** How far an object has been read: `rows` of the unit (a row group) number `unit` are done. */
export type Position = { readonly key: string; readonly etag: string; readonly unit: number; readonly rows: number };

export type Progress = {
  /** The shard that it covers. */
  readonly shard: Shard;
  readonly watermark: Watermark | undefined;
  /** Objects before this time count as read; ms since 1970. */
  readonly windowStart: number;
  /** Fingerprints (key and ETag) of the objects read inside the window. */
  readonly remembered: ReadonlySet<string>;
  /** The objects read before the window. */
  readonly settled: Settled;
  readonly unfinished: Position | undefined;
};

export const noProgress: Progress = {
  shard: wholeTable,
  watermark: undefined,
  windowStart: Number.NEGATIVE_INFINITY,
  remembered: new Set(),
  settled: new Settled(),
  unfinished: undefined,
};

/** A future date moved the progress beyond the present. It ends at the present, so that later objects are read. */
export function untilPresent(progress: Progress, now: number): Progress {
  const { watermark, windowStart } = progress;
  if (watermark === undefined || !isFuture(watermark.time, now)) return progress;
  return { ...progress, watermark: { time: now, key: '' }, windowStart: Math.min(windowStart, now) };
}

/** The result of comparing a listing with what was read before. */
export type ReadPlan = {
  /** To read, in this order, once each: the unfinished one first. */
  readonly objects: Iterable<ListedObject>;
  readonly count: number;
  /** The sum of all sizes. */
  readonly bytes: number;
  readonly cursor: Cursor;
  /** Keys among them that were read before, in another version. */
  readonly replaced: readonly string[];
  /** Objects before the window that no run has read, according to their hashes. */
  readonly unexplained: number;
};

/** Takes a listing object by object, in any order, and keeps the ones to read. Bound: that of `ListedObjects`. */
export class Planning implements Disposable {
  readonly #progress: Progress;
  readonly #lookbackMs: number;
  readonly #objects: ListedObjects;
  readonly #known: Remembered[] = [];
  readonly #knownKeys: ReadonlySet<string>;
  readonly #replaced: string[] = [];
  #unfinished: ListedObject | undefined;
  #listed = 0;
  readonly #beforeWindow = new Settled();

  /** `prefix`: the beginning of all keys. */
  constructor(progress: Progress, { prefix, lookbackMs }: { readonly prefix: string; readonly lookbackMs: number }) {
    this.#progress = progress;
    this.#lookbackMs = lookbackMs;
    this.#objects = new ListedObjects(prefix);
    this.#knownKeys = new Set([...progress.remembered].map(keyOf));
  }

  see(object: ListedObject): void {
    const { remembered, unfinished, watermark, windowStart } = this.#progress;
    const place = placeOf(object);
    const print = watermark === undefined && remembered.size === 0 ? '' : fingerprint(object);
    this.#listed++;
    if (remembered.has(print)) this.#known.push({ print, time: place.time });
    else if (isVersion(object, unfinished)) this.#unfinished = object;
    else if (isAfter(place, watermark) || place.time >= windowStart) {
      this.#objects.add(object);
      if (this.#knownKeys.has(keyOf(print)) || object.key === unfinished?.key) this.#replaced.push(object.key);
    } else this.#beforeWindow.add(print);
  }

  /** The number of objects seen. */
  get listed(): number {
    return this.#listed;
  }

  plan(): ReadPlan {
    const progress = this.#progress;
    const unfinished = this.#unfinished;
    const objects = this.#objects.sorted();
    return {
      objects: unfinished === undefined ? objects : inTurn([unfinished], objects),
      count: this.#objects.length + (unfinished === undefined ? 0 : 1),
      bytes: this.#objects.totalBytes + (unfinished?.size ?? 0),
      cursor: new Cursor(
        {
          ...progress,
          settled: progress.settled.keep(this.#beforeWindow),
          unfinished: unfinished && progress.unfinished,
        },
        this.#known.sort((a, b) => a.time - b.time),
        this.#lookbackMs,
      ),
      replaced: this.#replaced,
      unexplained: progress.settled.excess(this.#beforeWindow),
    };
  }

  /** After that, no object of the plan can be taken. */
  [Symbol.dispose](): void {
    this.#objects[Symbol.dispose]();
  }
}

function* inTurn<T>(...parts: readonly Iterable<T>[]): Generator<T> {
  for (const part of parts) yield* part;
}

/** A fingerprint, and the LastModified of its object. */
type Remembered = { readonly print: string; readonly time: number };

/** The progress of one run over one table, moved on object by object. Each step takes amortised constant time. */
export class Cursor {
  #watermark: Watermark | undefined;
  #windowStart: number;
  #isFull = false;
  readonly #settled: Settled;
  #unfinished: Position | undefined;
  /** The unfinished object of the previous run. This run begins with it. */
  readonly #resumed: Position | undefined;
  readonly #remembered: Set<string>;
  /** The same objects, oldest first as far as they come in reading order. Those before `#oldest` are forgotten. */
  #queue: Remembered[];
  #oldest = 0;
  readonly #lookbackMs: number;
  readonly #shard: Shard;

  constructor(progress: Progress, known: readonly Remembered[], lookbackMs: number) {
    this.#shard = progress.shard;
    this.#watermark = progress.watermark;
    this.#windowStart = progress.windowStart;
    this.#settled = progress.settled.copy();
    this.#unfinished = progress.unfinished;
    this.#resumed = progress.unfinished;
    this.#lookbackMs = lookbackMs;
    this.#queue = [...known];
    this.#remembered = new Set(known.map(({ print }) => print));
  }

  /** Where to resume inside an object. Undefined: at its start. */
  positionIn(object: ListedObject): Position | undefined {
    return isVersion(object, this.#unfinished) ? this.#unfinished : undefined;
  }

  /** A part of an object is done. */
  advance(position: Position): void {
    this.#unfinished = position;
  }

  /** A complete object is done. */
  finish(object: ListedObject): void {
    if (isVersion(object, this.#resumed)) return this.finishOutOfTurn(object);
    const place = placeOf(object);
    if (isAfter(place, this.#watermark)) this.#watermark = place;
    this.#unfinished = undefined;
    this.#remember(object);
    this.#forget((this.#watermark?.time ?? place.time) - this.#lookbackMs);
  }

  /**
   * A complete object is done before older ones (the resumed one), or in a version that came after the listing. The watermark and
   * the window stay: they must not pass objects that wait or that the listing did not show.
   */
  finishOutOfTurn(object: ListedObject): void {
    this.#unfinished = undefined;
    this.#remember(object);
  }

  /** The window is shorter than `lookbackMs`. */
  get isNarrowed(): boolean {
    return this.#watermark !== undefined && this.#windowStart > this.#watermark.time - this.#lookbackMs;
  }

  /** The bound of remembered objects made it shorter in this run. */
  get isFull(): boolean {
    return this.#isFull;
  }

  get progress(): Progress {
    return {
      shard: this.#shard,
      watermark: this.#watermark,
      windowStart: this.#windowStart,
      remembered: new Set(this.#remembered),
      settled: this.#settled.copy(),
      unfinished: this.#unfinished,
    };
  }

  /**
   * Moves the window to `from`, and further until the bound holds. It never moves back, or forgotten objects would be read again.
   */
  #forget(from: number): void {
    this.#windowStart = Math.max(this.#windowStart, from);
    for (let next = this.#queue[this.#oldest]; next !== undefined; next = this.#queue[this.#oldest]) {
      // Objects with the same time stay together, or the window would divide them.
      if (this.#remembered.size > maxRemembered && next.time >= this.#windowStart) {
        this.#windowStart = next.time + 1;
        this.#isFull = true;
      }
      if (next.time >= this.#windowStart) break;
      this.#remembered.delete(next.print);
      this.#settled.add(next.print);
      this.#oldest++;
    }
    if (this.#oldest < maxRemembered) return;
    this.#queue = this.#queue.slice(this.#oldest);
    this.#oldest = 0;
  }

  #remember(object: ListedObject): void {
    const print = fingerprint(object);
    this.#remembered.add(print);
    this.#queue.push({ print, time: object.lastModified.getTime() });
  }
}

function isVersion(object: ListedObject, position: Position | undefined): boolean {
  return position !== undefined && object.key === position.key && object.etag === position.etag;
}

// Which objects of a table a run still has to read, and what to remember when they are read: a state machine.
//
// Objects are read in the order of (LastModified, key). The watermark is the newest object read. S3 can show an object
// late (a slow upload bears the time of its start), so inside a window before the watermark the objects read are
// remembered one by one; an object older than the window counts as read. The window is `lookbackMs` long, shorter when it
// would hold more than `maxRemembered` objects: the state must stay below 1 MB.
import type { Shard } from '@s3-connectors/common/program/scheduler.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import { wholeTable } from '../layout/shard.ts';
import { fingerprint, keyOf } from './fingerprint.ts';
import { isAfter, placeOf, type Watermark } from './reading-order.ts';
import { isFuture } from '../listing/future-objects.ts';
import { ListedObjects } from '../listing/listed-objects.ts';
import { Settled } from './settled.ts';

export const maxRemembered = 20_000;

/** How far an object has been read: `rows` of its unit (a row group) number `unit` are done. */
export type Position = { readonly key: string; readonly etag: string; readonly unit: number; readonly rows: number };

export type Progress = {
  /** Of whose files it tells. */
  readonly shard: Shard;
  readonly watermark: Watermark | undefined;
  /** Objects older than this count as read; ms since 1970. */
  readonly windowStart: number;
  /** Fingerprints (key and ETag) of the objects read inside the window. */
  readonly remembered: ReadonlySet<string>;
  /** The objects read that lie before the window. */
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

/** Progress that a future date led beyond the present: what was written since is to be read, so it ends now. */
export function untilPresent(progress: Progress, now: number): Progress {
  const { watermark, windowStart } = progress;
  if (watermark === undefined || !isFuture(watermark.time, now)) return progress;
  return { ...progress, watermark: { time: now, key: '' }, windowStart: Math.min(windowStart, now) };
}

/** What a listing means for what was read before. */
export type ReadPlan = {
  /** To read, in this order, once: the unfinished one first. */
  readonly objects: Iterable<ListedObject>;
  readonly count: number;
  /** Sizes of all. */
  readonly bytes: number;
  readonly cursor: Cursor;
  /** Keys among them that were read before, in another version. */
  readonly replaced: readonly string[];
  /** Objects before the window which, as far as their hashes tell, no run has read. */
  readonly unexplained: number;
};

/** Takes a listing object by object, in any order, and keeps what is to be read. Bound: `ListedObjects`'s. */
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

  /** `prefix`: what all keys begin with. */
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

  /** How many were seen. */
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

  /** After that no object of the plan can be taken. */
  [Symbol.dispose](): void {
    this.#objects[Symbol.dispose]();
  }
}

function* inTurn<T>(...parts: readonly Iterable<T>[]): Generator<T> {
  for (const part of parts) yield* part;
}

/** A fingerprint and the LastModified of its object. */
type Remembered = { readonly print: string; readonly time: number };

/** The progress of one run over one table, moved on object by object; amortised constant time each. */
export class Cursor {
  #watermark: Watermark | undefined;
  #windowStart: number;
  #isFull = false;
  readonly #settled: Settled;
  #unfinished: Position | undefined;
  /** The unfinished object of the run before; this run begins with it. */
  readonly #resumed: Position | undefined;
  readonly #remembered: Set<string>;
  /** The same, oldest first as far as objects come in reading order; those before `#oldest` are forgotten. */
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

  /** Where to go on inside an object; undefined: from its start. */
  positionIn(object: ListedObject): Position | undefined {
    return isVersion(object, this.#unfinished) ? this.#unfinished : undefined;
  }

  /** A part of an object is done. */
  advance(position: Position): void {
    this.#unfinished = position;
  }

  /** A whole object is done. */
  finish(object: ListedObject): void {
    if (isVersion(object, this.#resumed)) return this.finishOutOfTurn(object);
    const place = placeOf(object);
    if (isAfter(place, this.#watermark)) this.#watermark = place;
    this.#unfinished = undefined;
    this.#remember(object);
    this.#forget((this.#watermark?.time ?? place.time) - this.#lookbackMs);
  }

  /**
   * A whole object is done before older ones (the resumed one) or in a version that came after the listing. The watermark
   * and the window stay: they must not pass objects that wait or that the listing did not show.
   */
  finishOutOfTurn(object: ListedObject): void {
    this.#unfinished = undefined;
    this.#remember(object);
  }

  /** True when the window is shorter than `lookbackMs`. */
  get isNarrowed(): boolean {
    return this.#watermark !== undefined && this.#windowStart > this.#watermark.time - this.#lookbackMs;
  }

  /** True when the bound of remembered objects made it shorter in this run. */
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

  /** Moves the window up to `from` and on until the bound holds; it never moves back, or forgotten objects would be read again. */
  #forget(from: number): void {
    this.#windowStart = Math.max(this.#windowStart, from);
    for (let next = this.#queue[this.#oldest]; next !== undefined; next = this.#queue[this.#oldest]) {
      // Objects that share a time go together, or the window would cut between them.
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

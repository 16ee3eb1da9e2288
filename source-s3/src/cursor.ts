// Which objects of a table a run still has to read, and what to remember when they are read. No I/O: a state machine.
//
// Objects are read in the order of (LastModified, key). The watermark is the newest object read. S3 can show an object
// late (a slow upload bears the time of its start), so inside a window before the watermark the objects read are
// remembered one by one; an object older than the window counts as read. The window is `lookbackMs` long, shorter when it
// would hold more than `maxRemembered` objects: the state must stay below 1 MB.
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import { fingerprint, keyOf } from './fingerprint.ts';

export const maxRemembered = 20_000;

/** A place in (LastModified, key) order; `time` in ms since 1970. */
export type Watermark = { readonly time: number; readonly key: string };

/** How far an object has been read: `rows` of its unit (a row group) number `unit` are done. */
export type Position = { readonly key: string; readonly etag: string; readonly unit: number; readonly rows: number };

export type Progress = {
  readonly watermark: Watermark | undefined;
  /** Objects older than this count as read; ms since 1970. */
  readonly windowStart: number;
  /** Fingerprints (key and ETag) of the objects read inside the window. */
  readonly remembered: ReadonlySet<string>;
  /** How many objects read lie before the window. */
  readonly settled: number;
  readonly unfinished: Position | undefined;
};

export const noProgress: Progress = {
  watermark: undefined,
  windowStart: Number.NEGATIVE_INFINITY,
  remembered: new Set(),
  settled: 0,
  unfinished: undefined,
};

/** What a listing means for what was read before. */
export type ReadPlan<T extends ListedObject> = {
  /** To read, in this order: the unfinished one first. */
  readonly objects: readonly T[];
  readonly cursor: Cursor;
  /** Keys among them that were read before, in another version. */
  readonly replaced: readonly string[];
  /** Objects before the window which, as far as their number tells, no run has read. */
  readonly unexplained: number;
};

export function planReading<T extends ListedObject>(
  progress: Progress,
  listed: readonly T[],
  lookbackMs: number,
): ReadPlan<T> {
  const objects: T[] = [];
  const known: { readonly print: string; readonly time: number }[] = [];
  let unfinished: T | undefined;
  let beforeWindow = 0;
  for (const object of listed) {
    const place = placeOf(object);
    const print = fingerprint(object);
    if (progress.remembered.has(print)) known.push({ print, time: place.time });
    else if (isVersion(object, progress.unfinished)) unfinished = object;
    else if (isAfter(place, progress.watermark) || place.time >= progress.windowStart) objects.push(object);
    else beforeWindow++;
  }
  const knownKeys = new Set([...progress.remembered].map(keyOf));
  const replaced = objects.filter((object) => {
    return knownKeys.has(keyOf(fingerprint(object))) || object.key === progress.unfinished?.key;
  });
  objects.sort(inReadingOrder);
  known.sort((a, b) => a.time - b.time);
  return {
    objects: unfinished === undefined ? objects : [unfinished, ...objects],
    cursor: new Cursor({ ...progress, unfinished: unfinished && progress.unfinished }, known, lookbackMs),
    replaced: replaced.map(({ key }) => key),
    unexplained: Math.max(0, beforeWindow - progress.settled),
  };
}

/** The progress of one run over one table, moved on object by object; amortised constant time each. */
export class Cursor {
  #watermark: Watermark | undefined;
  #windowStart: number;
  #settled: number;
  #unfinished: Position | undefined;
  /** The unfinished object of the run before; this run begins with it. */
  readonly #resumed: Position | undefined;
  /** Fingerprint → time, oldest first as far as objects come in reading order. */
  readonly #remembered = new Map<string, number>();
  readonly #lookbackMs: number;

  constructor(
    progress: Progress,
    known: readonly { readonly print: string; readonly time: number }[],
    lookbackMs: number,
  ) {
    this.#watermark = progress.watermark;
    this.#windowStart = progress.windowStart;
    this.#settled = progress.settled;
    this.#unfinished = progress.unfinished;
    this.#resumed = progress.unfinished;
    this.#lookbackMs = lookbackMs;
    for (const { print, time } of known) this.#remembered.set(print, time);
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
    this.#remembered.set(fingerprint(object), place.time);
    this.#forget((this.#watermark?.time ?? place.time) - this.#lookbackMs);
  }

  /**
   * A whole object is done before older ones (the resumed one) or in a version that came after the listing. The watermark
   * and the window stay: they must not pass objects that wait or that the listing did not show.
   */
  finishOutOfTurn(object: ListedObject): void {
    this.#unfinished = undefined;
    this.#remembered.set(fingerprint(object), object.lastModified.getTime());
  }

  /** True when the bound of remembered objects made the window shorter than `lookbackMs`. */
  get isNarrowed(): boolean {
    return this.#watermark !== undefined && this.#windowStart > this.#watermark.time - this.#lookbackMs;
  }

  get progress(): Progress {
    return {
      watermark: this.#watermark,
      windowStart: this.#windowStart,
      remembered: new Set(this.#remembered.keys()),
      settled: this.#settled,
      unfinished: this.#unfinished,
    };
  }

  /** Moves the window up to `from` and on until the bound holds; it never moves back, or forgotten objects would be read again. */
  #forget(from: number): void {
    this.#windowStart = Math.max(this.#windowStart, from);
    for (const [print, time] of this.#remembered) {
      // Objects that share a time go together, or the window would cut between them.
      if (this.#remembered.size > maxRemembered) this.#windowStart = Math.max(this.#windowStart, time + 1);
      if (time >= this.#windowStart) return;
      this.#remembered.delete(print);
      this.#settled++;
    }
  }
}

export function inReadingOrder(a: ListedObject, b: ListedObject): number {
  const byTime = a.lastModified.getTime() - b.lastModified.getTime();
  if (byTime !== 0) return byTime;
  return a.key < b.key ? -1 : Number(a.key > b.key);
}

function placeOf(object: ListedObject): Watermark {
  return { time: object.lastModified.getTime(), key: object.key };
}

function isAfter(place: Watermark, watermark: Watermark | undefined): boolean {
  if (watermark === undefined) return true;
  return place.time > watermark.time || (place.time === watermark.time && place.key > watermark.key);
}

function isVersion(object: ListedObject, position: Position | undefined): boolean {
  return position !== undefined && object.key === position.key && object.etag === position.etag;
}

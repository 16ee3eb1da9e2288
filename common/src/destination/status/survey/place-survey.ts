// What a listing shows about one type or table. Its memory is bounded, whatever the listing. Pure.
import type { DataKey } from '../../layout/layout.ts';
import type { ListedObject } from '../../../s3/list.ts';
import { FileCandidates } from './file-candidates.ts';
import { LogHistogram } from './histogram.ts';
import { PeriodRing } from './period-ring.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Eight weeks: the usual state of an hour is known from the same hour of the week. */
const hoursHeld = 8 * 7 * 24;
/** A year, and the weeks around it that a calendar shows. */
const daysHeld = 400;
/** Records may be this far in the future, and the clock of this machine may be slightly behind. */
const aheadMs = 25 * hourMs;

/** Milliseconds. */
export type SurveyTimes = {
  readonly now: number;
  /** Files that arrived since `recentFrom` are recent; those since `windowFrom` are judged. */
  readonly recentFrom: number;
  readonly windowFrom: number;
};

/** Bound: about 30 KB. */
export class PlaceSurvey {
  files = 0;
  bytes = 0;
  /** Files of hours or days that no present record can have. */
  ahead = 0;
  newest: Pick<ListedObject, 'key' | 'size' | 'lastModified'> | undefined;
  readonly days = new PeriodRing(daysHeld);
  /** Undefined if folders are by day. */
  readonly hours: PeriodRing | undefined;
  /** Bytes. */
  readonly sizes = new LogHistogram();
  /** For files that arrived in the window: seconds from the time of the first record to the arrival. */
  readonly delays = new LogHistogram();
  readonly candidates: FileCandidates;
  readonly #times: SurveyTimes;

  constructor(period: 'hour' | 'day', times: SurveyTimes) {
    this.hours = period === 'hour' ? new PeriodRing(hoursHeld) : undefined;
    this.candidates = new FileCandidates(times.recentFrom, times.windowFrom);
    this.#times = times;
  }

  see(object: ListedObject, { period, timestamp }: DataKey): void {
    const { size, lastModified } = object;
    const { windowFrom } = this.#times;
    const arrived = lastModified.getTime();
    this.files += 1;
    this.bytes += size;
    this.sizes.add(size);
    if (this.newest === undefined || this.newest.lastModified.getTime() < arrived) {
      this.newest = { key: object.key, size, lastModified };
    }
    this.candidates.see(object);
    if (period === undefined) return;
    if (this.hours !== undefined && arrived >= windowFrom) this.delays.add((arrived - timestamp) / 1000);
    this.#count(period, size);
  }

  #count(period: number, size: number): void {
    const periodMs = this.hours === undefined ? dayMs : hourMs;
    if (period * periodMs > this.#times.now + aheadMs) this.ahead += 1;
    else if (period >= 0) {
      this.hours?.add(period, size);
      this.days.add(this.hours === undefined ? period : Math.floor(period / 24), size);
    }
  }
}

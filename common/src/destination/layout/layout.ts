// Where a destination puts its files: the folder of each stream or table, below it a folder for each hour or day (UTC), and in
// these `{timestamp}-{hash}-{worker_id}{extension}`. Pure; a destination's layout is a few lines of data. Nothing a stream is
// called can lead out of the prefix.
import { encodeName, encodeValue, maxKeyBytes } from '../files/key-part.ts';
import { stagedKeyBytes } from '../replacing/export-id.ts';
import type { DataPlace } from '../replacing/own-keys.ts';
import { isMarked, partitionForm } from '../files/partition-folders.ts';

type LayoutRules = {
  /** What has a folder, for messages; the field of an entry of `streams` that gives a stream another one. */
  readonly noun: 'type' | 'table';
  /** What the path of each folder begins with, below the prefix. */
  readonly parent: 'type=' | 'data/';
  /** The same of the folders of rejected records: readers of Hive tables ignore names that begin with an underscore. */
  readonly rejectedParent: '_rejected/type=' | '_rejected/';
  /** Whose rows share a folder. */
  readonly period: 'hour' | 'day';
  /** Whether `month=01` is written, or `month=1`. */
  readonly isPadded: boolean;
  /** How the names of files may end: `.jsonl.gz`. */
  readonly extensions: readonly string[];
};

/** What the key of a data file says. `name`: of the stream or table, as it is in the path; `period`: undefined without date folders. */
export type DataKey = { readonly name: string; readonly period: number | undefined; readonly timestamp: number };

/** `prefix` is empty or ends with a slash, and so does each folder. */
export type Layout = Pick<LayoutRules, 'noun' | 'parent' | 'period' | 'rejectedParent'> & {
  /** What is replaced as one: the files of a stream or table. @throws RangeError as `encodeName`. */
  readonly place: (prefix: string, name: string) => DataPlace;
  readonly rejectedFolder: (prefix: string, name: string) => string;
  /**
   * Whether every key below the folder fits S3's limit, also while the file waits in staging. `partition`: the most bytes that the
   * folders of a partition take; `staged`: what a run of several writers adds in staging.
   */
  readonly fits: (folder: string, bytes?: { readonly partition?: number; readonly staged?: number }) => boolean;
  /** The number since 1970 of the hour or day that a time in milliseconds is in. */
  readonly periodOf: (ms: number) => number;
  /** The folders of a period. */
  readonly folders: (period: number) => string;
  /** Of the key of a data file in this very form, without its prefix; undefined for any other. */
  readonly readKey: (path: string) => DataKey | undefined;
};

const days = ['year', 'month', 'day'] as const;

/** The names of the folders of a period, from coarse to fine. */
export const dateFolders = { day: days, hour: [...days, 'hour'] } as const;

const hourMs = 3_600_000;
const periodMs = { hour: hourMs, day: 24 * hourMs } as const;
const longestName = '253402300799999-0123456789abcdef-'.length + 32;

export function defineLayout(rules: LayoutRules): Layout {
  const { noun, parent, rejectedParent, period, isPadded, extensions } = rules;
  const encode = parent.endsWith('/') ? encodeName : encodeValue; // `type=..` leads nowhere, `data/..` would.
  const ms = periodMs[period];
  const longestExtension = Math.max(...extensions.map(({ length }) => length));
  const numberText = (number: number): string => String(number).padStart(isPadded ? 2 : 1, '0');
  const folders = (at: number): string => {
    const date = new Date(at * ms);
    const month = numberText(date.getUTCMonth() + 1);
    const day = `year=${date.getUTCFullYear()}/month=${month}/day=${numberText(date.getUTCDate())}/`;
    return period === 'day' ? day : `${day}hour=${numberText(date.getUTCHours())}/`;
  };
  const longestRest = folders(Date.UTC(2026, 11, 31, 23) / ms).length + longestName + longestExtension;
  return {
    noun,
    parent,
    period,
    rejectedParent,
    place: (prefix, name) => ({ name: encodeName(name), folder: `${prefix}${parent}${encode(name)}/`, extensions }),
    rejectedFolder: (prefix, name) => `${prefix}${rejectedParent}${encode(name)}/`,
    fits: (folder, { partition = 0, staged = 0 } = {}) =>
      Buffer.byteLength(folder) + partition + Math.max(stagedKeyBytes, staged) + longestRest <= maxKeyBytes,
    periodOf: (time) => Math.floor(time / ms),
    folders,
    readKey: keyReader(rules, folders),
  };
}

/** Keys come in the order of a listing: the folders of the last one are kept. */
function keyReader({ parent, period, extensions }: LayoutRules, folders: Layout['folders']): Layout['readKey'] {
  const dates = String.raw`year=(\d{4})/month=(\d{1,2})/day=(\d{1,2})/${period === 'hour' ? String.raw`hour=(\d\d)/` : '()'}`;
  const endings = extensions.map((extension) => extension.replaceAll('.', String.raw`\.`)).join('|');
  const name = `(-?\\d{1,16})-([0-9a-f]{16})-[A-Za-z0-9_]{1,32}(?:${endings})`;
  const form = new RegExp(`^${parent}([^/]+)/(${dates})?${partitionForm}${name}$`, 'u');
  let last: { readonly text: string; readonly period: number } = { text: '', period: Number.NaN };
  return (path) => {
    const [, place, text, year, month, day, hour, partition = '', timestamp, hash = ''] = form.exec(path) ?? [];
    if (place === undefined || !isMarked(hash, partition)) return undefined;
    if (text === undefined) return { name: place, period: undefined, timestamp: Number(timestamp) };
    if (text !== last.text) {
      const time = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour ?? 0));
      last = { text, period: Math.floor(time / periodMs[period]) };
    }
    return folders(last.period) === text
      ? { name: place, period: last.period, timestamp: Number(timestamp) }
      : undefined;
  };
}

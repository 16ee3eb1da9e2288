// Where a destination stores its files: a folder for each stream or table, in it a folder for each hour or day (UTC), and in
// that `{timestamp}-{hash}-{worker_id}{extension}`. Pure; a destination's layout is a few lines of data. No name of a stream
// can lead out of the prefix.
import { encodeName, encodeValue, maxKeyBytes } from '../files/key-part.ts';
import { stagedKeyBytes } from '../replacing/export-id.ts';
import type { DataPlace } from '../replacing/own-keys.ts';
import { isMarked, partitionForm } from '../files/partition-folders.ts';

type LayoutRules = {
  /** The word for a place in messages, and the field of `streams` that renames it. */
  readonly noun: 'type' | 'table';
  /** The beginning of each folder's path, below the prefix. */
  readonly parent: 'type=' | 'data/';
  /** The same for folders of rejected records. Readers of Hive tables ignore names that begin with an underscore. */
  readonly rejectedParent: '_rejected/type=' | '_rejected/';
  /** The rows of this period share a folder. */
  readonly period: 'hour' | 'day';
  /** Whether the form is `month=01` or `month=1`. */
  readonly isPadded: boolean;
  /** The possible ends of file names: `.jsonl.gz`. */
  readonly extensions: readonly string[];
};

/**
 * What the key of a data file contains. `name`: of the stream or table, as in the path; `period`: undefined without date
 * folders.
 */
export type DataKey = { readonly name: string; readonly period: number | undefined; readonly timestamp: number };

/** `prefix` is empty or ends with a slash, and so does each folder. */
export type Layout = Pick<LayoutRules, 'noun' | 'parent' | 'period' | 'rejectedParent'> & {
  /** What is replaced at once: the files of a stream or table. @throws RangeError as `encodeName` does. */
  readonly place: (prefix: string, name: string) => DataPlace;
  readonly rejectedFolder: (prefix: string, name: string) => string;
  /**
   * Whether every key below the folder fits S3's limit, also while the file is staged. `partition`: the most bytes of partition
   * folders; `staged`: the bytes that a run of several writers adds in staging.
   */
  readonly fits: (folder: string, bytes?: { readonly partition?: number; readonly staged?: number }) => boolean;
  /** The number of the hour or day since 1970, from a time in milliseconds. */
  readonly periodOf: (ms: number) => number;
  /** The folders of a period. */
  readonly folders: (period: number) => string;
  /** Reads the key of a data file, without its prefix. Undefined for a key of any other form. */
  readonly readKey: (path: string) => DataKey | undefined;
};

const days = ['year', 'month', 'day'] as const;

/** The names of the folders of a period, from year to day or hour. */
export const dateFolders = { day: days, hour: [...days, 'hour'] } as const;

const hourMs = 3_600_000;
const periodMs = { hour: hourMs, day: 24 * hourMs } as const;
const longestName = '253402300799999-0123456789abcdef-'.length + 32;

export function defineLayout(rules: LayoutRules): Layout {
  const { noun, parent, rejectedParent, period, isPadded, extensions } = rules;
  const encode = parent.endsWith('/') ? encodeName : encodeValue; // `type=..` is harmless, `data/..` is not.
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

/** Keys come in the order of a listing, so the folders of the last key are kept. */
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

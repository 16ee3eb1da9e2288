// Which rows of a feed are in S3, since when, and whether the printed STATEs are true.
import { gunzipSync } from 'node:zlib';

import { NEWLINE } from '@s3-connectors/common/json/ascii.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import { openS3, type S3 } from '@s3-connectors/common/s3/connection/client.ts';
import { listPages, type ListedObject } from '@s3-connectors/common/s3/list.ts';
import { readObject } from '@s3-connectors/common/s3/read.ts';

import { connectionTo } from './connectors.ts';
import type { Finding } from './process.ts';

const maxObjectBytes = 256 * 1024 * 1024;
/** A row begins so; the feed writes no longer numbers. */
const headBytes = 50;
const head = /^\{"time":"(\d+)","n":(\d+),/u;

/** By the number of the row; times in milliseconds of the machine's clock. NaN: not there. */
export type Delivery = {
  readonly sentAt: Float64Array;
  /** The second in which the row's object appeared. */
  readonly storedAt: Float64Array;
  /** Rows that are stored more than once. */
  doubled: number;
};

/** Reads all of the bucket. @throws Error for a row that the feed has not sent. */
export async function readDelivery(endpoint: string, rows: number, signal: AbortSignal): Promise<Delivery> {
  const empty = (): Float64Array => new Float64Array(rows).fill(Number.NaN);
  const delivery: Delivery = { sentAt: empty(), storedAt: empty(), doubled: 0 };
  using s3 = openS3(connectionTo(endpoint), { log: silentLog });
  for await (const { objects } of listPages(s3, { prefix: '' }, signal)) {
    for (const object of objects) await addRows(delivery, s3, object, signal);
  }
  return delivery;
}

async function addRows(
  delivery: Delivery,
  s3: S3,
  { key, lastModified }: ListedObject,
  signal: AbortSignal,
): Promise<void> {
  const bytes = gunzipSync((await readObject(s3, key, maxObjectBytes, signal))?.body ?? '');
  for (let start = 0; start < bytes.length; start = bytes.indexOf(NEWLINE, start) + 1) {
    const [, time, row] = head.exec(bytes.toString('latin1', start, start + headBytes)) ?? [];
    const n = Number(row);
    if (!(n < delivery.storedAt.length)) throw new Error(`${key} has a row that was not sent.`);
    if (!Number.isNaN(delivery.storedAt[n])) delivery.doubled += 1;
    delivery.sentAt[n] = Number(time);
    delivery.storedAt[n] = lastModified.getTime();
  }
}

/** Whether each row is stored once. */
export function isWhole({ storedAt, doubled }: Delivery): Finding {
  const missing = storedAt.reduce((count, time) => count + Number(Number.isNaN(time)), 0);
  const faults = missing + doubled === 0 ? '' : ` (${missing} are missing, ${doubled} are stored twice)`;
  return {
    text: `Each of ${storedAt.length.toLocaleString('en')} rows is stored once${faults}`,
    isMet: faults === '',
  };
}

/** `printed`: a line `{time} {next row}` for each STATE, as stamp.mjs writes them. */
export function isAcknowledgedLate({ storedAt }: Delivery, printed: string): Finding {
  const states = printed.trim().split('\n').filter(Boolean);
  let row = 0;
  let newest = 0;
  const early = states.filter((line) => {
    const [at = 0, next = 0] = line.split(' ').map(Number);
    for (; row < next; row += 1) newest = Math.max(newest, storedAt[row] ?? Infinity);
    return !(newest <= at); // A row that is missing makes a NaN.
  });
  const faults = early.length === 0 ? '' : ` (${early.length} were)`;
  const text = `${states.length.toLocaleString('en')} states came back, the last of them for the row ${row.toLocaleString('en')}, and none before its rows were stored${faults}`;
  return { text, isMet: early.length === 0 && row === storedAt.length };
}

/** How long rows took to be there. An object counts from the end of its second. */
export function isVisibleWithin({ sentAt, storedAt }: Delivery, seconds: number): Finding {
  const delays = storedAt.map((stored, row) => (stored + 1000 - (sentAt[row] as number)) / 1000).sort();
  const quantile = (share: number): number => delays[Math.ceil(delays.length * share) - 1] ?? Number.NaN;
  const told = ([share, what]: readonly [number, string]): string => `${quantile(share).toFixed(1)} s ${what}`;
  const parts = [[0.5, '(half of them)'] as const, [0.99, '(99 %)'] as const, [1, '(all)'] as const].map(told);
  return { text: `Visible after ${parts.join(', ')}, at most ${seconds} s wanted`, isMet: quantile(1) <= seconds };
}

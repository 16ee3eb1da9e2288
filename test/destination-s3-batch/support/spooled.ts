// A spool with rows of known sizes, and all of them out of it, as a publish at the end of the input takes them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { SpoolFile } from '../../../destination-s3-batch/src/spool/spool-file.ts';
import { Spool } from '../../../destination-s3-batch/src/spool/spool.ts';
import type { BatchTable } from '../../../destination-s3-batch/src/tables/table.ts';

const mostStreams = 64;
export const segmentBytes = 1000;
export const maxHeldBytes = 1000;

export function tableNamed(name: string, index: number, dedup?: BatchTable['dedup']): BatchTable {
  return { index, name, stream: index, folder: `data/${name}/`, shape: undefined, dedup };
}

export async function withSpool(
  work: (spool: Spool) => Promise<void>,
  limits: { readonly firstBytes?: number } = {},
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'spool-test-'));
  try {
    await work(new Spool(folder, { maxHeldBytes, segmentBytes, ...limits }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

type To = { readonly day?: number; readonly time?: number; readonly placedBy?: number };

/** A row of this many bytes with its line end, from the middle of other bytes. */
export function add(
  spool: Spool,
  table: BatchTable,
  size: number,
  { day = 20_000, time = Number.NaN, placedBy = 0 }: To = {},
): void {
  const bytes = Buffer.from(`${'-'.repeat(7)}${'x'.repeat(size - 1)}--`);
  spool.append({ table, day, partition: '', placedBy, time, isUnusual: false }, bytes, 7, 7 + size - 1);
}

export function addMany(spool: Spool, table: BatchTable, rows: number, size = 100): void {
  for (let row = 0; row < rows; row += 1) add(spool, table, size);
}

export const named = (files: readonly SpoolFile[]): readonly string[] =>
  files.map(({ table, rows }) => `${table.name} ${rows}`);
export const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name, index) => tableNamed(name, index)) as [
  BatchTable,
  BatchTable,
  BatchTable,
  BatchTable,
];

export const plainRow = { day: 20_000, partition: '', placedBy: 0, time: Number.NaN, isUnusual: false } as const;

/** All segments of streams 0 to 63, on disk. */
export async function takeAll(spool: Spool): Promise<readonly SpoolFile[]> {
  for (let stream = 0; stream < mostStreams; stream += 1) spool.cut(stream);
  return await spool.flush();
}

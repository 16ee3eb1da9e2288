// Brings one row group's columns to local disk: a sparse file with the footer and the needed ranges at their own offsets.
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';

import type { ListedObject } from '@s3-connectors/common/s3/list.ts';
import { streamRange } from '@s3-connectors/common/s3/read.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import type { Reading } from '../formats/format.ts';
import { unreadable } from '../formats/unreadable.ts';
import { writeSparse, type ParquetFile } from './parquet-file.ts';
import { pieces, rangesOf, type ByteRange, type RowGroup } from './row-group.ts';

const pieceBytes = 8 * 1024 * 1024;
const connections = 4;

/** A local file with one row group in it; gone when disposed of. */
export type LocalRowGroup = AsyncDisposable & {
  readonly path: string;
  readonly file: ParquetFile;
  readonly group: RowGroup;
};

/**
 * Bytes go from the socket to the disk; nothing is held but 64 KiB a connection. Disk: the ranges' size.
 * @throws S3_OBJECT_CHANGED when the object is no longer the listed version.
 */
export async function fetchRowGroup(
  reading: Reading,
  {
    file,
    group,
    columns,
  }: { readonly file: ParquetFile; readonly group: RowGroup; readonly columns: ReadonlySet<number> },
  signal: AbortSignal,
): Promise<LocalRowGroup> {
  const { object, tail } = file;
  const path = join(reading.directory, `${object.etag.replaceAll(/[^\w-]/gu, '')}-${group.index}-${name++}.parquet`);
  await writeSparse(path, object.size, tail);
  const remove = (): Promise<void> => unlink(path);
  try {
    const ranges = rangesOf(group, columns);
    if (ranges.some(({ end }) => end > object.size)) throw unreadable(object, 'its footer points beyond its end');
    const held = object.size - tail.length; // What lies behind this came with the footer.
    const missing = ranges.map(({ start, end }) => ({ start, end: Math.min(end, held) }));
    await fetchRanges(reading, object, path, missing, signal);
    return { path, file, group, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

let name = 0;

async function fetchRanges(
  { s3 }: Reading,
  { key, etag }: ListedObject,
  path: string,
  ranges: readonly ByteRange[],
  signal: AbortSignal,
): Promise<number> {
  const output = await open(path, 'r+');
  const fetchPiece = async ({ start, end }: ByteRange, stop: AbortSignal): Promise<number> => {
    let at = start;
    for await (const chunk of streamRange(s3, { key, etag, start, end }, stop)) {
      await output.write(chunk, 0, chunk.length, at);
      at += chunk.length;
    }
    return at - start;
  };
  try {
    let bytes = 0;
    for await (const length of mapConcurrent(pieces(ranges, pieceBytes), connections, fetchPiece, signal))
      bytes += length;
    return bytes;
  } finally {
    await output.close();
  }
}

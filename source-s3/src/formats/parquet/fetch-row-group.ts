// Brings one row group's columns to local disk: a sparse file with the footer and the needed ranges at their own offsets.
import { join } from 'node:path';

import { LocalFile, removeFile } from '@s3-connectors/common/local-disk/local-file.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';
import { streamRange } from '@s3-connectors/common/s3/read.ts';
import type { ByteBudget } from '../../engine/byte-budget.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import type { Reading } from '../contract/format.ts';
import { unreadable } from '../contract/unreadable.ts';
import { writeSparse, type ParquetFile } from './parquet-file.ts';
import { neededChunks, pieces, rangesOf, type ByteRange, type RowGroup } from './footer/row-group.ts';

const pieceBytes = 8 * 1024 * 1024;
const connections = 4;

/** A local file with one row group. It is removed when it is disposed of. */
export type LocalRowGroup = AsyncDisposable & {
  readonly path: string;
  readonly file: ParquetFile;
  readonly group: RowGroup;
};

type RowGroupNeed = {
  readonly file: ParquetFile;
  readonly group: RowGroup;
  /** Places of the columns. */
  readonly columns: ReadonlySet<number>;
  /** The budget that the ranges' bytes are taken from, until disposal. */
  readonly disk: ByteBudget;
};

/**
 * Bytes go from the socket to the disk. Only 64 KiB per connection are held. @throws S3_OBJECT_CHANGED if the object is no longer
 * the listed version.
 */
export async function fetchRowGroup(
  reading: Reading,
  { file, group, columns, disk }: RowGroupNeed,
  signal: AbortSignal,
): Promise<LocalRowGroup> {
  const { object, tail } = file;
  const path = join(reading.folder.path, `${object.etag.replaceAll(/[^\w-]/gu, '')}-${group.index}-${name++}.parquet`);
  const ranges = rangesOf(group, columns);
  const footerStart = tail.start + tail.bytes.length;
  if (ranges.some(({ start, end }) => start < 0 || end < start || end > footerStart)) {
    throw unreadable(object, 'its footer points beyond its ends');
  }
  const encrypted = neededChunks(group, columns).find(({ isEncrypted }) => isEncrypted);
  if (encrypted !== undefined) throw unreadable(object, `its column "${encrypted.leaf.path}" is encrypted`);
  const held = tail.start; // Everything after this came with the footer.
  const missing = ranges.map(({ start, end }) => ({ start: Math.min(start, held), end: Math.min(end, held) }));
  const bytes = missing.reduce((sum, { start, end }) => sum + end - start, 0);
  const giveBack = await disk.take(bytes, signal);
  try {
    await writeSparse(path, tail, file.footerOf(group));
    if (bytes > 0) await fetchRanges(reading, object, { path, ranges: missing }, signal);
  } catch (error) {
    await removeFile(path);
    giveBack();
    throw error;
  }
  return {
    path,
    file,
    group,
    async [Symbol.asyncDispose]() {
      await removeFile(path);
      giveBack();
    },
  };
}

let name = 0;

async function fetchRanges(
  { s3 }: Reading,
  { key, etag }: ListedObject,
  { path, ranges }: { readonly path: string; readonly ranges: readonly ByteRange[] },
  signal: AbortSignal,
): Promise<void> {
  await using output = await LocalFile.open(path, 'change');
  const fetchPiece = async ({ start, end }: ByteRange, stop: AbortSignal): Promise<void> => {
    let at = start;
    for await (const chunk of streamRange(s3, { key, etag, start, end }, stop)) {
      await output.write(chunk, at);
      at += chunk.length;
    }
  };
  for await (const _ of mapConcurrent(pieces(ranges, pieceBytes), connections, fetchPiece, signal));
}

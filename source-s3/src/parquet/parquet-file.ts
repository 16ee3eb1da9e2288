// A Parquet object as far as its footer tells: read through a sparse local file that holds the footer at its own offset.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { literal } from '@s3-connectors/common/columns/sql.ts';
import type { StoredColumn } from '@s3-connectors/common/columns/stored-type.ts';
import { LocalFile } from '@s3-connectors/common/local-disk/local-file.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { S3 } from '@s3-connectors/common/s3/client.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';
import { readRange } from '@s3-connectors/common/s3/read.ts';

import { storedType } from '../engine/duckdb-type.ts';
import type { Reading } from '../formats/format.ts';
import { unreadable } from '../formats/unreadable.ts';
import { readFooter } from './footer.ts';
import type { KnownColumns } from './known-columns.ts';
import { countNanosecondLeaves, keepNanoseconds } from './nanoseconds.ts';
import type { RowGroup } from './row-group.ts';
import { refinedType, unreadableSchema, type SchemaNode } from './schema-tree.ts';
import { ThriftDamage } from './thrift.ts';

/** The end of a file from `start` on, at least the footer; of a small file all of it. */
export type FileTail = { readonly start: number; readonly bytes: Buffer };

export type ParquetFile = {
  readonly object: ListedObject;
  /** As our local copies have it. */
  readonly tail: FileTail;
  /** In the file's order; names as the footer has them. */
  readonly columns: readonly StoredColumn[];
  readonly rowGroups: readonly RowGroup[];
  readonly rows: number;
  /** Lower case, as `zstd`. */
  readonly codecs: readonly string[];
};

const tailBytes = 256 * 1024; // The footer of most files, and the whole of small ones, with one request.
const trailerBytes = 8; // Footer length and magic.
const minFileBytes = 12;
const maxFooterBytes = 512 * 1024 * 1024;
let opened = 0;

/**
 * Fetches and reads the footer. Holds at most 256 KiB, or the footer if that is longer.
 * @throws FILE_UNREADABLE naming the object and the reason; S3_OBJECT_CHANGED when it is no longer the listed version.
 */
export async function openParquet(
  reading: Reading,
  { object, known }: { readonly object: ListedObject; readonly known: KnownColumns },
  signal: AbortSignal,
): Promise<ParquetFile> {
  const read = await readTail(reading.s3, object, signal);
  const start = object.size - read.length;
  const footerBytes = footerLength(read);
  const { root, rowGroups, codecs, fingerprint } = understood(object, () => {
    return readFooter(read.subarray(-footerBytes, -trailerBytes));
  });
  const why = unreadableSchema(root);
  if (why !== undefined) throw unreadable(object, why);
  let columns = known.get(fingerprint);
  if (columns === undefined) {
    columns = await columnsOf(reading, { object, root, tail: { start, bytes: read } });
    known.keep(fingerprint, columns);
  }
  const bytes = understood(object, () => keepNanoseconds(read, footerBytes, countNanosecondLeaves(root)));
  const rows = rowGroups.reduce((sum, group) => sum + group.rows, 0);
  return { object, tail: { start, bytes }, columns, rowGroups, rows, codecs };
}

async function readTail(s3: S3, object: ListedObject, signal: AbortSignal): Promise<Buffer> {
  const { key, etag, size } = object;
  if (size < minFileBytes) throw unreadable(object, `it is too short (${size} bytes)`);
  const start = Math.max(0, size - tailBytes);
  const tail = await readRange(s3, { key, etag, start, end: size }, signal);
  const magic = tail.toString('latin1', tail.length - 4);
  if (magic === 'PARE') throw unreadable(object, 'its footer is encrypted');
  if (magic !== 'PAR1') throw unreadable(object, 'it does not end as a Parquet file; it may have been cut');
  const footerBytes = footerLength(tail);
  if (footerBytes > Math.min(size - 4, maxFooterBytes)) throw unreadable(object, 'its footer is damaged');
  if (footerBytes <= tail.length) return tail;
  const rest = await readRange(s3, { key, etag, start: size - footerBytes, end: start }, signal);
  return Buffer.concat([rest, tail]);
}

/** With its length and magic. */
function footerLength(tail: Buffer): number {
  return tail.readUInt32LE(tail.length - trailerBytes) + trailerBytes;
}

/** A file in which only its magic and its tail are real; holes take no disk and are never read. */
export async function writeSparse(path: string, { start, bytes }: FileTail): Promise<void> {
  await using file = await LocalFile.open(path, 'new');
  if (start > 0) await file.write(Buffer.from('PAR1'), 0);
  await file.write(bytes, start);
}

function understood<T>(object: ListedObject, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ThriftDamage) throw unreadable(object, `its footer is damaged: ${error.message}`, error);
    throw error;
  }
}

type Opening = { readonly object: ListedObject; readonly root: SchemaNode; readonly tail: FileTail };

/** The engine's types, with what only the footer says of them. */
async function columnsOf(
  { engine, folder }: Reading,
  { object, root, tail }: Opening,
): Promise<readonly StoredColumn[]> {
  const path = join(folder.path, `footer-${opened++}.parquet`);
  try {
    await folder.use(() => writeSparse(path, tail));
    const types = await engine.columns(`SELECT * FROM read_parquet(${literal(path)}, hive_partitioning = false)`);
    // The engine renames columns whose names differ in case only; the footer has the right names.
    return types.map(({ name, type }, index): StoredColumn => {
      const node = root.children[index];
      return node === undefined
        ? { name, type: storedType(type) }
        : { name: node.name, type: refinedType(node, storedType(type)) };
    });
  } catch (error) {
    throw error instanceof ConnectorError ? undecodable(error, object, path) : error;
  } finally {
    await rm(path, { force: true });
  }
}

/** What the engine said of a local file, said of the object. */
export function undecodable(error: ConnectorError, object: ListedObject, path: string): ConnectorError {
  if (error.code === 'TEMP_FOLDER_UNUSABLE') return error;
  const why = error.message.replace(`Failed to read file "${path}": `, '').replaceAll(path, 'it');
  if (error.code === 'FILE_UNREADABLE') return unreadable(object, why, error);
  const details = error.details === undefined ? {} : { details: error.details };
  return new ConnectorError(error.code, `"${object.key}" cannot be read: ${why}.`, { ...details, cause: error });
}

// A Parquet object as far as its footer tells: read through a sparse local file that holds the footer at its own offset.
import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';

import { literal } from '@s3-connectors/common/columns/sql.ts';
import type { StoredColumn } from '@s3-connectors/common/columns/stored-type.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { S3 } from '@s3-connectors/common/s3/client.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';
import { readRange } from '@s3-connectors/common/s3/read.ts';

import { storedType } from '../engine/duckdb-type.ts';
import type { Engine } from '../engine/engine.ts';
import type { Reading } from '../formats/format.ts';
import { unreadable } from '../formats/unreadable.ts';
import { countNanosecondLeaves, keepNanoseconds, type NanosecondLeaves } from './nanoseconds.ts';
import type { RowGroup } from './row-group.ts';
import { leavesOf, refinedType, schemaColumns, schemaTree, unreadableSchema, type Leaf } from './schema-tree.ts';

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
export async function openParquet(reading: Reading, object: ListedObject, signal: AbortSignal): Promise<ParquetFile> {
  const tail = await readTail(reading.s3, object, signal);
  const path = join(reading.directory, `footer-${opened++}.parquet`);
  const start = object.size - tail.length;
  await writeSparse(path, { start, bytes: tail });
  try {
    const { nanoseconds, ...metadata } = await readMetadata(reading.engine, path);
    const bytes = keepNanoseconds(tail, footerLength(tail), nanoseconds);
    return { object, tail: { start, bytes }, ...metadata };
  } catch (error) {
    throw error instanceof ConnectorError ? undecodable(error, object, path) : error;
  } finally {
    await unlink(path);
  }
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
  const file = await open(path, 'wx', 0o600);
  try {
    await file.truncate(start + bytes.length);
    await file.write(Buffer.from('PAR1'), 0, 4, 0);
    await file.write(bytes, 0, bytes.length, start);
  } finally {
    await file.close();
  }
}

type Metadata = Pick<ParquetFile, 'columns' | 'rowGroups' | 'rows' | 'codecs'> & {
  readonly nanoseconds: NanosecondLeaves;
};

async function readMetadata(engine: Engine, path: string): Promise<Metadata> {
  const file = literal(path);
  const root = schemaTree(await engine.rows(`SELECT ${schemaColumns} FROM parquet_schema(${file})`));
  const why = unreadableSchema(root);
  if (why !== undefined) throw new ConnectorError('FILE_UNREADABLE', why);
  const types = await engine.columns(`SELECT * FROM read_parquet(${file})`);
  const chunks = await engine.rows(
    `SELECT row_group_id, row_group_num_rows, column_id, compression, num_values, data_page_offset,
       dictionary_page_offset, total_compressed_size, total_uncompressed_size
     FROM parquet_metadata(${file}) ORDER BY row_group_id, column_id`,
  );
  // The engine renames columns whose names differ in case only; the footer has the right names.
  const columns = types.map(({ name, type }, index): StoredColumn => {
    const node = root.children[index];
    return node === undefined
      ? { name, type: storedType(type) }
      : { name: node.name, type: refinedType(node, storedType(type)) };
  });
  const rowGroups = rowGroupsOf(chunks, leavesOf(root));
  const rows = rowGroups.reduce((sum, group) => sum + group.rows, 0);
  const codecs = new Set(chunks.map(({ compression }) => String(compression).toLowerCase()));
  return { columns, rowGroups, rows, codecs: [...codecs], nanoseconds: countNanosecondLeaves(root) };
}

function rowGroupsOf(
  chunks: readonly Readonly<Record<string, unknown>>[],
  leaves: readonly Leaf[],
): readonly RowGroup[] {
  const groups: { index: number; firstRow: number; rows: number; chunks: RowGroup['chunks'][number][] }[] = [];
  let rows = 0;
  for (const chunk of chunks) {
    const index = Number(chunk['row_group_id']);
    let group = groups.at(-1);
    if (group?.index !== index) {
      group = { index, firstRow: rows, rows: Number(chunk['row_group_num_rows']), chunks: [] };
      groups.push(group);
      rows += group.rows;
    }
    const dictionary = Number(chunk['dictionary_page_offset'] ?? 0);
    const data = Number(chunk['data_page_offset']);
    const start = dictionary > 0 ? Math.min(dictionary, data) : data; // Some writers put 0 for "no dictionary".
    const leaf = leaves[Number(chunk['column_id'])];
    if (leaf === undefined) continue;
    group.chunks.push({
      start,
      end: start + Number(chunk['total_compressed_size']),
      leaf,
      isCompressed: chunk['compression'] !== 'UNCOMPRESSED',
      bytes: Number(chunk['total_uncompressed_size']),
      values: Number(chunk['num_values']),
    });
  }
  return groups;
}

/** What the engine said of a local file, said of the object. */
export function undecodable(error: ConnectorError, object: ListedObject, path: string): ConnectorError {
  const why = error.message.replace(`Failed to read file "${path}": `, '').replaceAll(path, 'it');
  if (error.code === 'FILE_UNREADABLE') return unreadable(object, why, error);
  const details = error.details === undefined ? {} : { details: error.details };
  return new ConnectorError(error.code, `"${object.key}" cannot be read: ${why}.`, { ...details, cause: error });
}

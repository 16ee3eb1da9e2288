// A Parquet object, as far as its footer describes it. It is read through sparse local files, with the needed bytes at their own
// offsets.
import { compressionExtensions, extensionOf } from '../../layout/file-name.ts';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { literal } from '@s3-connectors/common/columns/sql.ts';
import type { StoredColumn } from '../../columns/sql/stored-type.ts';
import { LocalFile } from '@s3-connectors/common/local-disk/local-file.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';
import { readRange } from '@s3-connectors/common/s3/read.ts';
import { ByteBudget } from '../../engine/byte-budget.ts';

import { storedType } from '../../engine/duckdb-type.ts';
import type { Reading } from '../contract/format.ts';
import { unreadable } from '../contract/unreadable.ts';
import { codecByBytes, codecBytes } from '../text/compression/codecs.ts';
import { FooterTooLarge, readFooter, readRowGroup, type FooterLimits } from './footer/footer.ts';
import { footerReader } from './footer/footer-window.ts';
import type { KnownColumns } from './known-columns.ts';
import { localFooter, magic } from './footer/local-footer.ts';
import { megabytes } from './page-memory.ts';
import { keepNanoseconds } from './nanoseconds.ts';
import type { RowGroup } from './footer/row-group.ts';
import type { RowGroupIndex } from './footer/row-group-index.ts';
import { refinedType, unreadableSchema, type SchemaNode } from './footer/schema-tree.ts';
import { ThriftDamage } from './footer/thrift.ts';

/** The last bytes before the footer, from `start` on, if they came with it: all data of a small file. */
export type FileTail = { readonly start: number; readonly bytes: Buffer };

export type ParquetFile = {
  readonly object: ListedObject;
  readonly tail: FileTail;
  /** In the file's order, with the names from the footer. */
  readonly columns: readonly StoredColumn[];
  readonly groups: RowGroupIndex;
  /** In lower case, such as `zstd`. */
  readonly codecs: readonly string[];
  /** A row group according to the footer. Requests it from S3 again if the footer is long. @throws FILE_UNREADABLE */
  rowGroup(index: number, signal: AbortSignal): Promise<RowGroup>;
  /** The end of a local copy with that row group. */
  footerOf(group: RowGroup): Buffer;
};

const tailBytes = 256 * 1024; // The footer of most files, and all of small ones, with one request.
const trailerBytes = 8; // Footer length and magic.
const minFileBytes = 12;
/** The most footers in memory at a time, of all files of the process. A longer one is alone. */
const footers = new ByteBudget(32 * 1024 * 1024);
let opened = 0;

/**
 * Fetches and reads the footer. From a long one it keeps only the columns, and 16 bytes for each row group. @throws
 * FILE_UNREADABLE, naming the object and the reason; ENGINE_MEMORY_EXCEEDED for a footer that takes too much; S3_OBJECT_CHANGED if
 * it is no longer the listed version.
 */
export async function openParquet(reading: Reading, opening: Opening, signal: AbortSignal): Promise<ParquetFile> {
  const { object, memoryBytes } = opening;
  const end = await readEnd(reading.s3, object, signal);
  const footerBytes = footerLength(end);
  if (footerBytes > memoryBytes / 4) throw tooLarge(object, `has ${megabytes(footerBytes)} MB`, memoryBytes);
  const start = object.size - footerBytes;
  const isShort = footerBytes <= end.length;
  const giveBack = isShort ? undefined : await footers.take(footerBytes, signal);
  try {
    const { key, etag, size } = object;
    const bytes = isShort
      ? end.subarray(-footerBytes, -trailerBytes)
      : await readRange(reading.s3, { key, etag, start, end: size - trailerBytes }, signal);
    const { columns, groups, codecs, leaves, parts } = await understand(reading, opening, bytes);
    const tail = isShort
      ? { start: size - end.length, bytes: end.subarray(0, -footerBytes) }
      : { start, bytes: Buffer.alloc(0) };
    const describe = footerReader(reading.s3, object, { start, whole: isShort ? bytes : undefined });
    return {
      object,
      tail,
      columns,
      groups,
      codecs,
      async rowGroup(index, stop) {
        const description = await describe(groups.placeOf(index), stop);
        return understood(object, memoryBytes, () => readRowGroup(description, index, leaves));
      },
      footerOf: (group) => localFooter(parts, group),
    };
  } finally {
    giveBack?.();
  }
}

/** What is kept of a footer, without any of its bytes. */
async function understand(reading: Reading, { object, known, memoryBytes }: Opening, bytes: Buffer) {
  const { root, leaves, groups, codecs, fingerprint, parts } = understood(object, memoryBytes, () => {
    return readFooter(bytes, footerLimits(memoryBytes));
  });
  const why = unreadableSchema(root);
  if (why !== undefined) throw unreadable(object, why);
  const schema = understood(object, memoryBytes, () => keepNanoseconds(parts.schema, root));
  const columns = await known.of(fingerprint, () => columnsOf(reading, { object, root, end: localFooter(parts) }));
  return { columns, groups, codecs, leaves, parts: { ...parts, schema } };
}

type Opening = {
  readonly object: ListedObject;
  readonly known: KnownColumns;
  /** `max_memory_mb`, in bytes. */
  readonly memoryBytes: number;
};

/**
 * A footer may take a quarter of the memory, and what is kept of it a sixteenth. The engine takes 4 KiB for a column. Names of
 * columns are in the schemas of many files, and several times in each.
 */
function footerLimits(memoryBytes: number): FooterLimits {
  const elements = Math.floor(memoryBytes / 4 / 4096);
  return {
    elements,
    levels: elements * 16, // A column inside many structs takes about 400 bytes for each.
    schemaMegabytes: Math.floor(memoryBytes / 64 / 1024 / 1024),
    groups: Math.floor(memoryBytes / 16 / 32),
  };
}

function tooLarge({ key }: ListedObject, what: string, memoryBytes: number): ConnectorError {
  const most = `of max_memory_mb, ${megabytes(memoryBytes)} MB, a footer may take a quarter`;
  const text = `"${key}" cannot be read: its footer ${what}, and ${most}. Raise max_memory_mb, or have the file written with larger row groups, or with fewer or less nested columns or shorter names.`;
  return new ConnectorError('ENGINE_MEMORY_EXCEEDED', text);
}

/** The last 256 KiB, or all of a small file. */
async function readEnd(s3: S3, object: ListedObject, signal: AbortSignal): Promise<Buffer> {
  const { key, etag, size } = object;
  if (size < minFileBytes) throw unreadable(object, `it is too short (${size} bytes)`);
  const end = await readRange(s3, { key, etag, start: Math.max(0, size - tailBytes), end: size }, signal);
  const magic = end.toString('latin1', end.length - 4);
  if (magic === 'PARE') throw unreadable(object, 'its footer is encrypted');
  if (magic !== 'PAR1')
    throw unreadable(object, `it does not end as a Parquet file; ${await whyNot(s3, object, signal)}`);
  if (footerLength(end) > size - 4) throw unreadable(object, 'its footer is damaged');
  return end;
}

/** By its first bytes, which show more than its name. */
async function whyNot(s3: S3, { key, etag, size }: ListedObject, signal: AbortSignal): Promise<string> {
  const codec = codecByBytes(await readRange(s3, { key, etag, start: 0, end: Math.min(size, codecBytes) }, signal));
  const inside = 'which is not read: a Parquet file has its compression inside. Decompress it';
  if (codec !== undefined) return `it is compressed as a whole with ${codec}, ${inside}`;
  const isNamedSo = compressionExtensions.has(extensionOf(key) ?? '');
  return isNamedSo ? `it may be compressed as a whole, ${inside}` : 'it may have been cut';
}

/** With its length and magic. */
function footerLength(end: Buffer): number {
  return end.readUInt32LE(end.length - trailerBytes) + trailerBytes;
}

/** A file in which only its magic, its tail and its footer are real. Holes take no disk and are never read. */
export async function writeSparse(path: string, { start, bytes }: FileTail, footer: Buffer): Promise<void> {
  await using file = await LocalFile.open(path, 'new');
  if (start > 0) await file.write(magic);
  await file.write(Buffer.concat([bytes, footer]), start); // A second write costs more than the copy.
}

function understood<T>(object: ListedObject, memoryBytes: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ThriftDamage) throw unreadable(object, `its footer is damaged: ${error.message}`, error);
    if (error instanceof FooterTooLarge) throw tooLarge(object, `tells of ${error.message}`, memoryBytes);
    throw error;
  }
}

type Question = { readonly object: ListedObject; readonly root: SchemaNode; readonly end: Buffer };

/** The engine's types, with what only the footer has. */
async function columnsOf(
  { engine, folder }: Reading,
  { object, root, end }: Question,
): Promise<readonly StoredColumn[]> {
  const path = join(folder.path, `footer-${opened++}.parquet`);
  try {
    await folder.use(() => writeSparse(path, { start: 0, bytes: magic }, end));
    const types = await engine.columns(`SELECT * FROM read_parquet(${literal(path)}, hive_partitioning = false)`);
    // The engine renames columns whose names differ only in case. The footer has the right names.
    return types.map(({ name, type }, index): StoredColumn => {
      const node = root.children[index];
      return node === undefined
        ? { name, type: storedType(type) }
        : { name: node.name, type: refinedType(node, storedType(type)) };
    });
  } catch (error) {
    throw error instanceof ConnectorError ? undecodable(error, object) : error;
  } finally {
    await rm(path, { force: true });
  }
}

/** An error of a local file, reported for the object. `place`: where in it, to follow the reason. */
export function undecodable(error: ConnectorError, object: ListedObject, place = ''): ConnectorError {
  if (error.code === 'TEMP_FOLDER_UNUSABLE') return error;
  if (error.code === 'FILE_UNREADABLE') return unreadable(object, error.message + place, error);
  const details = error.details === undefined ? {} : { details: error.details };
  const text = `"${object.key}" cannot be read: ${error.message}.`;
  return new ConnectorError(error.code, text, { ...details, cause: error });
}

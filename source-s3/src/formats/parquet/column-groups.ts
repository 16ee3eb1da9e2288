// Checks the pages of a fetched row group before it is decoded: that they are intact and match the footer, and which columns' pages
// fit in memory together.
import { countOf } from '@s3-connectors/common/program/text-layout.ts';
import { open } from 'node:fs/promises';

import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import { unreadable } from '../contract/unreadable.ts';
import {
  groupByMemory,
  megabytes,
  pageMemory,
  rowMemory,
  sumOf,
  vectorRows,
  type PageMemory,
  type PageSizes,
} from './page-memory.ts';
import type { FileTail } from './parquet-file.ts';
import { isIntact, pagesOf, type ReadBytes } from './pages.ts';
import { neededChunks, uncompressedBytes, type Chunk, type RowGroup } from './footer/row-group.ts';

/** Columns, by place, that are decoded at once. `claimed`: as in PageMemory, including wide rows. */
export type ColumnGroup = { readonly columns: ReadonlySet<number>; readonly claimed: number };

type FetchedColumns = {
  readonly path: string;
  /** The part of the file that is also in memory. */
  readonly tail: FileTail;
  readonly object: ListedObject;
  readonly group: RowGroup;
  readonly columns: ReadonlySet<number>;
};

/**
 * A column that must be decoded alone may take more than columns that are decoded together, because the rest of the process is
 * small then.
 */
const aloneBytes = 128 * 1024 * 1024;
/** Rows on their way may take this much without being counted. */
const usualRowBytes = 32 * 1024 * 1024;
/** A row group below this share of the memory fits even if each column is one page, for which the engine takes twice its size. */
const smallShare = 1 / 4;
/** What less takes is decoded sooner than an engine is opened. */
const leastSharedBytes = 1024 * 1024;

/**
 * The columns in the order of their bytes in the file, in groups whose pages take at most `memoryBytes`. @throws FILE_UNREADABLE
 * for pages that are damaged or do not match the footer; ENGINE_MEMORY_EXCEEDED for a page that does not fit alone.
 */
export async function columnGroupsOf(fetched: FetchedColumns, memoryBytes: number): Promise<readonly ColumnGroup[]> {
  const { object, group, columns } = fetched;
  const chunks = neededChunks(group, columns).sort((a, b) => a.start - b.start);
  const { unpackedBytes, bytes: allBytes } = bytesOf(chunks);
  const isSmall = allBytes <= memoryBytes * smallShare;
  await using bytes = await openBytes(fetched, chunks);
  const ofRows = rowMemory(unpackedBytes, group.rows);
  const memory = new Map<number, PageMemory>();
  const largest = new Map<number, LargestPage>();
  for (const chunk of chunks) {
    const { column, path: name } = chunk.leaf;
    const sizes = await checkChunk(bytes.read, chunk, object);
    memory.set(column, sumOf([memory.get(column) ?? { resident: 0, claimed: 0 }, pageMemory(sizes)]));
    const page = Math.max(sizes.unpacked, sizes.dictionary);
    if (page >= (largest.get(column)?.bytes ?? 0)) largest.set(column, { name, bytes: page });
  }
  if (isSmall && ofRows <= usualRowBytes) return [{ columns, claimed: 0 }];
  refuseTooLarge(object, memory, largest, memoryBytes + aloneBytes);
  const groups = isSmall ? [[...columns]] : groupByMemory(memory, memoryBytes);
  return groups.map((places) => {
    const { resident, claimed } = sumOf(places.flatMap((place) => memory.get(place) ?? []));
    // In turns, rows are narrower than that, and pages may use the rest.
    const room = Math.max(0, memoryBytes - resident);
    return { columns: new Set(places), claimed: claimed + (groups.length > 1 ? 0 : Math.min(room, ofRows)) };
  });
}

/** Whether two such row groups take no more than one that is small, and are worth a second engine. */
export function canShareMemory(group: RowGroup, columns: ReadonlySet<number>, memoryBytes: number): boolean {
  const { unpackedBytes, bytes } = bytesOf(neededChunks(group, columns));
  if (bytes < leastSharedBytes || bytes > (memoryBytes * smallShare) / 2) return false;
  return areRowsLight({ bytes: unpackedBytes, rows: group.rows });
}

/** Whether such rows may be on their way in two row groups at once: lines, which can be far longer than their values, or values. */
export function areRowsLight({ bytes, rows }: { readonly bytes: number; readonly rows: number }): boolean {
  return rowMemory((bytes / Math.max(1, rows)) * vectorRows, vectorRows) <= usualRowBytes / 2;
}

/** `bytes`: as they are stored and unpacked. */
function bytesOf(chunks: readonly Chunk[]): { readonly unpackedBytes: number; readonly bytes: number } {
  const unpackedBytes = uncompressedBytes(chunks);
  return { unpackedBytes, bytes: chunks.reduce((sum, { start, end }) => sum + end - start, unpackedBytes) };
}

/** Of a small file nothing has to be read again. */
async function openBytes(
  { path, tail }: FetchedColumns,
  chunks: readonly Chunk[],
): Promise<AsyncDisposable & { readonly read: ReadBytes }> {
  const first = chunks[0]?.start ?? tail.start;
  if (first >= tail.start) {
    const read: ReadBytes = (at, length) => {
      return Promise.resolve(tail.bytes.subarray(at - tail.start, at - tail.start + length));
    };
    return { read, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const file = await open(path, 'r');
  const read: ReadBytes = async (at, length) => {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, at);
    return buffer.subarray(0, bytesRead);
  };
  return { read, [Symbol.asyncDispose]: () => file.close() };
}

type LargestPage = { readonly name: string; readonly bytes: number };

function refuseTooLarge(
  { key }: ListedObject,
  memory: ReadonlyMap<number, PageMemory>,
  largest: ReadonlyMap<number, LargestPage>,
  mostBytes: number,
): void {
  for (const [column, { resident }] of memory) {
    if (resident <= mostBytes) continue;
    const { name, bytes } = largest.get(column) ?? { name: '', bytes: 0 };
    const text = `"${key}" cannot be read: a page of its column "${name}" has ${megabytes(bytes)} MB. The column then takes ${megabytes(resident)} MB of memory, and ${megabytes(mostBytes)} MB are available. Raise max_memory_mb by ${megabytes(resident - mostBytes)}, or have the file written with smaller pages or row groups.`;
    throw new ConnectorError('ENGINE_MEMORY_EXCEEDED', text);
  }
}

async function checkChunk(read: ReadBytes, chunk: Chunk, object: ListedObject): Promise<PageSizes> {
  const { isText, path } = chunk.leaf;
  let [stored, unpacked, dictionary, pages, values, seen] = [0, 0, 0, 0, 0, chunk.start];
  for await (const page of pagesOf(read, chunk)) {
    if (page.end <= chunk.end && !(await isIntact(read, page))) {
      throw unreadable(object, `a page of its column "${path}" does not match its checksum`);
    }
    values += page.values;
    seen = page.end;
    if (chunk.isCompressed) stored = Math.max(stored, page.end - page.start);
    if (page.isDictionary) dictionary += page.bytes;
    else {
      unpacked = Math.max(unpacked, page.bytes);
      pages++;
    }
  }
  // The engine trusts the footer, and would read memory outside the page. If there is no header, the engine reports what is wrong.
  if (seen >= chunk.end && values !== chunk.numValues) {
    const text = `the pages of its column "${path}" hold ${countOf(values, 'value')}, and its footer says ${chunk.numValues}`;
    throw unreadable(object, text);
  }
  return { isText, stored, unpacked, dictionary, pages };
}

// A Parquet footer, as far as reading needs it: the schema, where each column chunk lies, and what the engine's types depend on.
// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (FileMetaData)
import { hash } from 'node:crypto';

import type { Chunk, RowGroup } from './row-group.ts';
import { readElement, type SchemaElement } from './schema-element.ts';
import { leavesOf, schemaTree, type Leaf, type SchemaNode } from './schema-tree.ts';
import { ThriftBytes, ThriftDamage, types } from './thrift.ts';

export type Footer = {
  readonly root: SchemaNode;
  readonly rowGroups: readonly RowGroup[];
  /** Lower case, as `zstd`. */
  readonly codecs: readonly string[];
  /** Stands for all that is not told of rows: footers that share it have the same columns. */
  readonly fingerprint: string;
};

const codecNames = ['uncompressed', 'snappy', 'gzip', 'lzo', 'brotli', 'lz4', 'zstd', 'lz4_raw'];
const uncompressed = 0;

/** `bytes`: from its first one on. @throws ThriftDamage where there is none. */
export function readFooter(bytes: Uint8Array): Footer {
  const footer = new ThriftBytes(bytes, 0);
  const same: Uint8Array[] = [];
  let from = 0;
  let elements: readonly SchemaElement[] = [];
  let groups: readonly StoredGroup[] | undefined;
  for (const { id, type, at } of footer.fields()) {
    if (id === 2 && type === types.list) elements = structsOf(footer, readElement);
    else if ((id === 3 && type === types.i64) || (id === 4 && type === types.list)) {
      if (id === 4) groups = structsOf(footer, readGroup);
      else footer.number();
      same.push(bytes.subarray(from, at));
      from = footer.at;
    }
  }
  same.push(bytes.subarray(from, footer.at));
  if (groups === undefined) throw new ThriftDamage('it tells of no row groups');
  const root = schemaTree(elements);
  const codecs = new Set(groups.flatMap(({ chunks }) => chunks.map(({ codec }) => codec)));
  return {
    root,
    rowGroups: placed(groups, leavesOf(root)),
    codecs: [...codecs].map((codec) => codecNames[codec] ?? String(codec)),
    fingerprint: hash('sha256', Buffer.concat(same), 'base64'),
  };
}

/** The structs of the list that begins here. */
function structsOf<T>(footer: ThriftBytes, read: (footer: ThriftBytes) => T): readonly T[] {
  const { items, type } = footer.list();
  if (items > 0 && type !== types.struct) throw new ThriftDamage('a list does not hold what it should');
  const all: T[] = [];
  for (let item = 0; item < items; item++) all.push(read(footer));
  return all;
}

type StoredGroup = { readonly rows: number; readonly chunks: readonly StoredChunk[] };
type StoredChunk = Omit<Chunk, 'leaf' | 'isCompressed'> & { readonly codec: number };

/** RowGroup */
function readGroup(footer: ThriftBytes): StoredGroup {
  let chunks: readonly StoredChunk[] | undefined;
  let rows = -1;
  for (const { id, type } of footer.fields()) {
    if (id === 1 && type === types.list) chunks = structsOf(footer, readChunk);
    else if (id === 3 && type === types.i64) rows = footer.number();
  }
  if (chunks === undefined || rows < 0) throw new ThriftDamage('it does not tell the rows of a row group');
  return { rows, chunks };
}

/** ColumnChunk */
function readChunk(footer: ThriftBytes): StoredChunk {
  let chunk: StoredChunk | undefined;
  for (const { id, type } of footer.fields()) if (id === 3 && type === types.struct) chunk = readPlace(footer);
  if (chunk === undefined) throw new ThriftDamage('it does not tell where a column lies; it may be encrypted');
  return chunk;
}

/** ColumnMetaData */
function readPlace(footer: ThriftBytes): StoredChunk {
  let [codec, values, bytes, stored, data, dictionary]: (number | undefined)[] = [];
  for (const { id, type } of footer.fields()) {
    if (id === 4 && type === types.i32) codec = footer.number();
    else if (type !== types.i64) continue;
    else if (id === 5) values = footer.number();
    else if (id === 6) bytes = footer.number();
    else if (id === 7) stored = footer.number();
    else if (id === 9) data = footer.number();
    else if (id === 11) dictionary = footer.number();
  }
  if (codec === undefined || values === undefined) throw new ThriftDamage('it does not tell what a column holds');
  if (bytes === undefined || stored === undefined || data === undefined) {
    throw new ThriftDamage('it does not tell where a column lies');
  }
  const start = dictionary === undefined || dictionary <= 0 ? data : Math.min(dictionary, data); // Some writers put 0 for none.
  return { codec, values, bytes, start, end: start + stored };
}

/** Chunks stand in the order of the leaves. */
function placed(groups: readonly StoredGroup[], leaves: readonly Leaf[]): readonly RowGroup[] {
  let firstRow = 0;
  return groups.map(({ rows, chunks }, index) => {
    const group = { index, firstRow, rows, chunks: chunks.flatMap((chunk, place) => chunkOf(chunk, leaves[place])) };
    firstRow += rows;
    return group;
  });
}

function chunkOf({ codec, ...place }: StoredChunk, leaf: Leaf | undefined): readonly Chunk[] {
  return leaf === undefined ? [] : [{ ...place, leaf, isCompressed: codec !== uncompressed }];
}

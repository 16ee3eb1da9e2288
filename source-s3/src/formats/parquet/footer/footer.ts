// A Parquet footer, as far as reading needs it: the schema, where the row groups are described, and what the engine's types depend
// on. https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (FileMetaData)
import { createHash } from 'node:crypto';

import type { Chunk, RowGroup } from './row-group.ts';
import { RowGroupIndex } from './row-group-index.ts';
import { columnChunk, columnMetaData, fileMetaData, keyValue, rowGroup } from './footer-fields.ts';
import { readElement, type SchemaElement } from './schema-element.ts';
import { leavesOf, levelsOf, schemaTree, type Leaf, type SchemaNode } from './schema-tree.ts';
import { ThriftBytes, ThriftDamage, types } from './thrift.ts';

export type Footer = {
  readonly root: SchemaNode;
  readonly leaves: readonly Leaf[];
  readonly groups: RowGroupIndex;
  /** In lower case, such as `zstd`. */
  readonly codecs: readonly string[];
  /** Represents everything except row groups: footers that share it have the same columns. */
  readonly fingerprint: string;
  /** The parts for our local copies, except the row groups: bytes of the footer. */
  readonly parts: FooterParts;
};

/** `schema`: the value of the field, a list. */
export type FooterParts = {
  readonly version: number;
  readonly schema: Uint8Array;
  readonly createdBy?: Uint8Array;
  /** The only entry of the metadata that the engine reads: GeoParquet's description of columns. */
  readonly geo?: Uint8Array;
};

/** The most columns and row groups, and the most levels and bytes of description of all columns together. */
export type FooterLimits = {
  readonly elements: number;
  readonly levels: number;
  readonly schemaMegabytes: number;
  readonly groups: number;
};

/** What a footer has more of than allowed. */
export class FooterTooLarge extends Error {}

const codecNames = ['uncompressed', 'snappy', 'gzip', 'lzo', 'brotli', 'lz4', 'zstd', 'lz4_raw'];
const uncompressed = 0;
const maxTextBytes = 1024 * 1024;
const noLimits: FooterLimits = { elements: Infinity, levels: Infinity, schemaMegabytes: Infinity, groups: Infinity };

/**
 * `bytes`: from its first one on. It keeps little of them: the columns, and 16 bytes for each row group. @throws ThriftDamage if it
 * is not a footer; FooterTooLarge.
 */
export function readFooter(bytes: Uint8Array, limits: FooterLimits = noLimits): Footer {
  const fields = fileMetaData;
  const footer = new ThriftBytes(bytes, 0);
  const same = createHash('sha256');
  const codecs = new Set<number>();
  const groups = new RowGroupIndex();
  let from = 0;
  let elements: readonly SchemaElement[] = [];
  let hasGroups = false;
  let parts: FooterParts = { version: 1, schema: bytes.subarray(0, 0) };
  for (const { id, type, at } of footer.fields()) {
    if (id === fields.version && type === types.i32) parts = { ...parts, version: footer.number() };
    else if (id === fields.schema && type === types.list) {
      elements = readSchema(footer, limits);
      parts = { ...parts, schema: bytes.subarray(at, footer.at) };
    } else if (id === fields.key_value_metadata && type === types.list) parts = { ...parts, ...readGeo(footer) };
    else if (id === fields.created_by && type === types.binary) {
      parts = { ...parts, ...short('createdBy', footer.binary()) };
    } else if ((id === fields.num_rows && type === types.i64) || (id === fields.row_groups && type === types.list)) {
      hasGroups ||= id === fields.row_groups;
      if (id === fields.row_groups) indexGroups(footer, groups, codecs, limits);
      else footer.number();
      same.update(bytes.subarray(from, at));
      from = footer.at;
    }
  }
  same.update(bytes.subarray(from, footer.at));
  if (!hasGroups) throw new ThriftDamage('it lists no row groups');
  const root = schemaTree(elements);
  if (levelsOf(root) > limits.levels) throw new FooterTooLarge(`columns of more than ${limits.levels} levels together`);
  return {
    root,
    leaves: leavesOf(root),
    groups,
    codecs: [...codecs].map((codec) => codecNames[codec] ?? String(codec)),
    fingerprint: same.digest('base64'),
    parts,
  };
}

function readSchema(footer: ThriftBytes, limits: FooterLimits): readonly SchemaElement[] {
  const elements: SchemaElement[] = [];
  const { at } = footer;
  for (const _ of structs(footer)) {
    if (elements.length >= limits.elements) throw new FooterTooLarge(`more than ${limits.elements} columns`);
    if (footer.at - at > limits.schemaMegabytes * 1024 * 1024) {
      throw new FooterTooLarge(`columns in more than ${limits.schemaMegabytes} MB`);
    }
    elements.push(readElement(footer));
  }
  return elements;
}

/** KeyValue */
function readGeo(footer: ThriftBytes): Pick<FooterParts, 'geo'> {
  let geo: Pick<FooterParts, 'geo'> = {};
  for (const _ of structs(footer)) {
    let [key, value]: (Uint8Array | undefined)[] = [];
    for (const { id, type } of footer.fields()) {
      if (type !== types.binary) continue;
      if (id === keyValue.key) key = footer.binary();
      else if (id === keyValue.value) value = footer.binary();
    }
    const isGeo = key?.length === 3 && Buffer.from(key).toString('latin1') === 'geo';
    if (isGeo && value !== undefined) geo = short('geo', value);
  }
  return geo;
}

/** A copy for a text of usual length, because the footer's bytes are not kept. */
function short<Name extends string>(name: Name, text: Uint8Array): { readonly [name in Name]?: Uint8Array } {
  return (text.length > maxTextBytes ? {} : { [name]: Uint8Array.from(text) }) as {
    readonly [name in Name]?: Uint8Array;
  };
}

function indexGroups(
  footer: ThriftBytes,
  groups: RowGroupIndex,
  codecs: Set<number>,
  { groups: most }: FooterLimits,
): void {
  for (const start of structs(footer)) {
    let rows = -1;
    let hasChunks = false;
    for (const { id, type } of footer.fields()) {
      if (id === rowGroup.columns && type === types.list) {
        hasChunks = true;
        for (const _ of structs(footer)) codecs.add(readChunk(footer).codec);
      } else if (id === rowGroup.num_rows && type === types.i64) rows = footer.number();
    }
    if (!hasChunks || rows < 0) throw new ThriftDamage('it does not have the number of rows of a row group');
    if (groups.count >= most) throw new FooterTooLarge(`more than ${groups.count} row groups`);
    groups.add(rows, start, footer.at);
  }
}

/**
 * A row group, from its description: the bytes at its place in the footer. @throws ThriftDamage if they are not one, or have other
 * columns than the schema.
 */
export function readRowGroup(bytes: Uint8Array, index: number, leaves: readonly Leaf[]): RowGroup {
  const footer = new ThriftBytes(bytes, 0);
  const chunks: Chunk[] = [];
  let rows = -1;
  for (const { id, type } of footer.fields()) {
    if (id === rowGroup.columns && type === types.list) {
      for (const _ of structs(footer)) {
        const leaf = leaves[chunks.length]; // Chunks are in the order of the leaves.
        if (leaf === undefined) throw new ThriftDamage('a row group has more columns than the schema');
        const chunk = readChunk(footer);
        chunks.push({ ...chunk, leaf, isCompressed: chunk.codec !== uncompressed });
      }
    } else if (id === rowGroup.num_rows && type === types.i64) rows = footer.number();
  }
  if (chunks.length !== leaves.length) throw new ThriftDamage('a row group lacks columns of the schema');
  return { index, rows, chunks };
}

type StoredChunk = Omit<Chunk, 'leaf' | 'isCompressed'>;

/** Where the structs of the list that begins here begin. Read each before the next. */
function* structs(footer: ThriftBytes): Generator<number> {
  const { items, type } = footer.list();
  if (items > 0 && type !== types.struct) throw new ThriftDamage('a list does not hold what it should');
  for (let item = 0; item < items; item++) yield footer.at;
}

/** ColumnChunk */
function readChunk(footer: ThriftBytes): StoredChunk {
  let chunk: Omit<StoredChunk, 'isEncrypted'> | undefined;
  let isEncrypted = false;
  for (const { id, type } of footer.fields()) {
    if (id === columnChunk.meta_data && type === types.struct) chunk = readPlace(footer);
    else if (id === columnChunk.file_path) throw new ThriftDamage('its columns are in other files');
    else if (id === columnChunk.crypto_metadata) isEncrypted = true;
  }
  if (chunk === undefined) throw new ThriftDamage('it does not have the place of a column; it may be encrypted');
  return { ...chunk, isEncrypted };
}

/** ColumnMetaData */
function readPlace(footer: ThriftBytes): Omit<StoredChunk, 'isEncrypted'> {
  const fields = columnMetaData;
  let [kind, codec, numValues, totalUncompressedSize, stored, dataPageOffset, dictionary]: (number | undefined)[] = [];
  for (const { id, type } of footer.fields()) {
    if (id === fields.type && type === types.i32) kind = footer.number();
    else if (id === fields.codec && type === types.i32) codec = footer.number();
    else if (type !== types.i64) continue;
    else if (id === fields.num_values) numValues = footer.number();
    else if (id === fields.total_uncompressed_size) totalUncompressedSize = footer.number();
    else if (id === fields.total_compressed_size) stored = footer.number();
    else if (id === fields.data_page_offset) dataPageOffset = footer.number();
    else if (id === fields.dictionary_page_offset) dictionary = footer.number();
  }
  if (codec === undefined || numValues === undefined)
    throw new ThriftDamage('it does not describe the content of a column');
  if (totalUncompressedSize === undefined || stored === undefined || dataPageOffset === undefined) {
    throw new ThriftDamage('it does not have the place of a column');
  }
  if (![numValues, totalUncompressedSize, stored, dataPageOffset, dictionary ?? 0].every(Number.isSafeInteger)) {
    throw new ThriftDamage('a place in it is beyond all files');
  }
  // Some writers put 0 for none.
  const start = dictionary === undefined || dictionary <= 0 ? dataPageOffset : Math.min(dictionary, dataPageOffset);
  const pages = { start, end: start + stored, dataPageOffset, dictionaryPageOffset: dictionary };
  return { kind: kind ?? 0, codec, numValues, totalUncompressedSize, ...pages };
}

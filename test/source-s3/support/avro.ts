// Avro files for the tests. Schemas and values are encoded by another author's library (avsc).
import { crc32, deflateRawSync, zstdCompressSync } from 'node:zlib';

import avro from 'avsc';

import type { Json } from './source.ts';

type Options = {
  readonly codec?: 'null' | 'deflate' | 'snappy' | 'zstandard' | 'bzip2' | 'xz' | 'lz4';
  /** Rows in a block. */
  readonly blockRows?: number;
  /** The schema in the file, if avsc would refuse it: with names that are invalid by the specification. */
  readonly told?: Json;
};

/** All 64 bits, as a bigint. */
const longType = avro.types.LongType['__with']({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer(value: bigint) {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (one: bigint, other: bigint) => Number(one - other),
});

const header = avro.Type.forSchema({
  type: 'record',
  name: 'header',
  fields: [
    { name: 'magic', type: { type: 'fixed', name: 'magic', size: 4 } },
    { name: 'meta', type: { type: 'map', values: 'bytes' } },
    { name: 'sync', type: { type: 'fixed', name: 'sync', size: 16 } },
  ],
});
const long = avro.Type.forSchema('long');
const marker = Buffer.from('the same for all');

/** A file of these rows. Longs are bigints, bytes Buffers, values of unions `{type: value}`. */
export function avroFile(
  schema: Json | string,
  rows: readonly unknown[],
  { codec = 'null', blockRows = 1000, told }: Options = {},
): Buffer {
  const type = avro.Type.forSchema(schema as 'string', { typeHook: longHook, wrapUnions: 'always' });
  const meta = { 'avro.schema': Buffer.from(JSON.stringify(told ?? schema)), 'avro.codec': Buffer.from(codec) };
  const parts = [header.toBuffer({ magic: Buffer.from('Obj\u0001'), meta, sync: marker })];
  for (let row = 0; row < rows.length; row += blockRows) {
    const block = rows.slice(row, row + blockRows).map((value) => type.toBuffer(value));
    const data = compressed(Buffer.concat(block), codec);
    parts.push(long.toBuffer(block.length), long.toBuffer(data.length), data, marker);
  }
  return Buffer.concat(parts);
}

function longHook(schema: unknown): typeof longType | undefined {
  const { type } = Object(schema) as { readonly type?: unknown };
  return schema === 'long' || type === 'long' ? longType : undefined;
}

function compressed(data: Buffer, codec: Options['codec']): Buffer {
  if (codec === 'deflate') return deflateRawSync(data);
  if (codec === 'zstandard') return zstdCompressSync(data);
  return codec === 'snappy' ? snappy(data) : data;
}

/** A schema of a record with these fields. */
export function recordOf(fields: Json): Json {
  const all = Object.entries(fields).map(([name, type]) => ({ name, type }));
  return { type: 'record', name: 'row', fields: all };
}

export function logical(type: string, logicalType: string, more: Json = {}): Json {
  return { type, logicalType, ...more };
}

/** Snappy of only literals, with the checksum of Avro. */
function snappy(data: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let length = data.length; ; length >>>= 7) {
    parts.push(Buffer.of(length < 0x80 ? length : (length & 0x7f) | 0x80));
    if (length < 0x80) break;
  }
  for (let at = 0; at < data.length; at += 60) {
    const literal = data.subarray(at, at + 60);
    parts.push(Buffer.of((literal.length - 1) << 2), literal);
  }
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(data));
  return Buffer.concat([...parts, checksum]);
}

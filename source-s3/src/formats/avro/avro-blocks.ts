// The structure of an Avro object container file: a header with the schema, then blocks of rows, each followed by a marker.
// https://avro.apache.org/docs/1.12.0/specification/#object-container-files
import { ByteReader } from '../text/compression/byte-reader.ts';
import { AvroBytes, AvroDamage } from './avro-bytes.ts';
import { codecOf, maxBlockBytes, tooLarge, type Codec } from './avro-codec.ts';
import { parseAvroSchema, type AvroRecord, type AvroType } from './avro-schema.ts';

export type AvroHeader = {
  readonly schema: AvroRecord;
  readonly codec: Codec;
  readonly marker: Buffer;
  /** Offset of the first block. */
  readonly end: number;
};

/** `start`: offset of the block in the file; `data`: as stored. */
export type AvroBlock = { readonly start: number; readonly rows: number; readonly data: Buffer };

/** Codecs that writers use: those of the specification, and of fastavro. */
const unreadCodecs: readonly string[] = ['bzip2', 'xz', 'lz4'];
/** Schemas have a few kilobytes. As objects in memory they take a hundred times as much. */
const maxHeaderBytes = 4 * 1024 * 1024;
const firstHeaderBytes = 64 * 1024;
const markerBytes = 16;
/** The start of a block: two longs. */
const maxFrameBytes = 20;

/** @throws AvroDamage with the reason. */
export async function readAvroHeader(pieces: AsyncIterable<Uint8Array>): Promise<AvroHeader> {
  await using text = new ByteReader(pieces);
  for (let bytes = firstHeaderBytes; bytes <= maxHeaderBytes; bytes *= 4) {
    const goesOn = await text.gather(bytes);
    const held = bytesOf(text);
    if (held.toString('latin1', 0, 4) !== 'Obj\u0001') throw new AvroDamage('it does not begin as an Avro file');
    const frame = headerFrame(held);
    if (frame !== undefined) return { ...meaning(frame.metadata), marker: frame.marker, end: frame.end };
    if (!goesOn) break;
    if (bytes * 4 > maxHeaderBytes) throw new AvroDamage(`its header has more than ${bytes} bytes`);
  }
  throw new AvroDamage('its header is damaged, or was cut');
}

type HeaderFrame = { readonly metadata: ReadonlyMap<string, Buffer>; readonly marker: Buffer; readonly end: number };

const known = ['avro.schema', 'avro.codec'];

/** Undefined if the header continues after the bytes. */
function headerFrame(bytes: Buffer): HeaderFrame | undefined {
  const from = new AvroBytes(bytes);
  const next = (): Buffer => {
    const length = from.count();
    return bytes.subarray(from.take(length), from.at);
  };
  const metadata = new Map<string, Buffer>();
  try {
    from.take(4);
    for (let count = from.count(); count !== 0; count = from.count()) {
      if (count < 0) from.count(); // The size of the block in bytes.
      for (let entry = Math.abs(count); entry > 0; entry--) {
        const [key, value] = [next(), next()];
        const name = known.find((one) => key.equals(Buffer.from(one))); // There may be many others.
        if (name !== undefined) metadata.set(name, value);
      }
    }
    const marker = Buffer.from(bytes.subarray(from.take(markerBytes), from.at));
    return { metadata, marker, end: from.at };
  } catch (error) {
    if (error instanceof AvroDamage) return undefined;
    throw error;
  }
}

function meaning(metadata: ReadonlyMap<string, Buffer>): { schema: AvroRecord; codec: Codec } {
  const name = metadata.get('avro.codec')?.toString() ?? 'null';
  const codec = codecOf(name === '' ? 'null' : name);
  if (codec === undefined) {
    const known = 'null, deflate, snappy and zstandard are read';
    // In a damaged header the name may be bytes of rows.
    const told = unreadCodecs.includes(name) ? `"${name}"` : 'an unknown codec';
    throw new AvroDamage(`its blocks are compressed with ${told} (${known})`);
  }
  const text = metadata.get('avro.schema')?.toString();
  if (text === undefined) throw new AvroDamage('its header has no schema');
  const schema = parsed(text);
  if (schema.kind !== 'record') throw new AvroDamage(`its schema is not a record but ${schema.kind}`);
  return { schema, codec };
}

function parsed(text: string): AvroType {
  try {
    return parseAvroSchema(text);
  } catch (error) {
    const why = error instanceof RangeError ? 'is nested too deeply' : error instanceof Error ? error.message : '';
    throw new AvroDamage(`its schema ${why}`);
  }
}

/** The blocks from offset `start` on, where one begins. @throws AvroDamage */
export async function* avroBlocks(
  pieces: AsyncIterable<Uint8Array>,
  { marker, start }: { readonly marker: Buffer; readonly start: number },
): AsyncGenerator<AvroBlock> {
  await using text = new ByteReader(pieces);
  let offset = start;
  while (await text.gather(1)) {
    await text.gather(maxFrameBytes);
    const { rows, dataStart, dataEnd } = blockFrame(bytesOf(text));
    const end = dataEnd + markerBytes;
    if (!(await text.gather(end))) throw new AvroDamage(cut);
    const held = bytesOf(text);
    if (!held.subarray(dataEnd, end).equals(marker)) throw new AvroDamage('a block does not end where it says');
    yield { start: offset, rows, data: held.subarray(dataStart, dataEnd) };
    text.unread = held.subarray(end);
    offset += end;
  }
}

function bytesOf({ unread }: ByteReader): Buffer {
  return Buffer.from(unread.buffer, unread.byteOffset, unread.length);
}

const cut = 'it ends inside a block; it may have been cut';

function blockFrame(bytes: Buffer): { rows: number; dataStart: number; dataEnd: number } {
  const from = new AvroBytes(bytes);
  try {
    const rows = from.count();
    const size = from.count();
    if (rows < 0 || size < 0) throw new AvroDamage('a block has a negative length');
    if (size > maxBlockBytes) throw new AvroDamage(tooLarge);
    return { rows, dataStart: from.at, dataEnd: from.at + size };
  } catch (error) {
    throw from.at > bytes.length && bytes.length < maxFrameBytes ? new AvroDamage(cut) : error;
  }
}

// Snappy in its two file framings: its own, with checksums, and Hadoop's, which Spark and Hive use for text.
// https://github.com/google/snappy/blob/main/framing_format.txt
import { ByteReader } from './byte-reader.ts';
import { Damage } from './damage.ts';
import { unsnappy } from './snappy.ts';

const maxChunkBytes = 65_536;
const maxHadoopBytes = 16 * 1024 * 1024;
const header = Buffer.from('sNaPpY');

/** @throws Damage if it is cut or does not match its checksum. */
export async function* unframeSnappy(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  await using reader = new ByteReader(source);
  while (await reader.hasMore()) {
    const [type = 0, a = 0, b = 0, c = 0] = await reader.take(4);
    const length = a + 256 * b + 65_536 * c;
    if (type === 0xff) {
      if (!(await reader.take(length)).equals(header))
        throw new Damage('a snappy stream begins with another identifier');
    } else if (type === 0 || type === 1) {
      if (length < 4 || length > 2 * maxChunkBytes) throw new Damage('a chunk has an impossible length');
      const chunk = await reader.take(length);
      const data = type === 0 ? inflated(chunk.subarray(4), maxChunkBytes) : chunk.subarray(4);
      if (masked(crc32c(data)) !== chunk.readUInt32LE(0)) throw new Damage('a checksum does not match');
      yield data;
    } else if (type >= 0x80) await reader.take(length);
    else throw new Damage(`a chunk has the unknown type ${type}`);
  }
}

/** @throws Damage, also if it is longer. */
function inflated(data: Uint8Array, mostBytes: number): Buffer {
  try {
    return unsnappy(data, mostBytes);
  } catch (error) {
    throw error instanceof RangeError ? new Damage('a block holds more than it may') : error;
  }
}

function masked(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Of CRC-32C (Castagnoli), which snappy's frames have and node:zlib does not. */
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  return crc;
});

function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

/**
 * Blocks of a decompressed length, each with as many snappy texts as it needs, which follow their own lengths. No checksum. @throws
 * Damage
 */
export async function* unframeHadoopSnappy(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  await using reader = new ByteReader(source);
  while (await reader.hasMore()) {
    let left = (await reader.take(4)).readUInt32BE();
    while (left > 0) {
      const length = (await reader.take(4)).readUInt32BE();
      if (length > maxHadoopBytes) throw new Damage('a block has an impossible length');
      const data = inflated(await reader.take(length), Math.min(left, maxHadoopBytes));
      if (data.length === 0) throw new Damage('a block holds less than it says');
      left -= data.length;
      yield data;
    }
  }
}

/** Whether a file that is named as snappy begins with Hadoop's framing. */
export function isHadoopSnappy(head: Uint8Array): boolean {
  if (head.length < 9) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const length = view.getUint32(0);
  const stored = view.getUint32(4);
  return length > 0 && stored > 0 && stored <= maxHadoopBytes && stored <= 1.2 * length + 32;
}

// The codecs of Avro blocks.
import { crc32, inflateRawSync, zstdDecompressSync } from 'node:zlib';

import { AvroDamage } from './avro-bytes.ts';
import { Damage, damageText } from '../text/compression/damage.ts';
import { unsnappy } from '../text/compression/snappy.ts';

export type Codec = 'null' | 'deflate' | 'snappy' | 'zstandard';

/** The largest block, stored and decompressed. */
export const maxBlockBytes = 64 * 1024 * 1024;

/** By the name in a file's header. Undefined for an unsupported codec. */
export function codecOf(name: string): Codec | undefined {
  return name === 'null' || name === 'deflate' || name === 'snappy' || name === 'zstandard' ? name : undefined;
}

/** @throws AvroDamage for a block that is damaged or decompresses to more than 64 MiB. */
export function inflateBlock(block: Buffer, codec: Codec): Buffer {
  try {
    switch (codec) {
      case 'deflate':
        return inflateRawSync(block, { maxOutputLength: maxBlockBytes });
      case 'zstandard':
        return zstdDecompressSync(block, { maxOutputLength: maxBlockBytes });
      case 'snappy':
        return unsnappyChecked(block);
      default:
        return block;
    }
  } catch (error) {
    if (error instanceof RangeError) throw new AvroDamage(tooLarge);
    throw new AvroDamage(`a block's ${codec} data is damaged (${damageText(error)})`);
  }
}

export const tooLarge = `a block is larger than ${maxBlockBytes / 1024 / 1024} MiB; write the file with smaller blocks`;

/** The four bytes after the data are the CRC-32 of the uncompressed data. */
function unsnappyChecked(block: Buffer): Buffer {
  if (block.length < 5) throw new Damage('it is too short');
  const data = unsnappy(block.subarray(0, -4), maxBlockBytes);
  if (crc32(data) !== block.readUInt32BE(block.length - 4)) throw new Damage('its checksum does not match');
  return data;
}

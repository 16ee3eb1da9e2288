// The checksums of x-amz-checksum-* headers and trailers, computed piece by piece while a body arrives.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

import { crc32c, crc64nvme } from './crc.ts';

export type RunningChecksum = {
  update(bytes: Uint8Array): void;
  /** Ends it. Big-endian. */
  digest(): Buffer;
};

const ALGORITHMS: Readonly<Record<string, () => RunningChecksum>> = {
  crc32: () => runningCrc32(crc32),
  crc32c: () => runningCrc32(crc32c),
  crc64nvme: runningCrc64,
  md5: () => createHash('md5'),
  sha1: () => createHash('sha1'),
  sha256: () => createHash('sha256'),
  sha512: () => createHash('sha512'),
};

/** @param algorithm as in the header's name, lower case. @returns undefined for one that is not known here. */
export function startChecksum(algorithm: string): RunningChecksum | undefined {
  return ALGORITHMS[algorithm]?.();
}

function runningCrc32(step: (bytes: Uint8Array, crc: number) => number): RunningChecksum {
  let crc = 0;
  return {
    update: (bytes) => {
      crc = step(bytes, crc);
    },
    digest: () => {
      const digest = Buffer.alloc(4);
      digest.writeUInt32BE(crc);
      return digest;
    },
  };
}

function runningCrc64(): RunningChecksum {
  let crc = { high: 0, low: 0 };
  return {
    update: (bytes) => {
      crc = crc64nvme(bytes, crc);
    },
    digest: () => {
      const digest = Buffer.alloc(8);
      digest.writeUInt32BE(crc.high, 0);
      digest.writeUInt32BE(crc.low, 4);
      return digest;
    },
  };
}

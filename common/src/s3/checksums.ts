// The checksums of a body in parts. They are computed in slices, so that other work continues between them.
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';

import { partsOf, type Body } from './body.ts';

/** About 10 ms of hashing. */
const sliceBytes = 4 * 1024 * 1024;

/** `crc32` as in S3's headers: base64 of four bytes, high byte first. `sha256` is in hex, if requested. */
export type BodyChecksums = { readonly size: number; readonly crc32: string; readonly sha256?: string };

export async function checksumsOf(body: Body, others: readonly 'sha256'[]): Promise<BodyChecksums> {
  const sha256 = others.includes('sha256') ? createHash('sha256') : undefined;
  let crc = 0;
  let size = 0;
  let unpaused = 0;
  for await (const part of partsOf(body)) {
    for (let at = 0; at < part.length; at += sliceBytes) {
      const slice = part.subarray(at, at + sliceBytes);
      if (unpaused + slice.length > sliceBytes) {
        await setImmediate();
        unpaused = 0;
      }
      unpaused += slice.length;
      crc = crc32(slice, crc);
      sha256?.update(slice);
      size += slice.length;
    }
  }
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc);
  return { size, crc32: bytes.toString('base64'), ...(sha256 === undefined ? {} : { sha256: sha256.digest('hex') }) };
}

type StoredBody = { readonly size: number; readonly etag: string; readonly crc32?: string | undefined };

/** Whether the object in S3 has this body: by its CRC32, or without one by its ETag, which is often the MD5 of the body. */
export async function isSameBody(
  stored: StoredBody,
  body: BodyChecksums,
  md5: () => Promise<string>,
): Promise<boolean> {
  if (stored.size !== body.size) return false;
  return stored.crc32 === undefined ? stored.etag.replaceAll('"', '') === (await md5()) : stored.crc32 === body.crc32;
}

export async function md5Of(body: Body): Promise<string> {
  const md5 = createHash('md5');
  for await (const part of partsOf(body)) md5.update(part);
  return md5.digest('hex');
}

// The checksums of a body in parts, computed in slices so that other work goes on between them.
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';

/** About 10 ms of hashing. */
const sliceBytes = 4 * 1024 * 1024;

/** `crc32` as S3's headers have it: base64 of four bytes, high byte first. `sha256` in hex, if asked for. */
export type BodyChecksums = { readonly size: number; readonly crc32: string; readonly sha256?: string };

export async function checksumsOf(parts: readonly Uint8Array[], others: readonly 'sha256'[]): Promise<BodyChecksums> {
  const sha256 = others.includes('sha256') ? createHash('sha256') : undefined;
  let crc = 0;
  let size = 0;
  for (const slice of slices(parts)) {
    if (size > 0) await setImmediate();
    crc = crc32(slice, crc);
    sha256?.update(slice);
    size += slice.length;
  }
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc);
  return { size, crc32: bytes.toString('base64'), ...(sha256 === undefined ? {} : { sha256: sha256.digest('hex') }) };
}

function* slices(parts: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const part of parts) {
    for (let at = 0; at < part.length; at += sliceBytes) yield part.subarray(at, at + sliceBytes);
  }
}

type StoredBody = { readonly size: number; readonly etag: string; readonly crc32?: string };

/** Does what lies in S3 have this body? By its CRC32; where that is not told, by its ETag, often the MD5 of the body. */
export function isSameBody(stored: StoredBody, body: BodyChecksums, md5: () => string): boolean {
  if (stored.size !== body.size) return false;
  return stored.crc32 === undefined ? stored.etag.replaceAll('"', '') === md5() : stored.crc32 === body.crc32;
}

export function md5Of(parts: readonly Uint8Array[]): string {
  const md5 = createHash('md5');
  for (const part of parts) md5.update(part);
  return md5.digest('hex');
}

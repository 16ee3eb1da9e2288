// The body of a write: bytes in memory, or a file on local disk that is read again for each attempt.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';

/** Streamed, never completely in memory. */
type FileBody = { readonly path: string };

export type Body = Uint8Array | readonly Uint8Array[] | FileBody;

const readBytes = 1024 * 1024;

/** A part of a file is valid until the next one is requested. Bound for a file: 1 MiB. */
export function partsOf(body: Body): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  if (body instanceof Uint8Array) return [body];
  return 'path' in body ? readParts(body) : body;
}

async function* readParts({ path }: FileBody): AsyncGenerator<Uint8Array> {
  await using file = await open(path);
  const memory = Buffer.allocUnsafeSlow(readBytes);
  for (;;) {
    const { bytesRead } = await file.read(memory, 0, readBytes);
    if (bytesRead === 0) return;
    yield memory.subarray(0, bytesRead);
  }
}

/** Parts up to this size are joined, because a stream costs more than the copy. */
const joinedBytes = 256 * 1024;

/** The body for the SDK. Several large parts become a stream, because joining them would double the memory. */
export function payloadOf(body: Body, size: number): Uint8Array | Readable {
  if (body instanceof Uint8Array) return body;
  if ('path' in body) return createReadStream(body.path, { highWaterMark: readBytes });
  const [only] = body;
  if (only !== undefined && body.length === 1) return only;
  return size <= joinedBytes ? Buffer.concat(body, size) : Readable.from(body);
}

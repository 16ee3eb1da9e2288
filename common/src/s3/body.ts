// What is sent to S3: bytes in memory, or a file on local disk, which is read anew for each attempt.
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';

/** Sent as it is read; never held in memory. */
export type FileBody = { readonly path: string };

export type Body = Uint8Array | readonly Uint8Array[] | FileBody;

const readBytes = 1024 * 1024;

/** Bound for a file: two times 1 MiB. */
export function partsOf(body: Body): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  if (body instanceof Uint8Array) return [body];
  return 'path' in body ? createReadStream(body.path, { highWaterMark: readBytes }) : body;
}

/** Up to this size parts are joined: a stream costs more than the copy. */
const joinedBytes = 256 * 1024;

/** For the SDK. A single part as it is; several as a stream if they are large, since joining them would double the memory. */
export function payloadOf(body: Body, size: number): Uint8Array | Readable {
  if (body instanceof Uint8Array) return body;
  if ('path' in body) return createReadStream(body.path, { highWaterMark: readBytes });
  const [only] = body;
  if (only !== undefined && body.length === 1) return only;
  return size <= joinedBytes ? Buffer.concat(body, size) : Readable.from(body);
}

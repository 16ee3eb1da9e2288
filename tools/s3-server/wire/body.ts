// Reads a request's body and verifies it against every digest the client sent: Content-MD5, x-amz-content-sha256 and
// x-amz-checksum-* in the head or behind an aws-chunked body.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

import { AwsChunkedDecoder } from './aws-chunked.ts';
import { type RunningChecksum, startChecksum } from './checksums.ts';
import { type MemoryContent, memoryContent, readContent } from '../objects/content.ts';
import { S3Error } from '../errors.ts';
import type { S3Request } from './request.ts';

export type RequestBody = {
  readonly content: MemoryContent;
  /** Of a stored object with this body. */
  readonly etag: string;
  /** The verified `x-amz-checksum-*` headers and trailers. */
  readonly checksums: Readonly<Record<string, string>>;
};

const CHECKSUM = /^x-amz-checksum-(?!algorithm$|type$|mode$)(\w+)$/;
const HEX_SHA256 = /^[0-9a-f]{64}$/;

/**
 * Holds the complete body. `received` is called with its bytes as they come. @throws BadDigest, InvalidDigest,
 * XAmzContentSHA256Mismatch, IncompleteBody, InvalidRequest, after the complete body was read.
 */
export async function readBody(
  incoming: IncomingMessage,
  request: S3Request,
  received: (bytes: number) => void,
): Promise<RequestBody> {
  const decoder = isAwsChunked(request) ? new AwsChunkedDecoder() : undefined;
  const digests = startDigests(request);
  const pieces: Buffer[] = [];
  let failure: unknown;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    received(chunk.length);
    if (failure !== undefined) continue;
    try {
      for (const piece of decoder === undefined ? [chunk] : decoder.push(chunk)) {
        for (const digest of digests.values()) digest.update(piece);
        pieces.push(compact(piece));
      }
    } catch (error) {
      failure = error;
    }
  }
  if (failure !== undefined) throw failure;
  decoder?.end();
  return verify(memoryContent(pieces), { request, trailers: decoder?.trailers ?? new Map(), digests });
}

export function bodyText({ content }: RequestBody): string {
  return readContent(content).toString();
}

// A piece is a view of the socket's read buffer: a small one must not hold all of that in memory.
function compact(piece: Buffer): Buffer {
  return piece.length * 2 < piece.buffer.byteLength ? Buffer.from(piece) : piece;
}

function isAwsChunked(request: S3Request): boolean {
  return request.header('x-amz-content-sha256')?.startsWith('STREAMING-') ?? false;
}

/** By algorithm. MD5 is always among them: it is the ETag. */
function startDigests(request: S3Request): ReadonlyMap<string, RunningChecksum> {
  const names = [...request.headerNames, ...(request.header('x-amz-trailer') ?? '').split(',')];
  const digests = new Map<string, RunningChecksum>([['md5', createHash('md5')]]);
  for (const name of names) {
    const algorithm = CHECKSUM.exec(name.trim().toLowerCase())?.[1];
    if (algorithm === undefined) continue;
    const checksum = startChecksum(algorithm);
    if (checksum === undefined) throw new S3Error('InvalidRequest', { message: `Unknown checksum: ${algorithm}` });
    digests.set(algorithm, checksum);
  }
  if (HEX_SHA256.test(request.header('x-amz-content-sha256') ?? '')) digests.set('sha256', createHash('sha256'));
  return digests;
}

type Evidence = {
  readonly request: S3Request;
  readonly trailers: ReadonlyMap<string, string>;
  readonly digests: ReadonlyMap<string, RunningChecksum>;
};

function verify(content: MemoryContent, { request, trailers, digests }: Evidence): RequestBody {
  const expectedLength = request.header('x-amz-decoded-content-length');
  if (expectedLength !== undefined && Number(expectedLength) !== content.size) throw new S3Error('IncompleteBody');
  const found = new Map([...digests].map(([algorithm, digest]) => [algorithm, digest.digest()]));
  const md5 = found.get('md5') ?? Buffer.alloc(0);
  const contentMd5 = request.header('content-md5');
  if (contentMd5 !== undefined) {
    if (Buffer.from(contentMd5, 'base64').length !== md5.length) throw new S3Error('InvalidDigest');
    if (contentMd5 !== md5.toString('base64')) throw new S3Error('BadDigest');
  }
  const payload = request.header('x-amz-content-sha256') ?? '';
  if (HEX_SHA256.test(payload) && payload !== found.get('sha256')?.toString('hex')) {
    throw new S3Error('XAmzContentSHA256Mismatch');
  }
  const checksums: Record<string, string> = {};
  for (const [algorithm, digest] of found) {
    const name = `x-amz-checksum-${algorithm}`;
    const expected = trailers.get(name) ?? request.header(name);
    if (expected === undefined) continue;
    if (expected !== digest.toString('base64')) throw badChecksum(algorithm);
    checksums[name] = expected;
  }
  return { content, etag: `"${md5.toString('hex')}"`, checksums };
}

function badChecksum(algorithm: string): S3Error {
  const message = `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`;
  return new S3Error('BadDigest', { message });
}

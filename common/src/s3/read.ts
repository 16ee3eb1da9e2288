// Reads byte ranges of exactly the version of an object that was listed, and complete small objects.
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';

import { ConnectorError } from '../protocol/errors.ts';
import { call, waitToRetry } from './call.ts';
import type { S3 } from './connection/client.ts';
import { describeFailure } from './errors/failure.ts';
import { noEtag } from './head.ts';
import { Patience } from './connection/retry.ts';

/** Bytes `start` (included) to `end` (not included) of the version that has this ETag. */
type Range = { readonly key: string; readonly etag: string; readonly start: number; readonly end: number };

/** A small object, and the ETag for replacing exactly this version. */
export type SmallObject = { readonly body: Buffer; readonly etag: string };

/**
 * A complete object, or undefined if it does not exist. Bound: `maxBytes`.
 * @throws BUCKET_DOCUMENT_INVALID if it is larger.
 */
export async function readObject(
  s3: S3,
  key: string,
  maxBytes: number,
  signal?: AbortSignal,
): Promise<SmallObject | undefined> {
  const command = new GetObjectCommand({ Bucket: s3.bucket, Key: key });
  return call(
    s3,
    { operation: 'GetObject', key },
    async (how) => {
      try {
        const { ETag, Body, ContentLength } = await s3.client.send(command, how);
        if (ETag === undefined || Body === undefined) throw noEtag(key);
        const body = await readBounded(Body as AsyncIterable<Uint8Array>, maxBytes);
        if (body === undefined) throw tooLarge(s3, key, maxBytes);
        if (body.length < (ContentLength ?? 0)) throw cutShort();
        s3.counters.GetObject.bytesIn += body.length;
        return { body, etag: ETag };
      } catch (error) {
        const failure = describeFailure(error);
        if (failure.kind === 'answer' && failure.code === 'NoSuchKey') return undefined;
        throw error;
      }
    },
    signal,
  );
}

/** Undefined for a body that is too large, whose rest is not read. */
async function readBounded(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(s3: S3, key: string, maxBytes: number): ConnectorError {
  return new ConnectorError(
    'BUCKET_DOCUMENT_INVALID',
    `Could not read s3://${s3.bucket}/${key}: it is larger than ${maxBytes} bytes, the most that is read with this "max_memory_mb". Move the object away, or raise "max_memory_mb" if this connector wrote it.`,
  );
}

/** One range in memory: `end - start` bytes. Throws the errors of `streamRange`. */
export async function readRange(s3: S3, range: Range, signal?: AbortSignal): Promise<Buffer> {
  const whole = Buffer.allocUnsafe(range.end - range.start);
  let filled = 0;
  for await (const chunk of streamRange(s3, range, signal)) {
    whole.set(chunk, filled);
    filled += chunk.length;
  }
  return whole;
}

/**
 * Streams the range in chunks of about 64 KB or less. Only the socket's buffers read ahead. A body that is cut or stalls is
 * resumed at the last byte, and each received byte restarts the retry budget.
 * @throws S3_OBJECT_CHANGED if the object was replaced or deleted. All yielded bytes are of the requested version.
 */
export async function* streamRange(s3: S3, range: Range, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const request = { operation: 'GetObject', key: range.key } as const;
  const patience = new Patience(s3.log, s3.clock);
  let at = range.start;
  while (at < range.end) {
    const body = await openBody(s3, { ...range, start: at }, signal);
    try {
      for await (const chunk of body) {
        at += chunk.length;
        if (at > range.end) throw notAsAsked(range.key, 'more bytes came than were requested');
        s3.counters.GetObject.bytesIn += chunk.length;
        patience.reset();
        yield chunk;
      }
      if (at < range.end) throw cutShort();
    } catch (error) {
      await waitToRetry(s3, request, { error, patience }, signal);
      s3.counters.GetObject.retries += 1;
    }
  }
}

function cutShort(): Error {
  return Object.assign(new Error('the body ended early'), { code: 'ECONNRESET' });
}

async function openBody(s3: S3, range: Range, signal: AbortSignal | undefined): Promise<AsyncIterable<Uint8Array>> {
  const { key, etag, start, end } = range;
  const input = { Bucket: s3.bucket, Key: key, IfMatch: etag, Range: `bytes=${start}-${end - 1}` };
  return call(
    s3,
    { operation: 'GetObject', key },
    async (how) => bodyOf(await s3.client.send(new GetObjectCommand(input), how), range),
    signal,
  );
}

/** A proxy, or a storage without ranges or conditions, may answer with other bytes. */
function bodyOf(answer: GetObjectCommandOutput, { key, etag, start, end }: Range): AsyncIterable<Uint8Array> {
  const body = answer.Body as (AsyncIterable<Uint8Array> & { destroy(): unknown }) | undefined;
  const wrong = mismatch(answer, { etag, start, end });
  if (wrong === undefined && body !== undefined) return body;
  body?.destroy();
  throw notAsAsked(key, wrong ?? 'the answer has no body');
}

function mismatch(
  { ETag, ContentRange, ContentLength }: GetObjectCommandOutput,
  { etag, start, end }: Omit<Range, 'key'>,
): string | undefined {
  if (ETag === undefined || unquoted(ETag) !== unquoted(etag)) return 'the answer has another version of the object';
  const asked = ContentRange?.startsWith(`bytes ${start}-${end - 1}/`) ?? (start === 0 && ContentLength === end);
  return asked ? undefined : `the answer has ${ContentRange ?? 'the entire object'}, not the requested range`;
}

/** In some storages, listings and answers have different quotes. */
function unquoted(etag: string): string {
  return etag.replaceAll('"', '');
}

function notAsAsked(key: string, why: string): ConnectorError {
  return new ConnectorError(
    'S3_ANSWER_INVALID',
    `Could not read "${key}": ${why}. Check "endpoint" and the proxy settings: ranges and If-Match must work there as in S3.`,
  );
}

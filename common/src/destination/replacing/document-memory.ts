// Reads documents of the bucket within the memory of the config. Everyone with write access can put many large ones there, so
// small documents are read several at a time, and larger ones one after another.
//
// Memory: a parsed document takes at most six times its bound (three times its bytes, and 48 bytes for each value), so that two
// of them take no more than `max_memory_mb`.
import { BACKSLASH } from '../../json/ascii.ts';
import type { ErrorCode } from '../../protocol/codes/error-codes.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import type { S3 } from '../../s3/connection/client.ts';
import { readObject, type SmallObject } from '../../s3/read.ts';
import { putObject, type WriteHeaders } from '../../s3/write.ts';
import { mapConcurrent } from '../../streams/map-concurrent.ts';

/** About 400,000 files. */
const mostBytes = 128 * 1024 * 1024;
const smallBytes = 128 * 1024;
const memoryForEach = 12;
const parsedPerByte = 6;
const perByte = 3;
const perValue = 48;
const structure = new Set(Buffer.from('[{,:'));
/** A document with one of these errors may be too large. If the reason is another one, the second turn finds it again. */
const tooLarge: ReadonlySet<ErrorCode> = new Set(['BUCKET_DOCUMENT_INVALID', 'REPLACEMENT_REFUSED']);

/** Where documents are stored, and the largest size of one. */
export type DocumentPlace = { readonly s3: S3; readonly headers: WriteHeaders; readonly maxDocumentBytes: number };

export function largestDocument(maxMemoryBytes: number): number {
  return Math.min(mostBytes, Math.floor(maxMemoryBytes / memoryForEach));
}

/** @throws BUCKET_DOCUMENT_INVALID for a document that would take too much memory. */
export async function readDocument(
  { s3, maxDocumentBytes }: DocumentPlace,
  key: string,
  signal?: AbortSignal,
): Promise<SmallObject | undefined> {
  const found = await readObject(s3, key, maxDocumentBytes, signal);
  if (found === undefined || memoryOf(found.body) <= maxDocumentBytes * parsedPerByte) return found;
  throw new ConnectorError(
    'BUCKET_DOCUMENT_INVALID',
    `Could not read s3://${s3.bucket}/${key}: it has more values than a document of ${maxDocumentBytes} bytes of this connector, and would take too much memory. Move the object away, or raise "max_memory_mb" if this connector wrote it.`,
  );
}

type Document = {
  readonly key: string;
  readonly body: Buffer;
  /** The version to write over; with no ETag, there must be none. Absent: any. */
  readonly over?: { readonly etag: string | undefined };
  /** The next version may be larger by this. */
  readonly reservedBytes?: number;
};

/** @throws S3_OBJECT_CONFLICT; REPLACEMENT_REFUSED for a document that would be too large to read again. @returns its ETag. */
export async function writeDocument(
  { s3, headers, maxDocumentBytes }: DocumentPlace,
  { key, body, over, reservedBytes = 0 }: Document,
  signal?: AbortSignal,
): Promise<string> {
  if (body.length + reservedBytes > maxDocumentBytes) {
    throw new ConnectorError(
      'REPLACEMENT_REFUSED',
      `"${key}" would have ${body.length} bytes, more than this "max_memory_mb" allows. Raise it, or write larger files.`,
    );
  }
  const condition = over && (over.etag === undefined ? { ifNoneMatch: '*' as const } : { ifMatch: over.etag });
  return (await putObject(s3, { key, body, contentType: 'application/json', ...condition }, headers, signal)).etag;
}

/**
 * Runs `work` for each item: at most `limit` at a time with small documents, then one by one for items whose documents are
 * larger. Work that was begun with small documents is repeated, which must do no harm. @returns the results, in no order.
 */
export async function* smallFirst<Area extends DocumentPlace, T, R>(
  area: Area,
  { items, limit }: { readonly items: Iterable<T> | AsyncIterable<T>; readonly limit: number },
  work: (item: T, area: Area, signal: AbortSignal) => Promise<R>,
  signal?: AbortSignal,
): AsyncGenerator<R> {
  const small = { ...area, maxDocumentBytes: Math.min(smallBytes, area.maxDocumentBytes) };
  const large: T[] = [];
  const results = mapConcurrent(
    items,
    limit,
    async (item, linked) => {
      try {
        return { result: await work(item, small, linked) };
      } catch (error) {
        if (!mayBeTooLarge(error)) throw error;
        large.push(item);
        return undefined;
      }
    },
    signal,
  );
  for await (const done of results) if (done !== undefined) yield done.result;
  yield* mapConcurrent(large, 1, (item, linked) => work(item, area, linked), signal);
}

/** Whether the work may succeed with larger documents. */
export function mayBeTooLarge(error: unknown): boolean {
  return error instanceof ConnectorError && tooLarge.has(error.code);
}

/** The most memory that it takes when parsed. */
function memoryOf(body: Buffer): number {
  let values = 0;
  let hasEscapes = false;
  for (const byte of body) {
    if (structure.has(byte)) values += 1;
    hasEscapes ||= byte === BACKSLASH;
  }
  return (body.length * perByte + values * perValue) * (hasEscapes ? 2 : 1);
}

// Writes complete objects: one PutObject or CopyObject each, with a checksum and the headers of the config.
import { CopyObjectCommand } from '@aws-sdk/client-s3';

import { ConnectorError } from '../protocol/errors.ts';
import { payloadOf, type Body } from './body.ts';
import { call } from './call.ts';
import { withChecksumHeaders } from './checksum-headers.ts';
import { checksumsOf, isSameBody, md5Of } from './checksums.ts';
import type { BodyChecksums } from './checksums.ts';
import type { S3 } from './connection/client.ts';
import { describeFailure } from './errors/failure.ts';
import { headObject, noEtag } from './head.ts';
import { refuseOddKey, refuseOutside, type Bounds, type OwnKey } from './own-key.ts';
import type { ObjectTag, StorageClass } from './object-settings.ts';
import { attemptPut, type PutInput } from './put-attempt.ts';

/** The headers of every write: ACL, encryption, storage class, tags. */
export type WriteHeaders = {
  readonly acl?: 'bucket-owner-full-control';
  readonly encryption:
    | { readonly mode: 'bucket_default' }
    | { readonly mode: 'sse_s3' }
    | { readonly mode: 'sse_kms'; readonly kmsKeyId: string };
  /**
   * `looked_up`: for a storage without conditional writes. A HeadObject before the write checks the condition, so a write of
   * another run between the two goes unnoticed. Absent: the conditions are sent.
   */
  readonly conditions?: 'looked_up';
  /** Absent: STANDARD. */
  readonly storageClass?: StorageClass;
  /** At least one. */
  readonly tags?: readonly ObjectTag[];
};

type NewObject = {
  readonly key: string;
  /** Stays unchanged until the promise settles: each attempt sends it again. */
  readonly body: Body;
  readonly contentType: string;
  /** Write only over the version with this ETag. */
  readonly ifMatch?: string;
  /** Write only if the object does not exist. */
  readonly ifNoneMatch?: '*';
};

type Written = { readonly etag: string };

/** The object in S3 now. `crc32` is in base64. */
export type WrittenBody = Written & { readonly size: number; readonly crc32: string };

/**
 * If TLS and the CRC already protect the body, its SHA-256 is omitted, as in AWS's own clients. Otherwise it is computed before
 * signing, because the signer would hash the complete body at once.
 */
const unsigned = 'UNSIGNED-PAYLOAD';

/**
 * Writes one object. A write with a lost answer is sent again, with the same key and bytes. With a condition, the second attempt
 * may meet its own object, so after a failed attempt a HeadObject explains a 412.
 * @throws S3_OBJECT_CONFLICT if `ifMatch` or `ifNoneMatch` fails.
 */
export async function putObject(
  s3: S3,
  object: NewObject,
  how: WriteHeaders,
  signal?: AbortSignal,
): Promise<WrittenBody> {
  const { key, body, contentType, ifMatch, ifNoneMatch } = object;
  refuseOddKey(key);
  const condition = ifNoneMatch !== undefined ? 'If-None-Match' : ifMatch === undefined ? undefined : 'If-Match';
  const isSent = how.conditions === undefined;
  if (condition !== undefined && !isSent) await lookBefore(s3, object, signal);
  const overTls = s3.endpoint?.startsWith('http:') !== true;
  const checksums = await checksumsOf(body, overTls ? [] : ['sha256']);
  const input: PutInput = {
    Bucket: s3.bucket,
    Key: key,
    ContentType: contentType,
    ContentLength: checksums.size,
    ...(isSent ? { IfMatch: ifMatch, IfNoneMatch: ifNoneMatch } : {}),
    ...headersOf(how),
  };
  const md5 = async (): Promise<string> => Buffer.from(await md5Of(body), 'hex').toString('base64');
  const request = { operation: 'PutObject', key, ...aboutHeaders(how), condition } as const;
  const { etag } = await call(
    s3,
    request,
    async (options, earlier): Promise<Written> => {
      try {
        const etag = await withChecksumHeaders(s3, 'PutObject', async (headers) => {
          s3.counters.PutObject.bytesOut += checksums.size;
          const sum = headers === 'content-md5' ? { ContentMD5: await md5() } : { ChecksumCRC32: checksums.crc32 };
          const sent = { ...input, ...sum };
          const put = { input: sent, body: payloadOf(body, checksums.size), sha256: checksums.sha256 ?? unsigned };
          return await attemptPut(s3, put, options, earlier);
        });
        if (etag === undefined) throw noEtag(key);
        return { etag };
      } catch (error) {
        const written =
          earlier > 0 && isPrecondition(error) ? await ownObject(s3, object, checksums, signal) : undefined;
        if (written === undefined) throw error;
        return written;
      }
    },
    signal,
  );
  return { etag, size: checksums.size, crc32: checksums.crc32 };
}

/** @throws S3_OBJECT_CONFLICT if the condition fails now. */
async function lookBefore(s3: S3, { key, ifMatch }: NewObject, signal: AbortSignal | undefined): Promise<void> {
  const head = await headObject(s3, key, signal);
  if (head?.etag === ifMatch) return;
  throw new ConnectorError(
    'S3_OBJECT_CONFLICT',
    `Could not write s3://${s3.bucket}/${key}: another run wrote it at the same time. Let only one run at a time write there, and run again.`,
  );
}

function isPrecondition(error: unknown): boolean {
  const failure = describeFailure(error);
  return failure.kind === 'answer' && failure.status === 412;
}

/** The object at `key`, if it has our bytes: an earlier attempt wrote it, and its answer was lost. */
async function ownObject(
  s3: S3,
  { key, body }: NewObject,
  checksums: BodyChecksums,
  signal: AbortSignal | undefined,
): Promise<Written | undefined> {
  const head = await headObject(s3, key, signal);
  const isOurs = head !== undefined && (await isSameBody(head, checksums, () => md5Of(body)));
  return isOurs ? { etag: head.etag } : undefined;
}

/**
 * Copies within the bucket, with content type and encoding. ACL and encryption come from `how`.
 * @throws UNEXPECTED if a key is not below the prefix; then nothing is copied.
 */
export async function copyObject(
  bounds: Bounds,
  { from, to }: { readonly from: OwnKey; readonly to: OwnKey },
  how: WriteHeaders,
  signal?: AbortSignal,
): Promise<Written> {
  refuseOutside(bounds, [from, to]);
  const { s3 } = bounds;
  const input = {
    Bucket: s3.bucket,
    Key: to,
    CopySource: `${s3.bucket}/${from.split('/').map(encodeURIComponent).join('/')}`,
    ...headersOf(how),
    TaggingDirective: how.tags && ('REPLACE' as const), // Otherwise S3 copies the source's tags.
  };
  const request = { operation: 'CopyObject', key: to, from, ...aboutHeaders(how) } as const;
  return call(
    s3,
    request,
    async (options) => {
      const { CopyObjectResult } = await withChecksumHeaders(s3, 'CopyObject', (headers) => {
        const ChecksumAlgorithm = headers === 'content-md5' ? undefined : 'CRC32';
        return s3.client.send(new CopyObjectCommand({ ...input, ChecksumAlgorithm }), options);
      });
      if (CopyObjectResult?.ETag === undefined) throw failedAfterAll();
      return { etag: CopyObjectResult.ETag };
    },
    signal,
  );
}

/** CopyObject can fail after its status 200. An answer without an ETag counts as a 503. */
function failedAfterAll(): Error {
  return Object.assign(new Error(''), { name: 'InternalError', $metadata: { httpStatusCode: 503 } });
}

function headersOf({ acl, encryption, storageClass, tags }: WriteHeaders) {
  return {
    ACL: acl,
    StorageClass: storageClass,
    Tagging: tags?.map(({ key, value }) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join('&'),
    ServerSideEncryption: algorithms[encryption.mode],
    SSEKMSKeyId: keyOf(encryption),
  };
}

const algorithms = { bucket_default: undefined, sse_s3: 'AES256', sse_kms: 'aws:kms' } as const;

function keyOf(encryption: WriteHeaders['encryption']): string | undefined {
  return encryption.mode === 'sse_kms' ? encryption.kmsKeyId : undefined;
}

/** The parts of a request that S3 may refuse. */
function aboutHeaders({ acl, encryption, tags }: WriteHeaders) {
  return { acl: acl !== undefined, tags: tags !== undefined, kmsKeyId: keyOf(encryption) };
}

// Writing whole objects: one PutObject or CopyObject each, with a checksum and the headers that the config asks for.
import { CopyObjectCommand } from '@aws-sdk/client-s3';

import type { Target } from './address/operation.ts';
import { assertNever, ConnectorError } from '../protocol/errors.ts';
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

/** What goes with every write: the ACL for the bucket's owner, and who encrypts with what. */
export type WriteHeaders = {
  readonly acl?: 'bucket-owner-full-control';
  readonly encryption:
    | { readonly mode: 'bucket_default' }
    | { readonly mode: 'sse_s3' }
    | { readonly mode: 'sse_kms'; readonly kmsKeyId: string };
  /**
   * `looked_up`: for a storage without conditional writes. Conditions are compared with what a look shows before the write; a run that
   * writes between the two is not noticed. Absent: they are sent.
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
  /** Only over the version with this ETag. */
  readonly ifMatch?: string;
  /** Only if there is no such object. */
  readonly ifNoneMatch?: '*';
};

export type Written = { readonly etag: string };

/** What lies in S3 now; `crc32` in base64. */
export type WrittenBody = Written & { readonly size: number; readonly crc32: string };

/**
 * Where TLS and the CRC protect the body already, its SHA-256 is left out, as AWS's own clients do. Elsewhere it is computed
 * beforehand: the signer would do it over the whole body in one go.
 */
const unsigned = 'UNSIGNED-PAYLOAD';

/**
 * Writes one object. A write whose answer was lost is simply sent again: same key, same bytes. With a condition the second
 * try then meets its own object, so a 412 after a failed attempt is settled by a look at what lies there.
 * @throws S3_OBJECT_CONFLICT when `ifMatch` or `ifNoneMatch` does not hold.
 */
export async function putObject(
  s3: S3,
  object: NewObject,
  how: WriteHeaders,
  signal?: AbortSignal,
): Promise<WrittenBody> {
  const { key, body, contentType, ifMatch, ifNoneMatch } = object;
  refuseOddKey(key);
  const condition = conditionOf(object);
  const isSent = how.conditions === undefined;
  if (condition !== undefined && !isSent) await lookBefore(s3, object, signal);
  const overTls = s3.endpoint?.startsWith('http:') !== true;
  const checksums = await checksumsOf(body, overTls ? [] : ['sha256']);
  const input: PutInput = {
    Bucket: s3.bucket,
    Key: key,
    ContentType: contentType,
    ContentLength: checksums.size,
    ...(isSent && ifMatch !== undefined ? { IfMatch: ifMatch } : {}),
    ...(isSent && ifNoneMatch !== undefined ? { IfNoneMatch: ifNoneMatch } : {}),
    ...headersOf(how),
  };
  const md5 = async (): Promise<string> => Buffer.from(await md5Of(body), 'hex').toString('base64');
  const about = { ...aboutHeaders(how), ...(condition === undefined ? {} : { condition }) };
  const request = { operation: 'PutObject', key, ...about } as const;
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

function conditionOf({ ifMatch, ifNoneMatch }: NewObject): Target['condition'] {
  if (ifNoneMatch !== undefined) return 'If-None-Match';
  return ifMatch === undefined ? undefined : 'If-Match';
}

/** @throws S3_OBJECT_CONFLICT when the condition does not hold now. */
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

/** The object at `key` if it has our bytes: then an earlier attempt wrote it, and only its answer was lost. */
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
 * Copies within the bucket, content type and encoding included; ACL and encryption are those of `how`.
 * @throws UNEXPECTED, and nothing is copied, if one of the keys is not below the prefix.
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
  };
  const request = { operation: 'CopyObject', key: to, from, ...aboutHeaders(how) } as const;
  return call(
    s3,
    request,
    async (options) => {
      const { CopyObjectResult } = await withChecksumHeaders(s3, 'CopyObject', (headers) => {
        const sum = headers === 'content-md5' ? {} : { ChecksumAlgorithm: 'CRC32' as const };
        const tagging = how.tags === undefined ? {} : { TaggingDirective: 'REPLACE' as const }; // Else the source's are read.
        return s3.client.send(new CopyObjectCommand({ ...input, ...sum, ...tagging }), options);
      });
      if (CopyObjectResult?.ETag === undefined) throw failedAfterAll();
      return { etag: CopyObjectResult.ETag };
    },
    signal,
  );
}

/** CopyObject can fail after its status 200: without an ETag it is as if S3 had answered 503. */
function failedAfterAll(): Error {
  return Object.assign(new Error(''), { name: 'InternalError', $metadata: { httpStatusCode: 503 } });
}

function headersOf({ acl, encryption, storageClass, tags }: WriteHeaders) {
  const canned = {
    ...(acl === undefined ? {} : { ACL: acl }),
    ...(storageClass === undefined ? {} : { StorageClass: storageClass }),
    ...(tags === undefined ? {} : { Tagging: taggingOf(tags) }),
  };
  switch (encryption.mode) {
    case 'bucket_default':
      return canned;
    case 'sse_s3':
      return { ...canned, ServerSideEncryption: 'AES256' as const };
    case 'sse_kms':
      return { ...canned, ServerSideEncryption: 'aws:kms' as const, SSEKMSKeyId: encryption.kmsKeyId };
    default:
      return assertNever(encryption);
  }
}

function taggingOf(tags: readonly ObjectTag[]): string {
  return tags.map(({ key, value }) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join('&');
}

/** What a refusal may be about. */
function aboutHeaders({ acl, encryption, tags }: WriteHeaders) {
  return {
    acl: acl !== undefined,
    tags: tags !== undefined,
    ...(encryption.mode === 'sse_kms' ? { kmsKeyId: encryption.kmsKeyId } : {}),
  };
}

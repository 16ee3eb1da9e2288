// PutObject and CopyObject.
import { type Answer, emptyAnswer, xmlAnswer } from '../wire/answer.ts';
import { startChecksum } from '../wire/checksums.ts';
import { judgeRead, judgeWrite, preconditionFailed } from '../objects/conditions.ts';
import { readContent } from '../objects/content.ts';
import { S3Error } from '../errors.ts';
import { parseCopySource, type S3Request } from '../wire/request.ts';
import type { Bucket, ObjectVersion } from '../objects/store.ts';
import type { ObjectHeaders } from '../types.ts';
import type { XmlElement } from '../wire/xml.ts';
import { checkAcl, ownerOf } from './acl.ts';
import { bucketOf, type Exchange } from './exchange.ts';
import { descriptionOf, storageHeaders, storageOf } from './headers.ts';

const CHECKSUM = 'x-amz-checksum-';

export function putObject(exchange: Exchange): Answer {
  const { request, body } = exchange;
  const headers = { ...descriptionOf(request), ...storageOf(request), checksums: body.checksums };
  write(exchange, { content: body.content, etag: body.etag, headers });
  return emptyAnswer(200, { etag: body.etag, ...body.checksums, ...storageHeaders(headers) });
}

export function copyObject(exchange: Exchange): Answer {
  const { request } = exchange;
  const source = copySource(exchange);
  const isReplaced = directive(request) === 'REPLACE';
  const storage = storageOf(request);
  const isOnItself = source.key === request.key && source.bucket === bucketOf(exchange);
  if (isOnItself && !isReplaced && storage.storageClass === source.object.headers.storageClass) {
    throw new S3Error('InvalidRequest', {
      message:
        "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    });
  }
  const { restored: _, ...kept } = source.object.headers;
  const { acl: _acl, encryption: _encryption, kmsKeyId: _kmsKeyId, ...described } = kept;
  const headers: ObjectHeaders = {
    ...(isReplaced ? descriptionOf(request) : described),
    ...storage,
    checksums: copyChecksums(request, source.object),
  };
  const { content, etag } = source.object;
  write(exchange, { content, etag, headers });
  const checksums = Object.entries(headers.checksums).map(([name, value]): XmlElement => [
    `Checksum${name.slice(CHECKSUM.length).toUpperCase()}`,
    value,
  ]);
  return xmlAnswer(
    ['CopyObjectResult', [['LastModified', exchange.now.toISOString()], ['ETag', etag], ...checksums]],
    storageHeaders(headers),
  );
}

type NewVersion = Pick<ObjectVersion, 'content' | 'etag' | 'headers'>;

/** @throws PreconditionFailed, NoSuchKey, InvalidArgument, AccessControlListNotSupported */
function write(exchange: Exchange, version: NewVersion): void {
  const { request, now, account } = exchange;
  const bucket = bucketOf(exchange);
  const { acl } = version.headers;
  checkAcl(acl, bucket);
  const conditions = { ifMatch: request.header('if-match'), ifNoneMatch: request.header('if-none-match') };
  judgeWrite(conditions, bucket.objects.get(request.key));
  bucket.objects.put({ ...version, key: request.key, lastModified: now, owner: ownerOf(acl, account, bucket) });
}

type Source = { readonly bucket: Bucket; readonly key: string; readonly object: ObjectVersion };

/** @throws NoSuchBucket, NoSuchKey, PreconditionFailed, InvalidObjectState */
function copySource({ request, store }: Exchange): Source {
  const { header } = request;
  const { bucket: name, key } = parseCopySource(header('x-amz-copy-source') ?? '');
  const bucket = store.bucket(name);
  const object = bucket.objects.get(key);
  if (object === undefined) throw new S3Error('NoSuchKey', { elements: { Key: key } });
  const judgement = judgeRead(
    {
      ifMatch: header('x-amz-copy-source-if-match'),
      ifNoneMatch: header('x-amz-copy-source-if-none-match'),
      ifModifiedSince: header('x-amz-copy-source-if-modified-since'),
      ifUnmodifiedSince: header('x-amz-copy-source-if-unmodified-since'),
    },
    object,
  );
  if (judgement !== 'serve') throw preconditionFailed('x-amz-copy-source-If-Match');
  return { bucket, key, object };
}

function directive({ header }: S3Request): 'COPY' | 'REPLACE' {
  const value = header('x-amz-metadata-directive') ?? 'COPY';
  if (value === 'COPY' || value === 'REPLACE') return value;
  throw new S3Error('InvalidArgument', { message: 'Unknown metadata directive.' });
}

/** The source's checksums, or one of the algorithm that the request asks for. */
function copyChecksums({ header }: S3Request, source: ObjectVersion): Readonly<Record<string, string>> {
  const algorithm = header('x-amz-checksum-algorithm')?.toLowerCase();
  if (algorithm === undefined) return source.headers.checksums;
  const checksum = startChecksum(algorithm);
  if (checksum === undefined) throw new S3Error('InvalidRequest', { message: 'Checksum algorithm is not valid.' });
  checksum.update(readContent(source.content));
  return { [CHECKSUM + algorithm]: checksum.digest().toString('base64') };
}

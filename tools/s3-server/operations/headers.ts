// The headers that describe an object: read from a write's request, told back in a read's answer.
import { S3Error } from '../errors.ts';
import type { S3Request } from '../wire/request.ts';
import type { ObjectVersion } from '../objects/store.ts';
import type { ObjectHeaders } from '../types.ts';

const METADATA = 'x-amz-meta-';
const ENCRYPTIONS = ['AES256', 'aws:kms', 'aws:kms:dsse'];
const STORAGE_CLASSES = [
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER',
  'GLACIER_IR',
  'DEEP_ARCHIVE',
];

/** What describes the data: copied by CopyObject unless it says otherwise. */
type Description = Omit<ObjectHeaders, keyof Storage | 'checksums' | 'restored'>;

/** How the data is kept: always as the write says, never copied. */
type Storage = Pick<ObjectHeaders, 'acl' | 'encryption' | 'kmsKeyId' | 'storageClass' | 'tags'>;

export function descriptionOf({ header, headerNames }: S3Request): Description {
  const metadata = headerNames
    .filter((name) => name.startsWith(METADATA))
    .map((name) => [name.slice(METADATA.length), header(name) ?? ''] as const);
  return {
    contentType: header('content-type') ?? 'binary/octet-stream',
    ...present('contentEncoding', storedEncoding(header('content-encoding'))),
    ...present('cacheControl', header('cache-control')),
    ...present('contentDisposition', header('content-disposition')),
    ...present('contentLanguage', header('content-language')),
    ...present('expires', header('expires')),
    metadata: Object.fromEntries(metadata),
  };
}

/** @throws InvalidArgument for a word that S3 doesn't know, or a KMS key without KMS. */
export function storageOf({ header }: S3Request): Storage {
  const encryption = known(header, 'x-amz-server-side-encryption', ENCRYPTIONS);
  const storageClass = known(header, 'x-amz-storage-class', STORAGE_CLASSES) ?? 'STANDARD';
  const kmsKeyId = header('x-amz-server-side-encryption-aws-kms-key-id');
  if (kmsKeyId !== undefined && encryption?.startsWith('aws:kms') !== true) {
    throw new S3Error('InvalidArgument', {
      message: 'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption',
    });
  }
  return {
    ...present('acl', header('x-amz-acl')),
    ...present('encryption', encryption),
    ...present('kmsKeyId', kmsKeyId),
    storageClass,
    ...tagsOf(header('x-amz-tagging')),
  };
}

const mostTags = 10;

/** @throws InvalidTag, InvalidArgument. Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
function tagsOf(text: string | undefined): Pick<Storage, 'tags'> {
  if (text === undefined) return {};
  const pairs = [...new URLSearchParams(text)];
  const isFit = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
  for (const [key, value] of pairs) {
    const isLong = key.length > 128 || value.length > 256;
    if (key === '' || isLong || !isFit.test(key + value) || key.startsWith('aws:')) throw new S3Error('InvalidTag');
  }
  const tags = Object.fromEntries(pairs);
  if (pairs.length > mostTags || Object.keys(tags).length !== pairs.length) throw new S3Error('InvalidTag');
  return { tags };
}

/** What the answer to a write tells of the object's keeping. */
export function storageHeaders({ encryption, kmsKeyId }: Storage): Record<string, string> {
  return {
    'x-amz-server-side-encryption': encryption ?? 'AES256',
    ...present('x-amz-server-side-encryption-aws-kms-key-id', kmsKeyId),
  };
}

/** What the answer to a read contains about the complete object. */
export function objectHeaders({ etag, lastModified, headers }: ObjectVersion): Record<string, string> {
  const { metadata, storageClass } = headers;
  return {
    'accept-ranges': 'bytes',
    etag,
    'last-modified': lastModified.toUTCString(),
    'content-type': headers.contentType,
    ...present('content-encoding', headers.contentEncoding),
    ...present('cache-control', headers.cacheControl),
    ...present('content-disposition', headers.contentDisposition),
    ...present('content-language', headers.contentLanguage),
    ...present('expires', headers.expires),
    ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [METADATA + name, value])),
    ...(storageClass === 'STANDARD' ? {} : { 'x-amz-storage-class': storageClass }),
    ...(headers.tags === undefined ? {} : { 'x-amz-tagging-count': String(Object.keys(headers.tags).length) }),
    ...(headers.restored === true ? { 'x-amz-restore': 'ongoing-request="false"' } : {}),
    ...storageHeaders(headers),
  };
}

// aws-chunked is how the body came, not how it is kept.
function storedEncoding(header: string | undefined): string | undefined {
  const codings = (header ?? '').split(',').map((coding) => coding.trim());
  const kept = codings.filter((coding) => coding !== '' && coding !== 'aws-chunked').join(',');
  return kept === '' ? undefined : kept;
}

function known(header: S3Request['header'], name: string, words: readonly string[]): string | undefined {
  const value = header(name);
  if (value === undefined || words.includes(value)) return value;
  throw new S3Error('InvalidArgument', { elements: { ArgumentName: name, ArgumentValue: value } });
}

/** A field that is there only with a value: `{}` for none. */
function present<Name extends string>(name: Name, value: string | undefined): { readonly [N in Name]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [N in Name]: string });
}

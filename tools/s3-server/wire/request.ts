// A request's head, taken apart: which bucket, key and operation it means. Nothing of it is trusted or looked up here.
import type { IncomingMessage } from 'node:http';

import { S3Error } from '../errors.ts';
import type { ServedOperation } from '../types.ts';

export type S3Request = {
  readonly method: string;
  readonly operation: ServedOperation;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  /** As sent, percent-encoded, for the signature. */
  readonly rawPath: string;
  readonly header: (name: string) => string | undefined;
  readonly headerNames: readonly string[];
};

/** `METHOD level subresource`; a level is what the path names. */
const OPERATIONS: Readonly<Record<string, ServedOperation>> = {
  'PUT bucket': 'CreateBucket',
  'HEAD bucket': 'HeadBucket',
  'GET bucket list-type': 'ListObjectsV2',
  'GET bucket location': 'GetBucketLocation',
  'GET bucket ownershipControls': 'GetBucketOwnershipControls',
  'GET bucket policy': 'GetBucketPolicy',
  'PUT bucket policy': 'PutBucketPolicy',
  'GET bucket publicAccessBlock': 'GetPublicAccessBlock',
  'POST bucket delete': 'DeleteObjects',
  'PUT object': 'PutObject',
  'GET object': 'GetObject',
  'HEAD object': 'HeadObject',
  'DELETE object': 'DeleteObject',
  'GET object acl': 'GetObjectAcl',
};

// Query parameters that do not choose the operation. Any other is a subresource: an unknown one must not be ignored.
const PARAMETERS = new Set([
  'continuation-token',
  'delimiter',
  'encoding-type',
  'fetch-owner',
  'max-keys',
  'prefix',
  'start-after',
  'x-id',
]);

// bucket.localhost, and AWS's own names for a client that is led here by a proxy.
const VIRTUAL_HOST = /^(.+)\.(?:localhost|s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com)$/;
const MAX_KEY_BYTES = 1024;

/** @throws NotImplemented, InvalidArgument, KeyTooLongError */
export function parseRequest(incoming: IncomingMessage): S3Request {
  const [rawPath = '/', rawQuery = ''] = split(incoming.url ?? '/', '?');
  const method = incoming.method ?? 'GET';
  const query = new URLSearchParams(rawQuery);
  const header = (name: string): string | undefined => {
    const value = incoming.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  const { bucket, key } = addressOf(rawPath, header('host') ?? '');
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw new S3Error('KeyTooLongError');
  const operation = operationOf(method, key === '' ? 'bucket' : 'object', query);
  const isCopy = operation === 'PutObject' && header('x-amz-copy-source') !== undefined;
  return {
    method,
    operation: isCopy ? 'CopyObject' : operation,
    bucket,
    key,
    query,
    rawPath,
    header,
    headerNames: Object.keys(incoming.headers),
  };
}

function addressOf(rawPath: string, host: string): { bucket: string; key: string } {
  const [, virtualBucket] = VIRTUAL_HOST.exec(host.replace(/:\d+$/, '')) ?? [];
  const path = decodePercent(rawPath.slice(1));
  if (virtualBucket !== undefined) return { bucket: virtualBucket, key: path };
  const [bucket = '', key = ''] = split(path, '/');
  return { bucket, key };
}

function operationOf(method: string, level: 'bucket' | 'object', query: URLSearchParams): ServedOperation {
  const subresources = [...new Set(query.keys())].filter((name) => !PARAMETERS.has(name));
  const operation = OPERATIONS[[method, level, ...subresources].join(' ')];
  if (operation === undefined) throw new S3Error('NotImplemented');
  return operation;
}

/** `bucket/key`, percent-encoded, with or without a slash before. @throws InvalidArgument */
export function parseCopySource(header: string): { bucket: string; key: string } {
  const [bucket = '', key = ''] = split(decodePercent(header).replace(/^\//, ''), '/');
  if (bucket === '' || key === '') {
    throw new S3Error('InvalidArgument', { message: 'Invalid copy source object key' });
  }
  return { bucket, key };
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidArgument', { message: "Couldn't parse the specified URI." });
  }
}

function split(text: string, mark: string): readonly string[] {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

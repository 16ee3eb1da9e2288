// Verifies AWS Signature Version 4 of a request, in its Authorization header form.
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { createHash, createHmac } from 'node:crypto';

import { S3Error } from '../errors.ts';
import type { S3Request } from '../wire/request.ts';
import type { User } from '../types.ts';

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 +Credential=([^/,]+)\/((\d{8})\/([^/,]+)\/s3\/aws4_request), *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})$/;
const MAX_SKEW_MS = 15 * 60 * 1000;

/**
 * @returns the user who signed it; undefined for a request without a signature.
 * @throws AuthorizationHeaderMalformed, InvalidAccessKeyId, InvalidToken, ExpiredToken, RequestTimeTooSkewed,
 * SignatureDoesNotMatch
 */
export function verifySignature(request: S3Request, users: readonly User[], now: Date): User | undefined {
  const authorization = request.header('authorization');
  if (authorization === undefined) return undefined;
  const [, accessKeyId, scope = '', date = '', region = '', signedHeaders = '', signature] =
    AUTHORIZATION.exec(authorization) ?? [];
  if (accessKeyId === undefined) throw new S3Error('AuthorizationHeaderMalformed');
  const user = users.find((user) => user.accessKeyId === accessKeyId);
  if (user === undefined) throw new S3Error('InvalidAccessKeyId', { elements: { AWSAccessKeyId: accessKeyId } });
  if (request.header('x-amz-security-token') !== user.sessionToken) throw new S3Error('InvalidToken');
  if (user.expired === true) throw new S3Error('ExpiredToken');
  const time = request.header('x-amz-date') ?? '';
  if (!(Math.abs(parseTime(time) - now.getTime()) <= MAX_SKEW_MS)) throw new S3Error('RequestTimeTooSkewed');
  const canonical = canonicalRequest(request, signedHeaders);
  const text = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const key = [date, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${user.secretAccessKey}`);
  if (hmac(key, text).toString('hex') !== signature) throw new S3Error('SignatureDoesNotMatch');
  return user;
}

function canonicalRequest(request: S3Request, signedHeaders: string): string {
  const query = [...request.query].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort();
  const headers = signedHeaders.split(';').map((name) => {
    return `${name}:${(request.header(name) ?? '').trim().replaceAll(/ +/g, ' ')}\n`;
  });
  const payload = request.header('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD';
  return [request.method, request.rawPath, query.join('&'), headers.join(''), signedHeaders, payload].join('\n');
}

function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** `20260115T143000Z` in milliseconds; NaN for anything else. */
function parseTime(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { ErrorCode } from '@s3-connectors/common/protocol/codes/error-codes.ts';
import { mapS3Error } from '@s3-connectors/common/s3/errors/errors.ts';
import { CredentialsFailure } from '@s3-connectors/common/s3/errors/failure.ts';
import { operations } from '@s3-connectors/common/s3/address/operation.ts';
import type { Operation, RequestTarget } from '@s3-connectors/common/s3/address/operation.ts';

import { answered, network } from './sdk-errors.ts';

const base = { bucket: 'data', region: 'eu-central-1' };
const targets: Readonly<Record<Operation, RequestTarget>> = {
  ListObjectsV2: { ...base, operation: 'ListObjectsV2', prefix: 'raw/' },
  GetObject: { ...base, operation: 'GetObject', key: 'raw/a.parquet' },
  HeadObject: { ...base, operation: 'HeadObject', key: 'raw/a.parquet' },
  PutObject: { ...base, operation: 'PutObject', key: 'out/a.gz', acl: true, kmsKeyId: 'key-1' },
  CopyObject: { ...base, operation: 'CopyObject', key: 'out/a.gz', from: '_staging/a.gz' },
  DeleteObjects: { ...base, operation: 'DeleteObjects', prefix: 'out/' },
  GetPublicAccessBlock: { ...base, operation: 'GetPublicAccessBlock' },
};

const perform = (action: string, resource: string) =>
  `User: arn:aws:iam::123456789012:user/u is not authorized to perform: ${action} on resource: "${resource}" because no identity-based policy allows it`;

type Case = readonly [Operation, code: string, status: number, ErrorCode, text: RegExp, more?: Record<string, unknown>];

const cases: readonly Case[] = [
  [
    'ListObjectsV2',
    'AccessDenied',
    403,
    'S3_ACCESS_DENIED',
    /list s3:\/\/data\/raw\/: .*Allow s3:ListBucket on arn:aws:s3:::data \(for the prefix "raw\/"\)/,
  ],
  [
    'GetObject',
    'AccessDenied',
    403,
    'S3_ACCESS_DENIED',
    /read s3:\/\/data\/raw\/a.parquet: .*Allow s3:GetObject on arn:aws:s3:::data\/raw\/a.parquet/,
  ],
  ['HeadObject', '', 403, 'S3_ACCESS_DENIED', /Allow s3:GetObject .*without s3:ListBucket/],
  [
    'PutObject',
    'AccessDenied',
    403,
    'S3_ACCESS_DENIED',
    /Allow s3:PutObject and s3:PutObjectAcl on arn:aws:s3:::data\/out\/a.gz/,
  ],
  [
    'PutObject',
    'AccessDenied',
    403,
    'S3_ACCESS_DENIED',
    /Allow s3:PutObjectAcl on arn:aws:s3:::data\/x for/,
    { message: perform('s3:PutObjectAcl', 'arn:aws:s3:::data/x') },
  ],
  [
    'PutObject',
    'AccessDenied',
    403,
    'S3_KMS_DENIED',
    /Allow kms:GenerateDataKey on arn:aws:kms:eu:1:key\/2 for/,
    { message: perform('kms:GenerateDataKey', 'arn:aws:kms:eu:1:key/2') },
  ],
  [
    'CopyObject',
    'AccessDenied',
    403,
    'S3_ACCESS_DENIED',
    /copy s3:\/\/data\/_staging\/a.gz to s3:\/\/data\/out\/a.gz: .*Allow s3:GetObject and s3:PutObject/,
  ],
  ['DeleteObjects', 'AccessDenied', 403, 'S3_ACCESS_DENIED', /Allow s3:DeleteObject on arn:aws:s3:::data\/out\/\*/],
  ['PutObject', 'KMS.DisabledException', 400, 'S3_KMS_DENIED', /the KMS key key-1 cannot be used.*Enable it/],
  ['PutObject', 'KMS.NotFoundException', 400, 'S3_KMS_DENIED', /key-1/],
  ['GetObject', 'KMS.AccessDeniedException', 400, 'S3_KMS_DENIED', /Allow kms:Decrypt on/],
  ['ListObjectsV2', 'InvalidAccessKeyId', 403, 'S3_CREDENTIALS_INVALID', /key ID is unknown/],
  ['ListObjectsV2', 'SignatureDoesNotMatch', 403, 'S3_CREDENTIALS_INVALID', /secret does not match/],
  ['ListObjectsV2', 'AllAccessDisabled', 403, 'S3_CREDENTIALS_INVALID', /cannot use S3/],
  ['HeadObject', '', 401, 'S3_CREDENTIALS_INVALID', /rejected the request’s signature/],
  ['ListObjectsV2', 'ExpiredToken', 400, 'S3_CREDENTIALS_EXPIRED', /has expired/],
  ['ListObjectsV2', 'InvalidToken', 400, 'S3_CREDENTIALS_EXPIRED', /not valid.*"session_token"/],
  ['ListObjectsV2', 'NoSuchBucket', 404, 'S3_BUCKET_MISSING', /"data" does not exist\. Correct "bucket", or create it/],
  ['PutObject', 'NoSuchBucket', 404, 'S3_BUCKET_MISSING', /"data" does not exist/],
  [
    'ListObjectsV2',
    'PermanentRedirect',
    301,
    'S3_REGION_WRONG',
    /is in us-west-2, not in eu-central-1\. Set "region" to "us-west-2"/,
    { headers: { 'x-amz-bucket-region': 'us-west-2' } },
  ],
  [
    'PutObject',
    'AuthorizationHeaderMalformed',
    400,
    'S3_REGION_WRONG',
    /is in ap-south-1, not/,
    { Region: 'ap-south-1' },
  ],
  ['HeadObject', '', 400, 'S3_REGION_WRONG', /is in us-west-2/, { headers: { 'x-amz-bucket-region': 'us-west-2' } }],
  ['HeadObject', '', 301, 'S3_REGION_WRONG', /not in the region eu-central-1/],
  [
    'GetObject',
    'RequestTimeTooSkewed',
    403,
    'S3_CLOCK_SKEWED',
    /S3’s time is 2026-01-01T00:00:00Z.*NTP/,
    { ServerTime: '2026-01-01T00:00:00Z' },
  ],
  ['GetObject', 'PreconditionFailed', 412, 'S3_OBJECT_CHANGED', /replaced or deleted/],
  ['GetObject', 'NoSuchKey', 404, 'S3_OBJECT_CHANGED', /replaced or deleted/],
  ['GetObject', 'InvalidRange', 416, 'S3_OBJECT_CHANGED', /replaced or deleted/],
  ['CopyObject', 'NoSuchKey', 404, 'S3_OBJECT_CHANGED', /_staging/],
  ['PutObject', 'PreconditionFailed', 412, 'S3_OBJECT_CONFLICT', /another run wrote it/],
  ['GetObject', 'InvalidObjectState', 403, 'S3_REQUEST_REFUSED', /archived.*Restore it/],
  ['PutObject', 'AccessControlListNotSupported', 400, 'S3_REQUEST_REFUSED', /Set "acl" to "none"/],
  ['PutObject', 'InvalidRequest', 400, 'S3_REQUEST_REFUSED', /refused with InvalidRequest \(“S3’s own words”\)/],
  ['ListObjectsV2', 'NotImplemented', 501, 'S3_REQUEST_REFUSED', /NotImplemented/],
  ['PutObject', 'SlowDown', 503, 'S3_UNAVAILABLE', /still answers SlowDown/],
  ['CopyObject', 'InternalError', 503, 'S3_UNAVAILABLE', /still answers InternalError/],
  ['HeadObject', '', 500, 'S3_UNAVAILABLE', /HTTP status 500/],
  [
    'ListObjectsV2',
    '',
    403,
    'S3_ANSWER_INVALID',
    /is not S3/,
    { headers: { 'content-type': 'text/html; charset=utf-8' } },
  ],
  ['ListObjectsV2', '', 404, 'S3_ANSWER_INVALID', /is not S3/, { $metadata: { httpStatusCode: 404 } }],
  ['ListObjectsV2', 'Error', 200, 'S3_ANSWER_INVALID', /is not S3/],
  ['ListObjectsV2', '', 407, 'S3_ANSWER_INVALID', /proxy requires a user name/],
];

suite('an answer of S3 becomes an error', () => {
  for (const [operation, code, status, expected, text, more] of cases) {
    test(`${operation} answered ${code === '' ? status : code} is ${expected}: ${text.source}`, () => {
      const error = mapS3Error(answered(code, status, more), targets[operation]);
      assert.equal(error.code, expected);
      assert.match(error.message, text);
      assert.match(error.message, /[^.]\.$/);
    });
  }

  test('with the request id in the details, and nothing of the signed request anywhere', () => {
    for (const operation of Object.keys(operations) as Operation[]) {
      const error = mapS3Error(answered('SignatureDoesNotMatch', 403), targets[operation]);
      assert.match(error.details ?? '', /REQ1/);
      assert.doesNotMatch(
        `${error.message} ${error.details} ${JSON.stringify(error)} ${String(error.cause)}`,
        /CANARY/,
      );
    }
  });

  for (const [region, domain] of [
    ['eu-central-1', 'amazonaws.com'],
    ['cn-north-1', 'amazonaws.com.cn'],
    ['eusc-de-east-1', 'amazonaws.eu'],
  ] as const) {
    test(`that cannot be reached in ${region} is named below ${domain}`, () => {
      const { message } = mapS3Error(network('ENOTFOUND'), { ...targets.GetObject, region });
      assert.ok(message.includes(`https://data.s3.${region}.${domain} cannot be reached`), message);
    });
  }

  test('in the partition of the region', () => {
    const target = { ...targets.GetObject, region: 'cn-north-1' };
    assert.match(mapS3Error(answered('AccessDenied', 403), target).message, /arn:aws-cn:s3:::data\//);
  });

  test('that doubts the capital letters of a missing bucket', () => {
    const error = mapS3Error(answered('NoSuchBucket', 404), { ...targets.ListObjectsV2, bucket: 'Data' });
    assert.match(error.message, /capital letters/);
  });
});

const timeout = (message: string) => Object.assign(new Error(message), { name: 'TimeoutError' });
const connections: readonly (readonly [Error, ErrorCode, RegExp])[] = [
  [network('ENOTFOUND'), 'S3_ENDPOINT_UNREACHABLE', /name does not exist.*"endpoint" or "region"/],
  [network('EAI_AGAIN'), 'S3_ENDPOINT_UNREACHABLE', /does not resolve/],
  [network('ECONNREFUSED'), 'S3_ENDPOINT_UNREACHABLE', /nothing listens there/],
  [network('ETIMEDOUT', 'connect ETIMEDOUT 192.0.2.1:443'), 'S3_ENDPOINT_UNREACHABLE', /no connection within/],
  [
    timeout('the request socket did not establish a connection with the server'),
    'S3_ENDPOINT_UNREACHABLE',
    /no connection within/,
  ],
  [network('ERR_PROXY_TUNNEL'), 'S3_ENDPOINT_UNREACHABLE', /proxy refused the connection/],
  [network('SELF_SIGNED_CERT_IN_CHAIN'), 'S3_ENDPOINT_UNREACHABLE', /not trusted .*NODE_EXTRA_CA_CERTS/],
  [network('CERT_HAS_EXPIRED'), 'S3_ENDPOINT_UNREACHABLE', /certificate has expired/],
  [network('ERR_TLS_CERT_ALTNAME_INVALID'), 'S3_ENDPOINT_UNREACHABLE', /another name.*"force_path_style"/],
  [network('EPROTO'), 'S3_ENDPOINT_UNREACHABLE', /serves https on this port/],
  [network('HPE_INVALID_CONSTANT'), 'S3_ANSWER_INVALID', /does not speak HTTP/],
  [network('ECONNRESET'), 'S3_UNAVAILABLE', /connection was closed/],
  [network('ETIMEDOUT', 'read ETIMEDOUT'), 'S3_UNAVAILABLE', /connection was lost/],
  [
    timeout('the request socket timed out after 60000 ms of inactivity'),
    'S3_UNAVAILABLE',
    /no data arrived within the time limit/,
  ],
];

suite('a failed connection becomes an error', () => {
  for (const [error, expected, text] of connections) {
    test(`${error.message} is ${expected}`, () => {
      const mapped = mapS3Error(error, targets.ListObjectsV2);
      assert.equal(mapped.code, expected);
      assert.match(mapped.message, text);
      assert.match(mapped.message, /data\.s3\.eu-central-1\.amazonaws\.com/);
    });
  }
});

const role = 'arn:aws:iam::123456789012:role/reader';
const refusals: readonly (readonly [string | undefined, Error, ErrorCode, RegExp])[] = [
  [
    role,
    answered('AccessDenied', 403),
    'S3_ROLE_REFUSED',
    /may not assume the role \S+role\/reader.*sts:AssumeRole.*"external_id"/,
  ],
  [role, answered('ValidationError', 400), 'S3_ROLE_REFUSED', /ValidationError/],
  [role, answered('InvalidClientTokenId', 403), 'S3_CREDENTIALS_INVALID', /are wrong/],
  [role, answered('ExpiredToken', 403), 'S3_CREDENTIALS_EXPIRED', /have expired/],
  [role, answered('Throttling', 400), 'S3_UNAVAILABLE', /STS still answers Throttling/],
  [role, network('ENOTFOUND'), 'S3_ENDPOINT_UNREACHABLE', /STS cannot be reached/],
  [
    undefined,
    new Error('Could not load credentials from any providers'),
    'S3_CREDENTIALS_INVALID',
    /has no AWS credentials/,
  ],
];

suite('a lack of credentials becomes an error', () => {
  for (const [ofRole, cause, expected, text] of refusals) {
    test(`${cause.name} ${cause.message} is ${expected}`, () => {
      const mapped = mapS3Error(new CredentialsFailure(ofRole, cause), targets.ListObjectsV2);
      assert.equal(mapped.code, expected);
      assert.match(mapped.message, text);
    });
  }
});

suite('any other failure', () => {
  test('is a defect with its cause', () => {
    const cause = new TypeError('undefined is not a function');
    const error = mapS3Error(cause, targets.GetObject);
    assert.deepEqual([error.code, error.cause], ['UNEXPECTED', cause]);
  });

  test('that is a ConnectorError stays unchanged', () => {
    const own = new ConnectorError('FILE_UNREADABLE', 'damaged');
    assert.equal(mapS3Error(own, targets.GetObject), own);
  });
});

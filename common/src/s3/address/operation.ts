// The S3 operations that the connectors use, and the IAM actions of each. Every refusal and every permission uses this table.
import { partitionOf } from './address.ts';

/** The target of a request, for messages. Keys and prefixes are decoded. */
export type RequestTarget = {
  readonly operation: Operation;
  readonly bucket: string;
  readonly region: string;
  readonly key?: string | undefined;
  readonly prefix?: string | undefined;
  /** The source key of a CopyObject. */
  readonly from?: string | undefined;
  /** The write has an ACL, so S3 also requires s3:PutObjectAcl. */
  readonly acl?: boolean | undefined;
  /** The write has tags, so S3 also requires s3:PutObjectTagging. */
  readonly tags?: boolean | undefined;
  readonly kmsKeyId?: string | undefined;
  /** The condition of the write. */
  readonly condition?: 'If-Match' | 'If-None-Match' | undefined;
  readonly endpoint?: string | undefined;
  /** The endpoint has answered as S3 at least once in this run. Absent: yes. */
  readonly answered?: boolean | undefined;
  /** The account that must own the bucket, according to the request. */
  readonly expectedBucketOwner?: string | undefined;
};

/**
 * The IAM actions of each operation, and their resources: `object` is the key, `from` the source of a copy, `key` the KMS key if
 * the object is encrypted with one. HeadObject requests the checksum, which for an encrypted object requires the key.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
export const operations = {
  ListObjectsV2: { verb: 'list', asks: [['s3:ListBucket', 'bucket']] },
  GetObject: {
    verb: 'read',
    asks: [
      ['s3:GetObject', 'object'],
      ['kms:Decrypt', 'key'],
    ],
  },
  HeadObject: {
    verb: 'look at',
    asks: [
      ['s3:GetObject', 'object'],
      ['kms:Decrypt', 'key'],
    ],
  },
  PutObject: {
    verb: 'write',
    asks: [
      ['s3:PutObject', 'object'],
      ['kms:GenerateDataKey', 'key'],
    ],
  },
  CopyObject: {
    verb: 'copy',
    asks: [
      ['s3:GetObject', 'from'],
      ['s3:PutObject', 'object'],
      ['kms:GenerateDataKey', 'key'],
      ['kms:Decrypt', 'key'],
    ],
  },
  DeleteObjects: { verb: 'delete', asks: [['s3:DeleteObject', 'object']] },
  GetPublicAccessBlock: {
    verb: 'read the public access settings of',
    asks: [['s3:GetBucketPublicAccessBlock', 'bucket']],
  },
} as const satisfies Record<string, { readonly verb: string; readonly asks: readonly (readonly [string, On])[] }>;

/** The resource of a permission. */
type On = 'bucket' | 'object' | 'from' | 'key';
export type Operation = keyof typeof operations;
/** The additional actions of a write with an ACL or tags, on the object. */
const aclAsk = ['s3:PutObjectAcl', 'object'] as const;
const tagsAsk = ['s3:PutObjectTagging', 'object'] as const;
export type Action = (typeof operations)[Operation]['asks'][number][0] | (typeof aclAsk)[0] | (typeof tagsAsk)[0];
export type Ask = readonly [Action, On];

type Asked = Pick<RequestTarget, 'operation' | 'acl' | 'tags' | 'kmsKeyId'>;

/** All IAM actions of one request. Without `kmsKeyId` the key is not known. */
export function asksOf({ operation, acl, tags, kmsKeyId }: Asked): readonly Ask[] {
  const asks: readonly Ask[] = operations[operation].asks;
  const known = kmsKeyId === undefined ? asks.filter(([, on]) => on !== 'key') : asks;
  return [...known, ...(acl === true ? [aclAsk] : []), ...(tags === true ? [tagsAsk] : [])];
}

/** `Could not read s3://bucket/key` */
export function attemptText(target: RequestTarget): string {
  const { bucket, key, prefix, from } = target;
  const { verb } = operations[target.operation];
  const object = `s3://${bucket}/${key ?? prefix ?? ''}`;
  return from === undefined
    ? `Could not ${verb} ${object}`
    : `Could not copy s3://${bucket}/${from} to s3://${bucket}/${key ?? ''}`;
}

/** The actions on bucket and objects that the operation needs, joined by "and". */
export function neededActions(target: RequestTarget): string {
  return asksOf(target)
    .filter(([, on]) => on !== 'key')
    .map(([action]) => action)
    .join(' and ');
}

/** The first action that the operation needs on the KMS key. */
export function neededKeyAction({ operation }: RequestTarget): Action {
  const asks: readonly Ask[] = operations[operation].asks;
  return asks.find(([, on]) => on === 'key')?.[0] ?? 'kms:Decrypt';
}

/** The ARN of the actions. For a listing it is the bucket's, as s3:ListBucket requires. */
export function neededResource({ operation, bucket, region, key, prefix }: RequestTarget): string {
  const arn = `arn:${partitionOf(region)}:s3:::${bucket}`;
  const asks: readonly Ask[] = operations[operation].asks;
  if (asks[0]?.[1] !== 'bucket') return `${arn}/${key ?? `${prefix ?? ''}*`}`;
  return prefix === undefined || prefix === '' ? arn : `${arn} (for the prefix "${prefix}")`;
}

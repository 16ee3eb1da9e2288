// The S3 operations we use, and what each needs from IAM: the words of every refusal and of every permission come from here.
import { partitionOf } from './address.ts';

/** What a request is about: enough to name it to the user. Keys and prefixes are decoded. */
export type Target = {
  readonly operation: Operation;
  readonly bucket: string;
  readonly region: string;
  readonly key?: string;
  readonly prefix?: string;
  /** CopyObject: the key copied from. */
  readonly from?: string;
  /** An ACL goes with the write: S3 then asks for s3:PutObjectAcl as well. */
  readonly acl?: boolean;
  /** Tags go with the write: S3 then asks for s3:PutObjectTagging as well. */
  readonly tags?: boolean;
  readonly kmsKeyId?: string;
  /** The condition that the write is sent with. */
  readonly condition?: 'If-Match' | 'If-None-Match';
  readonly endpoint?: string;
  /** The account that the request says must own the bucket. */
  readonly expectedBucketOwner?: string;
};

/**
 * What each operation asks of IAM, and on what: `object` is the key, `from` the key that is copied, `key` the KMS key, if
 * one encrypts the object. HeadObject asks for the checksum, which of an encrypted object only its key's user may see.
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

/** What a permission is judged on. */
export type On = 'bucket' | 'object' | 'from' | 'key';
export type Operation = keyof typeof operations;
/** Sent with an ACL, or with tags, a write needs these as well, on the object. */
const aclAsk = ['s3:PutObjectAcl', 'object'] as const;
const tagsAsk = ['s3:PutObjectTagging', 'object'] as const;
export type Action = (typeof operations)[Operation]['asks'][number][0] | (typeof aclAsk)[0] | (typeof tagsAsk)[0];
export type Ask = readonly [Action, On];

/** All that one request asks of IAM. Without `kmsKeyId` nothing is known of a key. */
export function asksOf(target: Pick<Target, 'operation' | 'acl' | 'tags' | 'kmsKeyId'>): readonly Ask[] {
  const { operation, acl, tags, kmsKeyId } = target;
  const asks: readonly Ask[] = operations[operation].asks;
  const known = kmsKeyId === undefined ? asks.filter(([, on]) => on !== 'key') : asks;
  return [...known, ...(acl === true ? [aclAsk] : []), ...(tags === true ? [tagsAsk] : [])];
}

/** `Could not read s3://bucket/key` */
export function attemptText(target: Target): string {
  const { bucket, key, prefix, from } = target;
  const { verb } = operations[target.operation];
  const object = `s3://${bucket}/${key ?? prefix ?? ''}`;
  return from === undefined
    ? `Could not ${verb} ${object}`
    : `Could not copy s3://${bucket}/${from} to s3://${bucket}/${key ?? ''}`;
}

/** The actions on bucket and objects that the operation needs, joined by "and". */
export function neededActions(target: Target): string {
  return asksOf(target)
    .filter(([, on]) => on !== 'key')
    .map(([action]) => action)
    .join(' and ');
}

/** What the operation needs of the KMS key, first of all. */
export function neededKeyAction({ operation }: Target): Action {
  const asks: readonly Ask[] = operations[operation].asks;
  return asks.find(([, on]) => on === 'key')?.[0] ?? 'kms:Decrypt';
}

/** The ARN that the actions are needed on; for a listing the bucket's, since s3:ListBucket is judged on that. */
export function neededResource({ operation, bucket, region, key, prefix }: Target): string {
  const arn = `arn:${partitionOf(region)}:s3:::${bucket}`;
  const asks: readonly Ask[] = operations[operation].asks;
  if (asks[0]?.[1] !== 'bucket') return `${arn}/${key ?? `${prefix ?? ''}*`}`;
  return prefix === undefined || prefix === '' ? arn : `${arn} (for the prefix "${prefix}")`;
}

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
  readonly kmsKeyId?: string;
  readonly endpoint?: string;
};

export const operations = {
  ListObjectsV2: { verb: 'list', actions: ['s3:ListBucket'] },
  GetObject: { verb: 'read', actions: ['s3:GetObject'] },
  HeadObject: { verb: 'look at', actions: ['s3:GetObject'] },
  PutObject: { verb: 'write', actions: ['s3:PutObject'] },
  CopyObject: { verb: 'copy', actions: ['s3:GetObject', 's3:PutObject'] },
  DeleteObjects: { verb: 'delete', actions: ['s3:DeleteObject'] },
} as const satisfies Record<string, { readonly verb: string; readonly actions: readonly string[] }>;

export type Operation = keyof typeof operations;

/** `Could not read s3://bucket/key` */
export function attemptText(target: Target): string {
  const { bucket, key, prefix, from } = target;
  const { verb } = operations[target.operation];
  const object = `s3://${bucket}/${key ?? prefix ?? ''}`;
  return from === undefined
    ? `Could not ${verb} ${object}`
    : `Could not copy s3://${bucket}/${from} to s3://${bucket}/${key ?? ''}`;
}

/** The IAM actions the operation needs, joined by "and". */
export function neededActions({ operation, acl }: Target): string {
  return [...operations[operation].actions, ...(acl === true ? ['s3:PutObjectAcl'] : [])].join(' and ');
}

/** The ARN that the actions are needed on; for a listing the bucket's, since s3:ListBucket is judged on that. */
export function neededResource({ operation, bucket, region, key, prefix }: Target): string {
  const arn = `arn:${partitionOf(region)}:s3:::${bucket}`;
  if (operation !== 'ListObjectsV2') return `${arn}/${key ?? '*'}`;
  return prefix === undefined || prefix === '' ? arn : `${arn} (for the prefix "${prefix}")`;
}

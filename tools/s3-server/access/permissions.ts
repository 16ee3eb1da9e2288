// Which IAM actions a request needs, on which resource and under which condition keys: pure.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
import { parseCopySource, type S3Request } from '../wire/request.ts';
import type { ServedOperation } from '../types.ts';

export type Permission = {
  readonly action: string;
  readonly bucket: string;
  /** ARN of the bucket or object. */
  readonly resource: string;
  /** Condition keys and their values, without those that name the principal. */
  readonly context: Readonly<Record<string, string>>;
};

const BUCKET_ACTIONS: Readonly<Partial<Record<ServedOperation, string>>> = {
  CreateBucket: 's3:CreateBucket',
  GetBucketLocation: 's3:GetBucketLocation',
  GetBucketOwnershipControls: 's3:GetBucketOwnershipControls',
  GetBucketPolicy: 's3:GetBucketPolicy',
  GetPublicAccessBlock: 's3:GetBucketPublicAccessBlock',
  HeadBucket: 's3:ListBucket',
  ListObjectsV2: 's3:ListBucket',
  PutBucketPolicy: 's3:PutBucketPolicy',
};

const OBJECT_ACTIONS: Readonly<Partial<Record<ServedOperation, string>>> = {
  DeleteObject: 's3:DeleteObject',
  GetObject: 's3:GetObject',
  GetObjectAcl: 's3:GetObjectAcl',
  HeadObject: 's3:GetObject',
};

const WRITE_KEYS = [
  'x-amz-acl',
  'x-amz-copy-source',
  'x-amz-metadata-directive',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-storage-class',
];
const LIST_KEYS = ['prefix', 'delimiter', 'max-keys'];

/** All are needed. None for DeleteObjects, whose keys are judged one by one. */
export function permissionsOf(request: S3Request): readonly Permission[] {
  const { operation, bucket, key } = request;
  const bucketAction = BUCKET_ACTIONS[operation];
  if (bucketAction !== undefined) return [onBucket(bucketAction, request)];
  const objectAction = OBJECT_ACTIONS[operation];
  if (objectAction !== undefined) return [onObject(objectAction, bucket, key)];
  return operation === 'PutObject' || operation === 'CopyObject' ? writePermissions(request) : [];
}

export function onObject(action: string, bucket: string, key: string, context: Permission['context'] = {}): Permission {
  return { action, bucket, resource: `arn:aws:s3:::${bucket}/${key}`, context };
}

export function onBucket(action: string, { bucket, query }: S3Request): Permission {
  const asked = LIST_KEYS.filter((name) => query.has(name)).map((name) => [`s3:${name}`, query.get(name) ?? '']);
  const context = action === 's3:ListBucket' ? Object.fromEntries(asked) : {};
  return { action, bucket, resource: `arn:aws:s3:::${bucket}`, context };
}

/** The tags, and nothing of the write's other headers. */
function tagContext(text: string): Permission['context'] {
  return Object.fromEntries(
    Array.from(new URLSearchParams(text), ([key, value]) => [`s3:RequestObjectTag/${key}`, value]),
  );
}

// Tags need s3:PutObjectTagging. Sending an ACL needs s3:PutObjectAcl in addition to s3:PutObject, and reading the source of a copy
// s3:GetObject.
function writePermissions({ operation, bucket, key, header }: S3Request): readonly Permission[] {
  const context: Record<string, string> = {};
  for (const name of WRITE_KEYS) {
    const value = header(name);
    if (value !== undefined) context[`s3:${name}`] = value;
  }
  const permissions = [onObject('s3:PutObject', bucket, key, context)];
  if (header('x-amz-acl') !== undefined) permissions.push(onObject('s3:PutObjectAcl', bucket, key, context));
  const tags = header('x-amz-tagging');
  if (tags !== undefined) permissions.push(onObject('s3:PutObjectTagging', bucket, key, tagContext(tags)));
  if (operation === 'CopyObject') {
    const source = parseCopySource(header('x-amz-copy-source') ?? '');
    permissions.push(onObject('s3:GetObject', source.bucket, source.key));
  }
  return permissions;
}

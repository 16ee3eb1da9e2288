// Which function answers which operation.
import type { ServedOperation } from '../types.ts';
import { getObjectAcl } from './acl.ts';
import {
  createBucket,
  getBucketLocation,
  getBucketOwnershipControls,
  getBucketPolicy,
  getPublicAccessBlock,
  headBucket,
  putBucketPolicy,
} from './buckets.ts';
import { deleteObject, deleteObjects } from './delete.ts';
import type { OperationHandler } from './exchange.ts';
import { listObjectsV2 } from './list.ts';
import { readObject } from './read.ts';
import { copyObject, putObject } from './write.ts';

export const OPERATION_HANDLERS: Readonly<Record<ServedOperation, OperationHandler>> = {
  CopyObject: copyObject,
  CreateBucket: createBucket,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  GetBucketLocation: getBucketLocation,
  GetBucketOwnershipControls: getBucketOwnershipControls,
  GetBucketPolicy: getBucketPolicy,
  GetObject: readObject,
  GetObjectAcl: getObjectAcl,
  GetPublicAccessBlock: getPublicAccessBlock,
  HeadBucket: headBucket,
  HeadObject: readObject,
  ListObjectsV2: listObjectsV2,
  PutBucketPolicy: putBucketPolicy,
  PutObject: putObject,
};

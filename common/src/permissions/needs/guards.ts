// Conditions that narrow a permission, and that are true for every request of a connector: TLS, the known account of the bucket,
// and a KMS key only through S3 and only for objects below the prefix. Pure.
//
// They are in Allow statements. The usual Deny for requests without TLS applies to everyone, and may break the access of others.
// Our policies therefore never contain it, but `policy validate` understands it.
//
// Storages that imitate AWS support only some of these keys, and a proxy in front of one may terminate TLS. For an endpoint
// that is not AWS, there are no conditions.
import { domainOf, isAwsEndpoint, partitionOf } from '../../s3/address/address.ts';
import type { BucketPlace, Use } from './access.ts';
import { bucketArn, objectsArn } from './arn.ts';

/** The condition keys of a request, with IAM's names. */
export type RequestContext = Readonly<Record<string, string>>;

/** Operator → key → values, as in `Condition`. */
export type Guards = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export const accountKey = 's3:ResourceAccount';
/**
 * The ARN of the object, or of the bucket if it has an S3 Bucket Key.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#encryption-context
 */
const objectKey = 'kms:EncryptionContext:aws:s3:arn';

function isAws({ endpoint }: BucketPlace): boolean {
  return endpoint === undefined || isAwsEndpoint(endpoint);
}

function isPlain({ endpoint }: BucketPlace): boolean {
  return endpoint?.startsWith('http:') === true;
}

export function storageGuards(place: BucketPlace): Guards {
  if (!isAws(place)) return {};
  return {
    ...(isPlain(place) ? {} : { Bool: { 'aws:SecureTransport': 'true' } }),
    ...(place.owner === undefined ? {} : { StringEquals: { [accountKey]: place.owner } }),
  };
}

/** The condition keys of each request to the storage. */
export function storageContext(place: BucketPlace): RequestContext {
  const { owner } = place;
  return {
    ...(isPlain(place) ? { 'aws:SecureTransport': 'false' } : {}),
    ...(owner === undefined ? {} : { [accountKey]: owner, 'aws:ResourceAccount': owner }),
  };
}

/** `folder` as in `Use`. */
export function keyGuards(place: BucketPlace, folder: string): Guards {
  if (!isAws(place)) return {};
  const partition = partitionOf(place.region);
  const objects = [bucketArn(partition, place.bucket), objectsArn(partition, place.bucket, folder)];
  const throughS3 = { StringEquals: { 'kms:ViaService': services(place) } };
  // Only S3 knows the name of the bucket behind an access point's alias.
  return place.bucket.endsWith('-s3alias') ? throughS3 : { ...throughS3, StringLike: { [objectKey]: objects } };
}

/** The condition keys of S3's own requests to KMS for such a use. */
export function keyRequests(place: BucketPlace, { folder, examples }: Use): readonly RequestContext[] {
  if (!isAws(place)) return [{}];
  const [service = '', ...others] = [services(place)].flat();
  const via = others.length === 0 ? { 'kms:ViaService': service } : {};
  const bucket = bucketArn(partitionOf(place.region), place.bucket);
  return [bucket, ...examples.map((example) => `${bucket}/${folder}${example}`)].map((arn) => ({
    ...via,
    [objectKey]: arn,
  }));
}

/**
 * The name of S3 in its requests to KMS. Outside the partitions of amazonaws.com its ending is not documented, so both are
 * allowed.
 * Source: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
function services({ region }: BucketPlace): string | readonly string[] {
  const names = new Set(['amazonaws.com', domainOf(region)].map((domain) => `s3.${region}.${domain}`));
  const [name = '', ...others] = names;
  return others.length === 0 ? name : [name, ...others];
}

// Conditions that narrow a permission and that hold for every request of ours: over TLS, in the bucket of the known account,
// with a KMS key through S3 alone and for the objects of the prefix alone. Pure.
//
// They stand in Allow statements. The usual Deny for requests without TLS is for everyone: it may break the access of others,
// so a policy of ours never holds one; `policy validate` understands it.
//
// Storages that imitate AWS know these keys in part, and a proxy in front of one may end TLS: with an endpoint that is not
// AWS there are none.
import { isAwsEndpoint, partitionOf } from '../../s3/address/address.ts';
import type { Place, Use } from './access.ts';
import { bucketArn, objectsArn } from './arn.ts';

/** The condition keys that a request brings along, as IAM names them. */
export type RequestContext = Readonly<Record<string, string>>;

/** Operator → key → values: as they stand in `Condition`. */
export type Guards = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

export const accountKey = 's3:ResourceAccount';
/**
 * The ARN of the object, or of the bucket where it has an S3 Bucket Key.
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#encryption-context
 */
const objectKey = 'kms:EncryptionContext:aws:s3:arn';

function isAws({ endpoint }: Place): boolean {
  return endpoint === undefined || isAwsEndpoint(endpoint);
}

function isPlain({ endpoint }: Place): boolean {
  return endpoint?.startsWith('http:') === true;
}

export function storageGuards(place: Place): Guards {
  if (!isAws(place)) return {};
  return {
    ...(isPlain(place) ? {} : { Bool: { 'aws:SecureTransport': 'true' } }),
    ...(place.owner === undefined ? {} : { StringEquals: { [accountKey]: place.owner } }),
  };
}

/** What each request to the storage brings along. */
export function storageContext(place: Place): RequestContext {
  const { owner } = place;
  return {
    ...(isPlain(place) ? { 'aws:SecureTransport': 'false' } : {}),
    ...(owner === undefined ? {} : { [accountKey]: owner, 'aws:ResourceAccount': owner }),
  };
}

/** `folder` as in `Use`. */
export function keyGuards(place: Place, folder: string): Guards {
  if (!isAws(place)) return {};
  const partition = partitionOf(place.region);
  const objects = [bucketArn(partition, place.bucket), objectsArn(partition, place.bucket, folder)];
  const throughS3 = { StringEquals: { 'kms:ViaService': services(place) } };
  // The bucket behind the alias of an access point has another name, which only S3 knows.
  return place.bucket.endsWith('-s3alias') ? throughS3 : { ...throughS3, StringLike: { [objectKey]: objects } };
}

/** What requests to KMS bring along that S3 makes for such a use. */
export function keyRequests(place: Place, { folder, examples }: Use): readonly RequestContext[] {
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
 * The name by which S3 comes to KMS. Outside the partitions of amazonaws.com its ending is not documented: either is allowed.
 * Source: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
 */
function services({ region }: Place): string | readonly string[] {
  const name = `s3.${region}.amazonaws.com`;
  const suffixes: Readonly<Record<string, string>> = { 'aws-cn': 'amazonaws.com.cn', 'aws-eusc': 'amazonaws.eu' };
  const suffix = suffixes[partitionOf(region)];
  return suffix === undefined ? name : [name, `s3.${region}.${suffix}`];
}

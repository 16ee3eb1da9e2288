// Who asks, and whether they may: the region check, and with users the signature and the policies. The two are loaded with
// the first user only: most tests have none, and the policy engine takes long to load.
import { S3Error } from '../errors.ts';
import { type Permission, permissionsOf } from './permissions.ts';
import { parseCopySource, type S3Request } from '../wire/request.ts';
import type { Bucket, ObjectStore } from '../objects/store.ts';
import type { ServedOperation, User } from '../types.ts';

/** Who may do what, in one request. */
export type AccessControl = {
  /** Account id; undefined where callers are not told apart. */
  readonly account: string | undefined;
  /** The region the request is signed for. */
  readonly region: string;
  /** The AccessDenied for a permission that the caller lacks. */
  readonly refusal: (permission: Permission) => Promise<S3Error | undefined>;
};

export type Gate = {
  readonly store: ObjectStore;
  readonly users: readonly User[] | undefined;
  /** The region whose endpoint this is; undefined: any. */
  readonly region: string | undefined;
  readonly clock: () => Date;
};

// What can be asked of the endpoint of another region than the bucket's.
const ASKED_ANYWHERE: readonly ServedOperation[] = ['CreateBucket', 'GetBucketLocation'];
const DEFAULT_REGION = 'us-east-1';
const CREDENTIAL_SCOPE = /Credential=[^/,]+\/\d{8}\/([^/,]+)\//;

/** @throws S3Error for a request that may not even be looked at: wrong region, signature, clock or permission. */
export async function admit(request: S3Request, gate: Gate): Promise<AccessControl> {
  const signedRegion = CREDENTIAL_SCOPE.exec(request.header('authorization') ?? '')?.[1];
  const region = signedRegion ?? gate.region ?? DEFAULT_REGION;
  checkRegion(request, { region, gate });
  checkOwner(request, gate.store);
  checkPayer(request, gate.store);
  const access = gate.users === undefined ? openAccess(region) : await judgedAccess(request, gate, gate.users, region);
  for (const permission of permissionsOf(request)) {
    const refusal = await access.refusal(permission);
    if (refusal !== undefined) throw refusal;
  }
  return access;
}

// A request signed for another region than the endpoint's is malformed; a bucket of another region is somewhere else.
function checkRegion(request: S3Request, { region, gate }: { region: string; gate: Gate }): void {
  if (gate.region !== undefined && region !== gate.region) {
    throw new S3Error('AuthorizationHeaderMalformed', {
      message: `The authorization header is malformed; the region '${region}' is wrong; expecting '${gate.region}'`,
      elements: { Region: gate.region },
      headers: { 'x-amz-bucket-region': gate.region },
    });
  }
  if (ASKED_ANYWHERE.includes(request.operation)) return;
  const bucketRegion = findBucket(request.bucket, gate.store)?.region;
  if (bucketRegion !== undefined && bucketRegion !== region) throw redirect(request.bucket, bucketRegion);
}

/** The accounts that the request says must own its bucket, and the bucket it copies from. */
export function ownersExpected(request: S3Request): { readonly owner?: string; readonly sourceOwner?: string } {
  const [owner, sourceOwner] = ['x-amz-expected-bucket-owner', 'x-amz-source-expected-bucket-owner'].map(
    request.header,
  );
  return { ...(owner === undefined ? {} : { owner }), ...(sourceOwner === undefined ? {} : { sourceOwner }) };
}

// S3 answers with nothing but AccessDenied. Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html
function checkOwner(request: S3Request, store: ObjectStore): void {
  const { owner, sourceOwner } = ownersExpected(request);
  const source = sourceOwner === undefined ? '' : parseCopySource(request.header('x-amz-copy-source') ?? '').bucket;
  for (const [expected, name] of [
    [owner, request.bucket],
    [sourceOwner, source],
  ] as const) {
    const found = findBucket(name, store)?.owner;
    if (expected !== undefined && found !== undefined && found !== expected) throw new S3Error('AccessDenied');
  }
}

// Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ObjectsinRequesterPaysBuckets.html
function checkPayer(request: S3Request, store: ObjectStore): void {
  const isCharged = request.operation !== 'GetPublicAccessBlock' && request.operation !== 'GetBucketLocation';
  const isAsked = findBucket(request.bucket, store)?.requesterPays === true;
  if (isCharged && isAsked && request.header('x-amz-request-payer') !== 'requester') throw new S3Error('AccessDenied');
}

export function redirect(bucket: string, region: string): S3Error {
  return new S3Error('PermanentRedirect', {
    elements: { Endpoint: `${bucket}.s3.${region}.amazonaws.com`, Bucket: bucket },
    headers: { 'x-amz-bucket-region': region },
  });
}

function openAccess(region: string): AccessControl {
  return { account: undefined, region, refusal: () => Promise.resolve(undefined) };
}

async function judgedAccess(
  request: S3Request,
  { store, clock }: Gate,
  users: readonly User[],
  region: string,
): Promise<AccessControl> {
  const { verifySignature } = await import('./signature.ts');
  const { judge } = await import('./policies.ts');
  const user = verifySignature(request, users, clock());
  return {
    account: user?.arn.split(':')[4],
    region,
    async refusal(permission) {
      const bucket = findBucket(permission.bucket, store);
      // What does not exist is reported as missing, once the caller is known.
      if (bucket === undefined) return undefined;
      const verdict = await judge(permission, user, bucket);
      return verdict.isAllowed ? undefined : new S3Error('AccessDenied', verdict.reason);
    },
  };
}

function findBucket(name: string, store: ObjectStore): Bucket | undefined {
  try {
    return store.bucket(name);
  } catch {
    return undefined;
  }
}

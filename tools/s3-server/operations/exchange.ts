// What an operation gets: the request, its body, the buckets, and who asks.
import type { Answer } from '../wire/answer.ts';
import type { RequestBody } from '../wire/body.ts';
import type { S3Request } from '../wire/request.ts';
import type { Bucket, ObjectVersion, ObjectStore } from '../objects/store.ts';
import { S3Error } from '../errors.ts';

export type Exchange = {
  readonly request: S3Request;
  readonly body: RequestBody;
  readonly store: ObjectStore;
  /** Whole seconds. */
  readonly now: Date;
  /** Account id of the caller; undefined where callers are not told apart. */
  readonly account: string | undefined;
  /** The region the request is signed for. */
  readonly region: string;
  readonly isHidden: (key: string) => boolean;
  /** DeleteObjects is permitted key by key. */
  readonly refusalToDelete: (key: string) => Promise<S3Error | undefined>;
};

export type OperationHandler = (exchange: Exchange) => Answer | Promise<Answer>;

/** @throws NoSuchBucket */
export function bucketOf({ store, request }: Exchange): Bucket {
  return store.bucket(request.bucket);
}

/** @throws NoSuchBucket, NoSuchKey */
export function objectOf(exchange: Exchange): ObjectVersion {
  const object = bucketOf(exchange).objects.get(exchange.request.key);
  if (object === undefined) throw new S3Error('NoSuchKey', { elements: { Key: exchange.request.key } });
  return object;
}

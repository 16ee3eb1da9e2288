// The buckets and their objects, in memory. An object is replaced whole, never changed, so that a reader in the middle of
// one still gets the version it began with.
import { type Content, contentEtag, readContent } from './content.ts';
import { S3Error } from '../errors.ts';
import { compareKeys } from './keys.ts';
import type {
  BucketOptions,
  ListingEntry,
  ObjectHeaders,
  ObjectOwnership,
  SeedOptions,
  StoredObject,
} from '../types.ts';

const DEFAULT_ACCOUNT = '111122223333';

export type ObjectVersion = Omit<StoredObject, 'body' | 'size'> & { readonly content: Content };

export type Bucket = {
  readonly name: string;
  readonly region: string | undefined;
  readonly owner: string;
  readonly ownership: ObjectOwnership;
  readonly requesterPays: boolean;
  readonly publicAccessBlocked: boolean | undefined;
  readonly objects: ObjectTable;
  /** The policy's text as it was put. */
  policy: string | undefined;
};

export type ObjectStore = {
  /** @throws BucketAlreadyOwnedByYou */
  createBucket(name: string, options: BucketOptions): void;
  /** @throws NoSuchBucket */
  bucket(name: string): Bucket;
};

export function createStore(): ObjectStore {
  const buckets = new Map<string, Bucket>();
  return {
    createBucket(name, options) {
      if (buckets.has(name)) throw new S3Error('BucketAlreadyOwnedByYou', { elements: { BucketName: name } });
      buckets.set(name, {
        name,
        region: options.region,
        owner: options.owner ?? DEFAULT_ACCOUNT,
        ownership: options.ownership ?? 'BucketOwnerEnforced',
        requesterPays: options.requesterPays ?? false,
        publicAccessBlocked: options.publicAccessBlocked,
        objects: new ObjectTable(),
        policy: options.policy === undefined ? undefined : JSON.stringify(options.policy),
      });
    },
    bucket(name) {
      const bucket = buckets.get(name);
      if (bucket === undefined) throw new S3Error('NoSuchBucket', { elements: { BucketName: name } });
      return bucket;
    },
  };
}

/** The objects of a bucket by key. The order of keys is made when a listing asks for it. */
class ObjectTable {
  readonly #objects = new Map<string, ObjectVersion>();
  #keys: string[] = [];
  #inOrder = true;

  get(key: string): ObjectVersion | undefined {
    return this.#objects.get(key);
  }

  put(object: ObjectVersion): void {
    if (!this.#objects.has(object.key) && this.#inOrder) {
      const last = this.#keys.at(-1);
      if (last === undefined || compareKeys(last, object.key) < 0) this.#keys.push(object.key);
      else this.#inOrder = false;
    }
    this.#objects.set(object.key, object);
  }

  delete(key: string): void {
    if (this.#objects.delete(key)) this.#inOrder = false;
  }

  /** In byte order. */
  keys(): readonly string[] {
    if (!this.#inOrder) this.#keys = [...this.#objects.keys()].sort(compareKeys);
    this.#inOrder = true;
    return this.#keys;
  }
}

/** S3 keeps LastModified in whole seconds. */
export function wholeSeconds(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000) * 1000);
}

/** An object as tests see it. */
export function storedObject({ content, ...version }: ObjectVersion): StoredObject {
  return {
    ...version,
    size: content.size,
    get body() {
      return readContent(content);
    },
  };
}

/** An object that is put there by a test and not by a request. */
export function seededObject(
  key: string,
  content: Content,
  options: SeedOptions & { readonly now: Date },
): ObjectVersion {
  const { lastModified, now, ...headers } = options;
  return {
    key,
    content,
    etag: contentEtag(content),
    lastModified: wholeSeconds(lastModified ?? now),
    owner: DEFAULT_ACCOUNT,
    headers: { ...PLAIN_HEADERS, ...headers },
  };
}

/** An object that is only listed. A million of them share what they can. */
export function listedObject({ key, size, lastModified, etag, storageClass }: ListingEntry): ObjectVersion {
  const content: Content = { kind: 'zeros', size };
  const headers = storageClass === undefined ? PLAIN_HEADERS : { ...PLAIN_HEADERS, storageClass };
  const whole = wholeSeconds(lastModified);
  return { key, content, etag: etag ?? LISTED_ETAG, lastModified: whole, owner: DEFAULT_ACCOUNT, headers };
}

const PLAIN_HEADERS: ObjectHeaders = {
  contentType: 'binary/octet-stream',
  metadata: {},
  storageClass: 'STANDARD',
  checksums: {},
};
const LISTED_ETAG = '"d41d8cd98f00b204e9800998ecf8427e"';

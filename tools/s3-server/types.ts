// What a test sees of the in-process S3 server: its options, the server itself, what it stores, and the faults that can be
// injected into it. The server speaks S3's REST protocol on loopback; see server.ts for how a request is answered.
import type { S3ErrorCode } from './errors.ts';

export type ServedOperation =
  | 'CopyObject'
  | 'CreateBucket'
  | 'DeleteObject'
  | 'DeleteObjects'
  | 'GetBucketLocation'
  | 'GetBucketOwnershipControls'
  | 'GetBucketPolicy'
  | 'GetObject'
  | 'GetObjectAcl'
  | 'GetPublicAccessBlock'
  | 'HeadBucket'
  | 'HeadObject'
  | 'ListObjectsV2'
  | 'PutBucketPolicy'
  | 'PutObject';

/** One request, as a hook sees it. `index` counts all requests of the server from 1; `key` is `''` for bucket operations. */
export type Call = {
  readonly operation: ServedOperation;
  readonly bucket: string;
  /** The key; for ListObjectsV2 its prefix. */
  readonly key: string;
  readonly index: number;
  /** In `onAnswer`: the keys that DeleteObjects names. */
  readonly deleted?: readonly string[];
  /** CopyObject: the key that is copied, percent-decoded, behind its bucket. */
  readonly from?: string;
};

/**
 * Both are awaited. A client killed in `onRequest` leaves no trace of its call; one killed in `onAnswer` has had its write
 * done and never hears of it.
 */
export type Hooks = {
  /** The request's head has arrived; its body is not read, nothing is done. */
  readonly onRequest?: (call: Call) => void | Promise<void>;
  /** The operation is done; no byte of its answer is sent. */
  readonly onAnswer?: (call: Call) => void | Promise<void>;
};

/** An IAM user, or a role's session when `sessionToken` is there. */
export type User = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** The session is over: its calls are answered with ExpiredToken. */
  readonly expired?: boolean;
  /** The account is taken from it. `arn:aws:iam::ACCOUNT:root` may do everything in its own account's buckets. */
  readonly arn: string;
  /** Identity policies: IAM policy documents. */
  readonly policies?: readonly object[];
};

/** Headers that a storage which imitates S3 in part does not know. */
export type Unsupported = {
  /** Lower case; all headers that begin so. */
  readonly header: string;
  /** Default: all operations. */
  readonly operation?: readonly ServedOperation[];
  /** `ignored`: the request is done as if it had no such header. */
  readonly answer: 'ignored' | S3ErrorCode;
  readonly message?: string;
};

export type S3ServerOptions = {
  /** Default 0: any free port. The server listens on 127.0.0.1 only. */
  readonly port?: number;
  /**
   * The region whose endpoint this server is: a request signed for another one is answered with
   * AuthorizationHeaderMalformed, one for a bucket of another region with PermanentRedirect. Default: any region.
   */
  readonly region?: string;
  /** Gives LastModified of what is written (cut to whole seconds) and judges clock skew. Default: the machine's clock. */
  readonly clock?: () => Date;
  /** With users, signatures are verified and policies are judged. Without, every caller may do everything. */
  readonly users?: readonly User[];
  /** Seed of the faults' `probability`. Default 1. */
  readonly seed?: number;
  readonly hooks?: Hooks;
};

export type ObjectOwnership = 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';

export type BucketOptions = {
  /** Default: the bucket is in whatever region the client signs for. */
  readonly region?: string;
  /** Account id of the owner. Default `111122223333`. */
  readonly owner?: string;
  /** Refuses requests that do not say that the requester pays. */
  readonly requesterPays?: boolean;
  /** Bucket policy document. */
  readonly policy?: object;
  /** Default `BucketOwnerEnforced`, as for new buckets at AWS. */
  readonly ownership?: ObjectOwnership;
  /** What GetPublicAccessBlock tells, all four settings alike. Default: NoSuchPublicAccessBlockConfiguration. */
  readonly publicAccessBlocked?: boolean;
};

/** What a writer sends about an object in addition to its body, by S3's names. GetObject and HeadObject return it. */
export type ObjectHeaders = {
  readonly contentType: string;
  readonly contentEncoding?: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentLanguage?: string;
  readonly expires?: string;
  /** `x-amz-meta-*`, without that beginning, lower case. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The canned ACL of the request; GetObjectAcl gives its grants. */
  readonly acl?: string;
  /** `AES256` or `aws:kms` as the request said; absent if it said nothing, which S3 answers with `AES256`. */
  readonly encryption?: string;
  readonly kmsKeyId?: string;
  readonly storageClass: string;
  /** `x-amz-tagging`, decoded. */
  readonly tags?: Readonly<Record<string, string>>;
  /** A restored copy of a GLACIER or DEEP_ARCHIVE object: it can be read. */
  readonly restored?: boolean;
  /** `x-amz-checksum-*` headers as verified at the write. */
  readonly checksums: Readonly<Record<string, string>>;
};

export type StoredObject = {
  readonly key: string;
  /** Read from disk at each use for an object seeded by `seedFile`; zero bytes for one from `seedListing`. */
  readonly body: Buffer;
  readonly size: number;
  /** With its double quotes. */
  readonly etag: string;
  /** Whole seconds. */
  readonly lastModified: Date;
  /** Account id of the writer. */
  readonly owner: string;
  readonly headers: ObjectHeaders;
};

/** Default: written now, `binary/octet-stream`, STANDARD. */
export type SeedOptions = Partial<ObjectHeaders> & { readonly lastModified?: Date };

/** A listed object without a body: reading it gives `size` zero bytes. */
export type ListingEntry = {
  readonly key: string;
  readonly size: number;
  readonly lastModified: Date;
  readonly etag?: string;
  readonly storageClass?: string;
};

/**
 * Which requests a fault hits. It sees those of its operations whose key (ListObjectsV2: whose prefix; DeleteObjects: any key)
 * begins with `prefix`; skips the first `skip`; of the rest hits each `every`-th, or each with `probability`; and ends after
 * `times` hits. If several faults could hit a request, the first injected one does, and later ones do not see it.
 */
export type FaultMatch = {
  /** Default: all operations. */
  readonly operation?: ServedOperation | readonly ServedOperation[];
  /** Default `''`: every key. */
  readonly prefix?: string;
  /** Default 0. */
  readonly skip?: number;
  /** Default 1; `Infinity` lasts until `clearFaults`. */
  readonly times?: number;
  /** Default 1: each. */
  readonly every?: number;
  /** Default 1, from the server's seeded generator. */
  readonly probability?: number;
};

type FaultKind =
  /** Nothing is done; the answer is this error: SlowDown, InternalError, AccessDenied, PreconditionFailed, … */
  | { readonly kind: 'error'; readonly code: S3ErrorCode; readonly message?: string }
  /** Nothing is done; 301 naming the bucket's region. */
  | { readonly kind: 'redirect'; readonly region: string }
  /** Nothing is done; the connection is cut without an answer. */
  | { readonly kind: 'cut_before_answer' }
  /** The operation is done; the connection is cut without an answer. */
  | { readonly kind: 'drop_answer' }
  /** The answer's body is cut, and the connection with it, after so many bytes. */
  | { readonly kind: 'cut_in_body'; readonly afterBytes: number }
  /** Nothing is done; 200 with an error document in its body, as CopyObject can answer. */
  | { readonly kind: 'error_in_ok'; readonly code: S3ErrorCode }
  /** The answer's body flows at this rate. */
  | { readonly kind: 'slow_body'; readonly bytesPerSecond: number }
  /** The object gets this body just before the request is answered: with `skip: 1`, between two reads. */
  | { readonly kind: 'replace'; readonly body: string | Uint8Array; readonly lastModified?: Date }
  /**
   * The keys below `prefix` are there but not listed: an object that appears late. Each ListObjectsV2 request that leaves
   * one out is a hit; `operation` is not regarded.
   */
  | { readonly kind: 'hide_from_listing' };

export type Fault = FaultMatch & FaultKind;

/** How far an injected fault has come: requests that matched it, and hits. */
export type FaultProgress = { readonly seen: number; readonly fired: number };

/** Bytes are those of bodies on the wire, without HTTP headers. */
export type OperationCounts = { readonly requests: number; readonly bytesIn: number; readonly bytesOut: number };

export type Counts = {
  readonly total: OperationCounts;
  /** The highest number of requests that were in hand at one time. */
  readonly maxConcurrent: number;
  /** Zeros for an operation not yet asked for. */
  of(operation: ServedOperation): OperationCounts;
  /** Requests that named the expected owner of the bucket, and of the bucket copied from. */
  namingOwner(operation: ServedOperation): number;
  reset(): void;
};

export type S3TestServer = AsyncDisposable & {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string;
  readonly counts: Counts;
  createBucket(name: string, options?: BucketOptions): void;
  /** Puts an object there without a request. @returns its ETag. */
  seed(bucket: string, key: string, body: string | Uint8Array, options?: SeedOptions): string;
  /** An object served from a local file, which must not change. Its ETag is not the MD5 of the body. @returns its ETag. */
  seedFile(bucket: string, key: string, path: string, options?: SeedOptions): string;
  seedListing(bucket: string, entries: Iterable<ListingEntry>): void;
  /** In byte order of the keys. */
  objects(bucket: string, prefix?: string): readonly StoredObject[];
  object(bucket: string, key: string): StoredObject | undefined;
  remove(bucket: string, key: string): void;
  inject(fault: Fault): FaultProgress;
  clearFaults(): void;
  /** Replaces what is not supported. Default: nothing. */
  setUnsupported(unsupported: readonly Unsupported[]): void;
  /** Replaces the hooks. */
  setHooks(hooks: Hooks): void;
  /** Cuts what is open. Safe to call twice. */
  close(): Promise<void>;
};

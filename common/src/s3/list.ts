// Listing a prefix, page by page, in byte order of the keys.
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { ListObjectsV2CommandOutput, _Object } from '@aws-sdk/client-s3';

import { ConnectorError } from '../protocol/errors.ts';
import { call } from './call.ts';
import type { S3 } from './client.ts';

/** An object as the listing tells of it. */
export type ListedObject = {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** As S3 writes it, with its double quotes. */
  readonly etag: string;
  /** Whole seconds at AWS. */
  readonly lastModified: Date;
  /** Absent: STANDARD. */
  readonly storageClass?: string;
  /** An archived object that can be read just now. Absent where the storage does not tell. */
  readonly restored?: boolean;
};

/** At most `pageSize` objects and folders together. */
export type ListPage = {
  readonly objects: readonly ListedObject[];
  /** With a delimiter: what the keys between prefix and the next delimiter have in common, delimiter included. */
  readonly folders: readonly string[];
};

type Listing = {
  readonly prefix: string;
  readonly delimiter?: string;
  /** Only keys after this one, in byte order. */
  readonly startAfter?: string;
  /** 1 to 1,000, the default. */
  readonly pageSize?: number;
};

/**
 * The pages of a listing; the next is asked for when the last was taken. Always one page at least, be it empty.
 * @throws S3_ANSWER_INVALID for a truncated page that names no way on: going on would loop or lose keys.
 */
export async function* listPages(s3: S3, listing: Listing, signal?: AbortSignal): AsyncGenerator<ListPage> {
  let token: string | undefined;
  do {
    const answer = await withRestoreStatus(s3, { ...listing, token }, signal);
    yield pageOf(answer);
    const next = answer.NextContinuationToken;
    if (answer.IsTruncated === true && (next === undefined || next === '' || next === token)) {
      throw invalid(listing.prefix, 'a page said that more follows, but not where');
    }
    token = answer.IsTruncated === true ? next : undefined;
  } while (token !== undefined);
}

type PageRequest = Listing & { readonly token: string | undefined };

/** Where archived objects may be told by their class: what else is archived cannot be read at once, or never needs a restore. */
export const archiveClasses: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/**
 * Whether archived objects are restored is told only if asked for, in a header that storages other than AWS may refuse. These
 * are asked again, where a page shows that they have such objects.
 */
async function withRestoreStatus(
  s3: S3,
  request: PageRequest,
  signal: AbortSignal | undefined,
): Promise<ListObjectsV2CommandOutput> {
  const answer = await requestPage(s3, { ...request, asksForRestore: s3.isAws }, signal);
  const hasArchived = answer.Contents?.some(({ StorageClass }) => archiveClasses.has(StorageClass ?? '')) === true;
  if (s3.isAws || !hasArchived) return answer;
  try {
    return await requestPage(s3, { ...request, asksForRestore: true }, signal);
  } catch (error) {
    if (error instanceof ConnectorError && error.code === 'S3_REQUEST_REFUSED') return answer;
    throw error;
  }
}

function requestPage(
  s3: S3,
  {
    prefix,
    delimiter,
    startAfter,
    pageSize,
    token,
    asksForRestore,
  }: PageRequest & { readonly asksForRestore: boolean },
  signal: AbortSignal | undefined,
): Promise<ListObjectsV2CommandOutput> {
  const input = {
    Bucket: s3.bucket,
    Prefix: prefix,
    EncodingType: 'url' as const, // XML cannot hold every key as it is.
    ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
    ...(startAfter === undefined || token !== undefined ? {} : { StartAfter: startAfter }),
    ...(pageSize === undefined ? {} : { MaxKeys: pageSize }),
    ...(token === undefined ? {} : { ContinuationToken: token }),
    ...(asksForRestore ? { OptionalObjectAttributes: ['RestoreStatus' as const] } : {}),
  };
  return call(
    s3,
    { operation: 'ListObjectsV2', prefix },
    (how) => s3.client.send(new ListObjectsV2Command(input), how),
    signal,
  );
}

/** @throws S3_ANSWER_INVALID for an entry without what every S3 tells. */
export function pageOf(answer: Omit<ListObjectsV2CommandOutput, '$metadata'>): ListPage {
  const prefix = answer.Prefix ?? '';
  if (answer.Contents === undefined && answer.CommonPrefixes === undefined && answer.IsTruncated === undefined) {
    throw invalid(prefix, 'the answer is no listing');
  }
  const decode = answer.EncodingType === 'url' ? (text: string) => decodeKey(text, prefix) : (text: string) => text;
  return {
    objects: (answer.Contents ?? []).map((entry) => listedObject(entry, decode, prefix)),
    folders: (answer.CommonPrefixes ?? []).map(({ Prefix }) => decode(Prefix ?? '')),
  };
}

function listedObject(entry: _Object, decode: (text: string) => string, prefix: string): ListedObject {
  const { Key, Size, ETag, LastModified, StorageClass, RestoreStatus } = entry;
  if (Key === undefined || Size === undefined || ETag === undefined || LastModified === undefined) {
    throw invalid(prefix, `an entry lacks its key, size, ETag or time (${Key ?? 'no key'})`);
  }
  return {
    key: decode(Key),
    size: Size,
    etag: ETag,
    lastModified: LastModified,
    ...(StorageClass === undefined ? {} : { storageClass: StorageClass }),
    ...(RestoreStatus === undefined ? {} : { restored: isRestored(RestoreStatus) }),
  };
}

function isRestored({ IsRestoreInProgress, RestoreExpiryDate }: NonNullable<_Object['RestoreStatus']>): boolean {
  return IsRestoreInProgress !== true && RestoreExpiryDate !== undefined;
}

/** S3 encodes as in a form: a space is `+`. */
function decodeKey(text: string, prefix: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalid(prefix, `a key is not encoded as asked (${text})`);
  }
}

function invalid(prefix: string, why: string): ConnectorError {
  return new ConnectorError(
    'S3_ANSWER_INVALID',
    `Could not list "${prefix}": ${why}. Check "endpoint", and HTTPS_PROXY and NO_PROXY in the environment; what answers does not list as S3 does.`,
  );
}

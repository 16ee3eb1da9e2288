// Lists a prefix page by page, in byte order of the keys.
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { ListObjectsV2CommandOutput, _Object } from '@aws-sdk/client-s3';

import { ConnectorError } from '../protocol/errors.ts';
import { call } from './call.ts';
import type { S3 } from './connection/client.ts';
import { invalidListing, refuseEntry, refuseNames, shown } from './list-checks.ts';

/** An object in a listing. */
export type ListedObject = {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** With its double quotes, as in S3's answers. */
  readonly etag: string;
  /** In whole seconds at AWS. */
  readonly lastModified: Date;
  /** Absent: STANDARD. */
  readonly storageClass?: string;
  /** An archived object that is restored. Absent if the storage does not report it. */
  readonly restored?: boolean;
};

/** At most `pageSize` objects and folders together. */
export type ListPage = {
  readonly objects: readonly ListedObject[];
  /** With a delimiter: the common beginnings of keys, up to and including the next delimiter after the prefix. */
  readonly folders: readonly string[];
};

type Listing = {
  readonly prefix: string;
  readonly delimiter?: string;
  /** 1 to 1,000, the default. */
  readonly pageSize?: number;
};

/** The last entries of the earlier pages. */
type Progress = { readonly key?: string | undefined; readonly folder?: string | undefined };

/** S3 returns a thousand entries, some storages more. */
const mostEntries = 10_000;
/** S3 may skip deleted versions for this many pages. More pages without a key never end. */
const mostEmptyPages = 1000;

/**
 * The pages of a listing. Requests the next page when the caller takes it. Yields at least one page, which may be empty.
 * @throws S3_ANSWER_INVALID for an answer that breaks S3's rules: keys outside the prefix, repeated or unsorted keys, pages
 * that announce a next one without a new token for it, or pages that never end.
 */
export async function* listPages(s3: S3, listing: Listing, signal?: AbortSignal): AsyncGenerator<ListPage> {
  const { prefix } = listing;
  let token: string | undefined;
  let before: Progress = {};
  let emptyPages = 0;
  do {
    const answer = await withRestoreStatus(s3, { ...listing, token }, signal);
    const page = pageOf(answer, listing, before);
    before = { key: page.objects.at(-1)?.key ?? before.key, folder: page.folders.at(-1) ?? before.folder };
    emptyPages = page.objects.length + page.folders.length > 0 ? 0 : emptyPages + 1;
    yield page;
    // A storage that sends a token has more, whatever else it says.
    const next = answer.NextContinuationToken === '' ? undefined : answer.NextContinuationToken;
    if ((answer.IsTruncated === true && next === undefined) || (next !== undefined && next === token)) {
      throw invalidListing(prefix, 'a page announces more pages, but has no token for the next');
    }
    if (emptyPages >= mostEmptyPages) throw invalidListing(prefix, `${emptyPages} pages in a row are empty`);
    token = next;
  } while (token !== undefined);
}

/** All objects below the prefix, one after another. */
export async function* listObjects(s3: S3, prefix: string, signal?: AbortSignal): AsyncGenerator<ListedObject> {
  for await (const { objects } of listPages(s3, { prefix }, signal)) yield* objects;
}

/** The folders directly below the prefix, or that continue it. Each ends with a slash. Bound: the folders of one level. */
export async function listFolders(s3: S3, prefix: string, signal?: AbortSignal): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { folders } of listPages(s3, { prefix, delimiter: '/' }, signal)) found.push(...folders);
  return found;
}

type PageRequest = Listing & { readonly token: string | undefined };

/** The storage classes whose objects may be restored. Other archived objects cannot be read at once, or need no restore. */
export const archiveClasses: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/**
 * S3 reports restored objects only if a header asks for them, and storages other than AWS may refuse that header. For those,
 * a page with archived objects is requested again.
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
  { prefix, delimiter, pageSize, token, asksForRestore }: PageRequest & { readonly asksForRestore: boolean },
  signal: AbortSignal | undefined,
): Promise<ListObjectsV2CommandOutput> {
  const input = {
    Bucket: s3.bucket,
    Prefix: prefix,
    EncodingType: 'url' as const, // XML cannot contain every key unencoded.
    ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
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

/** @throws S3_ANSWER_INVALID for an answer that breaks S3's rules. */
export function pageOf(
  answer: Omit<ListObjectsV2CommandOutput, '$metadata'>,
  listing: Listing,
  before: Progress = {},
): ListPage {
  const { prefix } = listing;
  const { Contents = [], CommonPrefixes = [] } = answer;
  if (answer.Contents === undefined && answer.CommonPrefixes === undefined && answer.IsTruncated === undefined) {
    throw invalidListing(prefix, 'the answer is not a listing');
  }
  const count = Contents.length + CommonPrefixes.length;
  if (count > mostEntries) throw invalidListing(prefix, `a page has ${count} entries`);
  const decode = answer.EncodingType === 'url' ? (text: string) => decodeKey(text, prefix) : (text: string) => text;
  const objects = Contents.map((entry) => listedObject(entry, decode, prefix));
  const folders = CommonPrefixes.map(({ Prefix }) => decode(Prefix ?? ''));
  const keys = objects.map(({ key }) => key);
  refuseNames('key', keys, listing, before.key);
  refuseNames('folder', folders, listing, before.folder);
  return { objects, folders };
}

function listedObject(entry: _Object, decode: (text: string) => string, prefix: string): ListedObject {
  const { Key, Size, ETag, LastModified, StorageClass, RestoreStatus } = entry;
  if (Key === undefined || Size === undefined || ETag === undefined || LastModified === undefined) {
    const name = Key === undefined ? 'no key' : shown(Key);
    throw invalidListing(prefix, `an entry lacks its key, size, ETag or time (${name})`);
  }
  const restored = RestoreStatus?.IsRestoreInProgress !== true && RestoreStatus?.RestoreExpiryDate !== undefined;
  const object = {
    key: decode(Key),
    size: Size,
    etag: ETag,
    lastModified: LastModified,
    ...(StorageClass === undefined ? {} : { storageClass: StorageClass }),
    ...(RestoreStatus === undefined ? {} : { restored }),
  };
  refuseEntry(object, prefix);
  return object;
}

/** S3 uses form encoding: a space is `+`. */
function decodeKey(text: string, prefix: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalidListing(prefix, `a key is not URL-encoded as requested (${shown(text)})`);
  }
}

// What a ListObjectsV2 page shows: pure, from the sorted keys of a bucket. A page holds keys and common prefixes in one
// order; a continuation token says after which of them the next page begins.
import { S3Error } from '../errors.ts';
import { compareKeys, firstIndex } from './keys.ts';

/** The last thing that a page showed: the next one begins after this key, or after all keys of this common prefix. */
type Position = { readonly kind: 'key' | 'folder'; readonly at: string };

export type ListQuery = {
  readonly prefix: string;
  /** `''`: none. */
  readonly delimiter: string;
  readonly maxKeys: number;
  readonly after: Position | undefined;
};

export type Listing = {
  readonly keys: readonly string[];
  readonly folders: readonly string[];
  /** There is more, after this. */
  readonly next: Position | undefined;
};

/** `keys` in byte order, without those that `isHidden` selects. */
export function listKeys(keys: readonly string[], query: ListQuery, isHidden: (key: string) => boolean): Listing {
  const { prefix, delimiter, maxKeys } = query;
  const found: string[] = [];
  const folders: string[] = [];
  let last: Position | undefined;
  let index = maxKeys === 0 ? keys.length : startIndex(keys, query);
  while (index < keys.length) {
    const key = keys[index] ?? '';
    if (!key.startsWith(prefix)) break;
    if (isHidden(key)) {
      index += 1;
      continue;
    }
    if (found.length + folders.length >= maxKeys) return { keys: found, folders, next: last };
    const folder = folderOf(key, prefix, delimiter);
    if (folder === undefined) {
      found.push(key);
      index += 1;
    } else {
      folders.push(folder);
      index = firstIndex(keys, (key) => key.startsWith(folder), index);
    }
    last = folder === undefined ? { kind: 'key', at: key } : { kind: 'folder', at: folder };
  }
  return { keys: found, folders, next: undefined };
}

function startIndex(keys: readonly string[], { prefix, after }: ListQuery): number {
  const first = firstIndex(keys, (key) => compareKeys(key, prefix) < 0);
  if (after === undefined) return first;
  const { kind, at } = after;
  return firstIndex(keys, (key) => compareKeys(key, at) <= 0 || (kind === 'folder' && key.startsWith(at)), first);
}

function folderOf(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '') return undefined;
  const end = key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
}

export function toToken({ kind, at }: Position): string {
  return Buffer.from(`${kind}:${at}`).toString('base64url');
}

/** @throws InvalidArgument for a token of another server. */
export function fromToken(token: string): Position {
  const [, kind, at] = /^(key|folder):([\s\S]*)$/.exec(Buffer.from(token, 'base64url').toString()) ?? [];
  if ((kind !== 'key' && kind !== 'folder') || at === undefined) {
    throw new S3Error('InvalidArgument', { message: 'The continuation token provided is incorrect' });
  }
  return { kind, at };
}

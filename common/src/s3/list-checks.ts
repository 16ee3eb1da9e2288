// Checks that a listing keeps S3's promises, so that a sync never plans with an answer that S3 could not give. Pure.
import { ConnectorError } from '../protocol/errors.ts';
import { oneLine } from '../protocol/text/text.ts';

/** The request. */
type Asked = { readonly prefix: string; readonly delimiter?: string };

type Entry = { readonly key: string; readonly size: number; readonly etag: string; readonly lastModified: Date };

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const maxKeyBytes = 1024;
/** The ETag is sent in headers, and is part of names on local disk. */
const etagForm = /^[\x20-\x7e]{1,256}$/u;

/** The keys or folders of a page, in their order. `before`: the last one of the earlier pages. */
export function refuseNames(
  kind: 'key' | 'folder',
  names: readonly string[],
  asked: Asked,
  before: string | undefined,
): void {
  const { prefix } = asked;
  let last = before;
  for (const name of names) {
    if (!isBelow(kind, name, asked)) {
      throw invalidListing(prefix, `it has the ${kind} ${shown(name)}, which is outside the prefix`);
    }
    refuseName(name, prefix);
    if (last !== undefined && !isBefore(last, name)) {
      const order = `${shown(name)} after ${shown(last)}`;
      throw invalidListing(prefix, `its ${kind}s are not in byte order, or repeated: ${order}`);
    }
    last = name;
  }
}

function isBelow(kind: 'key' | 'folder', name: string, { prefix, delimiter }: Asked): boolean {
  if (kind === 'key' || !name.startsWith(prefix)) return name.startsWith(prefix);
  return delimiter !== undefined && name.indexOf(delimiter, prefix.length) === name.length - delimiter.length;
}

function refuseName(name: string, prefix: string): void {
  if (name === '') throw invalidListing(prefix, 'it has an empty key');
  const isLong = name.length > maxKeyBytes || (name.length * 3 > maxKeyBytes && Buffer.byteLength(name) > maxKeyBytes);
  if (isLong) throw invalidListing(prefix, `it has a key of more than ${maxKeyBytes} bytes, ${shown(name)}`);
  if (!name.isWellFormed()) throw invalidListing(prefix, `it has a key that is not UTF-8, ${shown(name)}`);
}

/** UTF-16 units that sort after surrogates, but before them in UTF-8. */
const aboveSurrogates = /[\ue000-\uffff]/u;

/** Compares in the byte order of UTF-8, which differs from UTF-16 only above the surrogates. */
function isBefore(a: string, b: string): boolean {
  if (!aboveSurrogates.test(a) && !aboveSurrogates.test(b)) return a < b;
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at === length ? a.length < b.length : rank(a.charCodeAt(at)) < rank(b.charCodeAt(at));
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x10000 : unit;
}

export function refuseEntry({ key, size, etag, lastModified }: Entry, prefix: string): void {
  if (!Number.isSafeInteger(size) || size < 0) throw invalidListing(prefix, `${shown(key)} has the size ${size}`);
  if (!etagForm.test(etag)) throw invalidListing(prefix, `${shown(key)} has an ETag that cannot be one`);
  if (Number.isNaN(lastModified.getTime())) throw invalidListing(prefix, `${shown(key)} has no modification time`);
}

/** A name from an untrusted answer, cut to 200 characters. */
export function shown(name: string): string {
  return `"${oneLine(name.length > 200 ? `${name.slice(0, 200)}…` : name)}"`;
}

export function invalidListing(prefix: string, why: string): ConnectorError {
  return new ConnectorError(
    'S3_ANSWER_INVALID',
    `Could not list "${prefix}": ${why}. Check "endpoint", and HTTPS_PROXY and NO_PROXY in the environment: the server that answers does not list as S3 does.`,
  );
}

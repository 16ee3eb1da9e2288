// Checks that a listing keeps S3's promises, so that a sync never plans with an answer that S3 could not give. Pure.
import { ConnectorError } from '../protocol/errors.ts';
import { oneLine } from '../protocol/text/text.ts';

/** The request. */
type Asked = { readonly prefix: string; readonly delimiter?: string };

/** Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const maxKeyBytes = 1024;
/** The ETag is sent in headers, and is part of names on local disk. */
const etagForm = /^[\x20-\x7e]{1,256}$/u;

export function refuseKeys(keys: readonly string[], { prefix }: Asked, before: string | undefined): void {
  let last = before;
  for (const key of keys) {
    if (!key.startsWith(prefix))
      throw invalidListing(prefix, `it has the key ${shown(key)}, which is outside the prefix`);
    refuseName(key, prefix);
    if (last !== undefined && !isBefore(last, key)) {
      throw invalidListing(prefix, `its keys are not in byte order, or repeated: ${shown(key)} after ${shown(last)}`);
    }
    last = key;
  }
}

export function refuseFolders(
  folders: readonly string[],
  { prefix, delimiter }: Asked,
  before: string | undefined,
): void {
  let last = before;
  for (const folder of folders) {
    const isFolder =
      delimiter !== undefined &&
      folder.startsWith(prefix) &&
      folder.indexOf(delimiter, prefix.length) === folder.length - delimiter.length;
    if (!isFolder) throw invalidListing(prefix, `it has the folder ${shown(folder)}, which is outside the prefix`);
    refuseName(folder, prefix);
    if (last !== undefined && !isBefore(last, folder)) {
      throw invalidListing(
        prefix,
        `its folders are not in byte order, or repeated: ${shown(folder)} after ${shown(last)}`,
      );
    }
    last = folder;
  }
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

export function refuseEntry(
  key: string,
  { size, etag, lastModified }: { readonly size: number; readonly etag: string; readonly lastModified: Date },
  prefix: string,
): void {
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

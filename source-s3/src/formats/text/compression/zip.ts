// A ZIP archive by the directory at its end, and the bytes of one member. Zip64 is supported.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
import { crc32, createInflateRaw } from 'node:zlib';

import { ByteReader } from './byte-reader.ts';
import { Damage } from './damage.ts';
import { decoded } from './decoded.ts';

/** Bytes of an archive between two positions, or to its end. */
export type Archive = {
  readonly size: number;
  readonly from: (offset: number, signal: AbortSignal, end?: number) => AsyncIterable<Uint8Array>;
};

export type ZipMember = {
  readonly name: string;
  /** Decompressed bytes. */
  readonly bytes: number;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly storedBytes: number;
  /** Where its header begins, and what follows it in the archive. */
  readonly start: number;
  readonly end: number;
};

const signatures = { member: 0x04034b50, entry: 0x02014b50, end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50 };
const endBytes = 22;
const locatorBytes = 20;
const end64Bytes = 56;
const entryBytes = 46;
const headerBytes = 30;
const mostCommentBytes = 0xffff;
const mostDirectoryBytes = 4 * 1024 * 1024; // About 50,000 files.

const stored = 0;
const deflated = 8;
const methodNames: Readonly<Record<number, string>> = {
  9: 'Deflate64',
  12: 'bzip2',
  14: 'LZMA',
  93: 'Zstandard',
  95: 'xz',
  98: 'PPMd',
};

/** All members except folders, in the order of the directory. Bound: a directory of 4 MiB. @throws Damage */
export async function zipMembers(archive: Archive, signal: AbortSignal): Promise<readonly ZipMember[]> {
  const { offset, bytes, count } = await findDirectory(archive, signal);
  if (bytes > mostDirectoryBytes) throw new Damage('the ZIP archive has a directory of more than 4 MiB');
  const directory = await take(archive, { offset, bytes }, signal);
  const members: Omit<ZipMember, 'end'>[] = [];
  let at = 0;
  for (let index = 0; index < count; index++) {
    const entry = entryAt(directory, at);
    members.push(entry);
    at +=
      entryBytes + directory.readUInt16LE(at + 28) + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  if (at !== bytes) throw new Damage('the directory of the ZIP archive is damaged');
  const starts = [...new Set(members.map(({ start }) => start)), offset].toSorted((a, b) => a - b);
  // If many entries shared a few hundred bytes, a small archive would make any number of rows.
  if (starts.length <= members.length) throw new Damage('two files of the ZIP archive are in the same place');
  const nextOf = new Map(starts.map((start, index) => [start, starts[index + 1] ?? offset]));
  return members
    .filter((member) => !(member.name.endsWith('/') && isEmpty(member)))
    .map((member) => ({ ...member, end: nextOf.get(member.start) ?? offset }));
}

/** An empty file has a checksum of zero. */
export function isEmpty({ bytes, crc }: Pick<ZipMember, 'bytes' | 'crc'>): boolean {
  return bytes === 0 && crc === 0;
}

/** Why a member cannot be read. Undefined if it can. */
export function refusalOf({ flags, method }: ZipMember): string | undefined {
  if ((flags & 0x2041) !== 0) return 'is encrypted';
  if (method === stored || method === deflated) return undefined;
  const name = methodNames[method];
  return `is compressed with ${name === undefined ? `the method ${method}` : `${name} (method ${method})`}, which is not read`;
}

type Directory = { readonly offset: number; readonly bytes: number; readonly count: number };

/** The directory must be directly before its end: if archives are joined, the last end has a position in the first one. */
async function findDirectory(archive: Archive, signal: AbortSignal): Promise<Directory> {
  const bytes = Math.min(archive.size, endBytes + mostCommentBytes + locatorBytes);
  const start = archive.size - bytes;
  const tail = await take(archive, { offset: start, bytes }, signal);
  let hasEnd = false;
  for (let at = tail.length - endBytes; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== signatures.end || at + endBytes + tail.readUInt16LE(at + 20) !== tail.length)
      continue;
    hasEnd = true;
    const found = {
      count: tail.readUInt16LE(at + 10),
      bytes: tail.readUInt32LE(at + 12),
      offset: tail.readUInt32LE(at + 16),
    };
    const isLarge = found.count === 0xffff || found.bytes === 0xffffffff || found.offset === 0xffffffff;
    const locator = at - locatorBytes;
    const hasLocator = locator >= 0 && tail.readUInt32LE(locator) === signatures.locator64;
    const end64 = hasLocator ? await end64At(archive, numberAt(tail, locator + 8), signal) : undefined;
    const directory = isLarge && end64 !== undefined ? end64 : found;
    if (directory === found && tail.readUInt32LE(at + 4) !== 0)
      throw new Damage('the ZIP archive is one of several parts');
    const isInPlace = end64 === undefined || end64.end === start + locator;
    if (isInPlace && directory.offset + directory.bytes === (end64?.start ?? start + at)) return directory;
  }
  throw new Damage(
    hasEnd
      ? 'the directory of the ZIP archive is not where its end says; archives may have been joined'
      : 'the ZIP archive has no directory at its end; it may have been cut',
  );
}

type End64 = Directory & { readonly start: number; readonly end: number };

async function end64At(archive: Archive, start: number, signal: AbortSignal): Promise<End64> {
  const record = await take(archive, { offset: start, bytes: end64Bytes }, signal);
  if (record.readUInt32LE() !== signatures.end64) throw new Damage('the end of the ZIP archive is damaged');
  const end = start + 12 + numberAt(record, 4); // The size in it excludes itself and what is before it.
  return { count: numberAt(record, 32), bytes: numberAt(record, 40), offset: numberAt(record, 48), start, end };
}

function entryAt(directory: Buffer, at: number): Omit<ZipMember, 'end'> {
  const isEntry = at + entryBytes <= directory.length && directory.readUInt32LE(at) === signatures.entry;
  if (!isEntry) throw new Damage('the directory of the ZIP archive is damaged');
  const nameEnd = at + entryBytes + directory.readUInt16LE(at + 28);
  const extra = directory.subarray(nameEnd, nameEnd + directory.readUInt16LE(at + 30));
  const sizes = [24, 20, 42].map((place) => directory.readUInt32LE(at + place));
  const [bytes = 0, storedBytes = 0, start = 0] = sizes.includes(0xffffffff) ? sizes64(sizes, extra) : sizes;
  return {
    name: directory.toString('utf8', at + entryBytes, nameEnd),
    bytes,
    flags: directory.readUInt16LE(at + 8),
    method: directory.readUInt16LE(at + 10),
    crc: directory.readUInt32LE(at + 16),
    storedBytes,
    start,
  };
}

/** The true values of sizes that do not fit, in their order, from the extra field 1. */
function sizes64(sizes: readonly number[], extra: Buffer): readonly number[] {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let next = at + 4;
    return sizes.map((size) => (size === 0xffffffff ? numberAt(extra, (next += 8) - 8) : size));
  }
  return sizes;
}

/** A number of eight bytes. */
function numberAt(bytes: Buffer, at: number): number {
  const value = at + 8 <= bytes.length ? bytes.readBigUInt64LE(at) : -1n;
  if (value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER)) throw new Damage('the ZIP archive has an impossible size');
  return Number(value);
}

async function take(
  archive: Archive,
  { offset, bytes }: { readonly offset: number; readonly bytes: number },
  signal: AbortSignal,
): Promise<Buffer> {
  if (offset < 0 || offset + bytes > archive.size) throw new Damage('the ZIP archive ends early');
  await using reader = new ByteReader(archive.from(offset, signal, offset + bytes));
  return await reader.take(bytes);
}

/** Decompressed, in pieces of at most `pieceBytes`. @throws Damage if it is cut, or differs from the directory. */
export async function* memberBytes(
  archive: Archive,
  { member, pieceBytes }: { readonly member: ZipMember; readonly pieceBytes: number },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { start, end, method, storedBytes, name } = member;
  await using reader = new ByteReader(archive.from(start, signal, end));
  const header = await reader.take(headerBytes);
  if (header.readUInt32LE() !== signatures.member)
    throw new Damage('no member of the ZIP archive is where it should be');
  if ((await reader.take(header.readUInt16LE(26))).toString() !== name) {
    throw new Damage('a member of the ZIP archive has another name than its directory says');
  }
  await reader.take(header.readUInt16LE(28));
  const content = reader.pass(storedBytes);
  const options = { chunkSize: pieceBytes, writableHighWaterMark: 1 };
  let [crc, bytes] = [0, 0];
  for await (const piece of method === stored ? content : decoded(content, createInflateRaw(options))) {
    crc = crc32(piece, crc);
    bytes += piece.length;
    if (bytes > member.bytes) throw new Damage('a file in the ZIP archive is longer than its directory says');
    yield piece;
  }
  if (crc !== member.crc) throw new Damage('the checksum of the file in the ZIP archive does not match');
  if (bytes !== member.bytes) throw new Damage('a file in the ZIP archive is shorter than its directory says');
}

// The one file of a ZIP archive, read in order: its directory at the end is not needed. Folders and what macOS adds are skipped.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
import { crc32, createInflateRaw } from 'node:zlib';

import { ByteReader } from './byte-reader.ts';
import { Damage } from './damage.ts';
import { decoded } from './decoded.ts';

const localHeader = 0x04034b50;
const directoryHeader = 0x02014b50;
const descriptorHeader = 0x08074b50;
const localHeaderBytes = 26;
const stored = 0;
const deflated = 8;
const unknownSize = 0xffffffff;

type Member = {
  readonly name: string;
  readonly method: number;
  readonly hasDescriptor: boolean;
  readonly crc: number;
  readonly storedBytes: number;
};

/** @throws Damage for an archive that is damaged or cut, is encrypted, or holds more than one file. */
export async function* unzip(source: AsyncIterable<Uint8Array>, pieceBytes: number): AsyncGenerator<Uint8Array> {
  await using reader = new ByteReader(source);
  let files = 0;
  for (;;) {
    const signature = (await reader.take(4)).readUInt32LE();
    if (signature === directoryHeader) break;
    if (signature !== localHeader) throw new Damage('what follows a member of the ZIP archive is none');
    const member = await readHeader(reader);
    const isData = !/(?:\/|^__MACOSX\/.*|\.DS_Store)$/u.test(member.name);
    if (isData && ++files > 1) {
      throw new Damage('the ZIP archive holds more than one file, which is not read: store them one by one');
    }
    for await (const piece of readMember(reader, member, pieceBytes)) if (isData) yield piece;
  }
  while (await reader.hasMore()) reader.unread = new Uint8Array(); // The directory.
}

async function readHeader(reader: ByteReader): Promise<Member> {
  const header = await reader.take(localHeaderBytes);
  const flags = header.readUInt16LE(2);
  const method = header.readUInt16LE(4);
  const name = (await reader.take(header.readUInt16LE(22))).toString();
  await reader.take(header.readUInt16LE(24));
  if ((flags & 1) !== 0) throw new Damage('the ZIP archive is encrypted');
  const hasDescriptor = (flags & 8) !== 0;
  if (method !== deflated && (method !== stored || hasDescriptor)) {
    throw new Damage(`the ZIP archive uses the method ${method}, which is not read`);
  }
  return { name, method, hasDescriptor, crc: header.readUInt32LE(10), storedBytes: header.readUInt32LE(14) };
}

async function* readMember(reader: ByteReader, member: Member, pieceBytes: number): AsyncGenerator<Uint8Array> {
  let crc = 0;
  for await (const piece of contentOf(reader, member, pieceBytes)) {
    crc = crc32(piece, crc);
    yield piece;
  }
  const expected = member.hasDescriptor ? await readDescriptor(reader, crc) : member.crc;
  if (expected !== crc) throw new Damage('the checksum of the file in the ZIP archive does not match');
}

function contentOf(reader: ByteReader, { method, storedBytes }: Member, pieceBytes: number): AsyncIterable<Uint8Array> {
  if (method === stored) {
    if (storedBytes === unknownSize)
      throw new Damage('the ZIP archive holds a stored file above 4 GiB, which is not read');
    return reader.pass(storedBytes);
  }
  const options = { chunkSize: pieceBytes, writableHighWaterMark: 1 };
  const decoder = createInflateRaw(options);
  return decoded(reader.feed(decoder), decoder);
}

/** Its signature is optional, and its sizes have four or eight bytes each: the next signature tells. @returns the checksum. */
async function readDescriptor(reader: ByteReader, crc: number): Promise<number> {
  const first = await reader.take(4);
  const found = first.readUInt32LE() === descriptorHeader && crc !== descriptorHeader ? await reader.take(4) : first;
  await reader.take(8);
  const next = await reader.take(4);
  const isNext = [localHeader, directoryHeader].includes(next.readUInt32LE());
  if (isNext) reader.unread = Buffer.concat([next, reader.unread]);
  else await reader.take(4); // Sizes of eight bytes.
  return found.readUInt32LE();
}

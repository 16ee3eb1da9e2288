// ZIP archives for tests, with any content of their headers.
import { crc32, deflateRawSync } from 'node:zlib';

import type { Archive } from '../../../source-s3/src/formats/text/compression/zip.ts';

export type ZipFile = {
  readonly name: string;
  readonly body: string | Uint8Array;
  readonly flags?: number;
  readonly method?: number;
  readonly isStored?: boolean;
};

export function zipOf(files: readonly ZipFile[]): Buffer {
  const members: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, body, flags = 0, isStored = false, method = isStored ? 0 : 8 } of files) {
    const text = Buffer.from(body);
    const content = isStored ? text : deflateRawSync(text);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(flags, 2);
    facts.writeUInt16LE(method, 4);
    facts.writeUInt32LE(crc32(text), 10);
    facts.writeUInt32LE(content.length, 14);
    facts.writeUInt32LE(text.length, 18);
    facts.writeUInt16LE(Buffer.byteLength(name), 22);
    const member = Buffer.concat([Buffer.from('PK\u0003\u0004'), facts, Buffer.from(name), content]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\u0001\u0002\u0014\0'), facts, place, Buffer.from(name));
    members.push(member);
    offset += member.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(entries.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...members, entries, Buffer.from('PK\u0005\u0006'), end]);
}

export function archiveOf(body: Buffer, pieceBytes = body.length): Archive {
  return {
    size: body.length,
    async *from(offset, _, end = body.length) {
      for (let at = offset; at < end; at += pieceBytes) {
        yield await Promise.resolve(body.subarray(at, Math.min(end, at + pieceBytes)));
      }
    },
  };
}

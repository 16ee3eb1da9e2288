// Compresses JSON lines with gzip: several chunks at once, joined in one member per file.
import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';

import { NEWLINE } from '@s3-connectors/common/json/ascii.ts';
import type { DeflatePool } from '@s3-connectors/common/destination/files/deflate-pool.ts';
import { gzipHeader, gzipTrailer } from '@s3-connectors/common/destination/files/gzip-member.ts';
import { LocalFile } from '@s3-connectors/common/local-disk/local-file.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import type { MadeFile, RowSource } from './made-file.ts';

const chunkBytes = 1024 * 1024;

type Options = {
  readonly deflate: DeflatePool;
  /** A new folder. */
  readonly target: string;
  readonly maxFileBytes: number;
};

type Member = {
  readonly file: LocalFile;
  readonly path: string;
  rows: number;
  crc: number;
  size: number;
  written: number;
};

/** Bound: two chunks for each compression, and two more, of 1 MiB or of the longest row. */
export async function writeGzip(
  source: Pick<RowSource, 'paths' | 'bytes'>,
  { deflate, target, maxFileBytes }: Options,
): Promise<readonly MadeFile[]> {
  await mkdir(target, { mode: 0o700 });
  const made: MadeFile[] = [];
  let member: Member | undefined;
  const chunks = mapConcurrent(wholeLines(source), deflate.atOnce, async (chunk) => {
    return { chunk, compressed: await deflate.compress(chunk) };
  });
  try {
    for await (const { chunk, compressed } of chunks) {
      member ??= await openMember(join(target, `${made.length}.json.gz`));
      member.crc = crc32(chunk, member.crc);
      member.size += chunk.length;
      member.rows += countLines(chunk);
      await member.file.write(compressed);
      member.written += compressed.length;
      if (member.written < maxFileBytes) continue;
      made.push(await endMember(member));
      member = undefined;
    }
    if (member !== undefined) made.push(await endMember(member));
    member = undefined;
  } finally {
    await member?.file[Symbol.asyncDispose]();
  }
  return made;
}

/** Chunks that end with a line. */
async function* wholeLines({ paths, bytes }: Pick<RowSource, 'paths' | 'bytes'>): AsyncGenerator<Buffer> {
  // The whole buffer is taken for a file of a few bytes, too.
  for (const path of paths) yield* wholeLinesOf(path, Math.min(chunkBytes, bytes + 1));
}

async function* wholeLinesOf(path: string, highWaterMark: number): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of createReadStream(path, { highWaterMark }) as AsyncIterable<Buffer>) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      rest.push(chunk);
      continue;
    }
    yield rest.length === 0 ? chunk.subarray(0, end) : Buffer.concat([...rest, chunk.subarray(0, end)]);
    rest = end === chunk.length ? [] : [chunk.subarray(end)];
  }
}

async function openMember(path: string): Promise<Member> {
  const file = await LocalFile.open(path, 'new');
  await file.write(gzipHeader);
  return { file, path, rows: 0, crc: 0, size: 0, written: gzipHeader.length };
}

async function endMember({ file, path, rows, crc, size }: Member): Promise<MadeFile> {
  await file.write(gzipTrailer(crc, size));
  await file[Symbol.asyncDispose]();
  return { path, rows };
}

function countLines(chunk: Buffer): number {
  let lines = 0;
  for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}

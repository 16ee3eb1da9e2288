// Compressed text that is damaged: with any wrong bit it fails or is decompressed to exactly the text, because both formats have a
// checksum.
import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { suite, test } from 'node:test';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';

import { inflate } from '../../../../../source-s3/src/formats/text/compression/compression.ts';
import { textRows } from '../../../support/text.ts';

const rows = Array.from({ length: 12 }, (_, id) => ({ id, text: `some text ${id * 7919}` }));
const csv = `id,text\n${rows.map(({ id, text }) => `${id},"${text}"\n`).join('')}`;
const jsonl = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const params = { [constants.ZSTD_c_checksumFlag]: 1 };

type Kind = 'gzip' | 'zstd';

function compressed(text: string, kind: Kind): Buffer {
  return kind === 'gzip' ? gzipSync(text) : zstdCompressSync(text, { params });
}

/** Each half as a member, or frame, of its own. */
function inTwo(text: string, kind: Kind): Buffer {
  const half = text.indexOf('\n', text.length / 2) + 1;
  return Buffer.concat([compressed(text.slice(0, half), kind), compressed(text.slice(half), kind)]);
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const damaged = Buffer.from(bytes);
  damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return damaged;
}

async function* inPieces(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield await Promise.resolve(bytes.subarray(at, at + length));
}

/** The text. Undefined if it fails. */
async function inflated(bytes: Buffer, kind: Kind, pieceBytes: number): Promise<string | undefined> {
  try {
    return (await buffer(inflate(inPieces(bytes, pieceBytes), kind))).toString('latin1');
  } catch {
    return undefined;
  }
}

for (const kind of ['gzip', 'zstd'] as const) {
  suite(`text in two parts, in ${kind},`, () => {
    const bytes = inTwo(csv, kind);

    test('is inflated whole under any cutting', async () => {
      for (let length = 1; length <= bytes.length; length++) {
        assert.equal(await inflated(bytes, kind, length), csv, `in pieces of ${length} bytes`);
      }
    });

    test('is never inflated to another text for a bit that is wrong', async () => {
      let failures = 0;
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const found = await inflated(flipped(bytes, bit), kind, 7);
        if (found === undefined) failures++;
        else assert.equal(found, csv, `bit ${bit & 7} of byte ${bit >> 3}`); // In a header's time, or in bytes that no one reads.
      }
      assert.ok(failures > bytes.length * 7, `${failures} failures`);
    });
  });
}

suite('a compressed table', () => {
  for (const kind of ['gzip', 'zstd'] as const) {
    test(`in ${kind} that was cut anywhere fails with the reason`, async () => {
      const suffix = kind === 'gzip' ? 'gz' : 'zst';
      const whole = compressed(csv, kind);
      const lengths = [1, 2, 3, 4, 5, 12, whole.length >> 1, whole.length - 8, whole.length - 1];
      const cut = lengths.map((length) => [`lake/t/${length}.csv.${suffix}`, whole.subarray(0, length)] as const);
      for (const [key, body] of cut) {
        const objects = { 'lake/t/0.csv': csv, [key]: body };
        const { rows: found, failures } = await textRows(objects, { data_format: { format: 'csv' } });
        assert.match(failures.join(), /^FILE_UNREADABLE "[^"]+" cannot be read: its compressed data ends early/u, key);
        assert.ok(found.length >= rows.length, key);
      }
    });
  }

  for (const [extension, format, text] of [
    ['csv', 'csv', csv],
    ['jsonl', 'jsonl', jsonl],
  ] as const) {
    for (const kind of ['gzip', 'zstd'] as const) {
      const suffix = kind === 'gzip' ? 'gz' : 'zst';
      const one = compressed(text, kind);
      const two = inTwo(text, kind);
      const first = two.length - compressed(text.slice(text.indexOf('\n', text.length / 2) + 1), kind).length;
      const places: readonly (readonly [where: string, bytes: Buffer, at: number])[] = [
        ['the middle', one, one.length >> 1],
        ['the checksum', one, kind === 'gzip' ? one.length - 8 : one.length - 4],
        ['the last byte', one, one.length - 1],
        ['the trailer of the first of two members', two, first - (kind === 'gzip' ? 7 : 3)],
        ['the middle of the second of two members', two, (first + two.length) >> 1],
      ];
      for (const [where, bytes, at] of places) {
        test(`of .${extension}.${suffix} with a bit wrong in ${where} fails with the reason, also when invalid rows are skipped`, async () => {
          const key = `lake/t/b.${extension}.${suffix}`;
          const objects = { [`lake/t/a.${extension}`]: text, [key]: flipped(bytes, at * 8 + 3) };
          const { failures } = await textRows(objects, { data_format: { format }, invalid_records: 'skip' });
          assert.equal(failures.length, 1);
          assert.match(
            failures[0] ?? '',
            /^FILE_UNREADABLE "lake\/t\/b\.\w+\.\w+" cannot be read: its compressed data is damaged/u,
          );
        });
      }
    }
  }
});

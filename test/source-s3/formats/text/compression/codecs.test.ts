// The compressions of text other than gzip and zstd, with files of other programs (files/make.py, Spark): each is read, or refused
// by its name. No damage turns into other text.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { suite, test } from 'node:test';
import { brotliCompressSync, deflateRawSync, deflateSync } from 'node:zlib';

import * as fc from 'fast-check';

import {
  compressionOf,
  unreadCodec,
  type Compression,
} from '../../../../../source-s3/src/formats/text/compression/codecs.ts';
import { inflate } from '../../../../../source-s3/src/formats/text/compression/compression.ts';
import { textRows } from '../../../support/text.ts';

const lines = Array.from({ length: 2000 }, (_, id) => `{"id":${id},"text":"text ${id * 7919}"}\n`);
const text = lines.join('');
const fileOf = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'files', name));
const config = { data_format: { format: 'jsonl' } };

/** `isChecked`: it has a checksum. */
const read: readonly { name: string; kind: Compression; body: Buffer; rows?: number; isChecked: boolean }[] = [
  { name: 'framed.json.sz', kind: 'snappy', body: fileOf('framed.json.sz'), isChecked: true },
  { name: 'framed.json.snappy', kind: 'snappy', body: fileOf('framed.json.sz'), isChecked: true },
  { name: 'hadoop.json.snappy', kind: 'hadoop_snappy', body: fileOf('hadoop.json.snappy'), isChecked: false },
  { name: 'hadoop.json.deflate', kind: 'deflate', body: fileOf('hadoop.json.deflate'), isChecked: true },
  { name: 'a.json.br', kind: 'brotli', body: brotliCompressSync(text), isChecked: false },
];

const literalBytes = 60;
/** Only literals; the length comes first. */
const rawSnappy = Buffer.concat([
  Buffer.from([0x80 | (text.length & 0x7f), 0x80 | ((text.length >> 7) & 0x7f), text.length >> 14]),
  ...Array.from({ length: Math.ceil(text.length / literalBytes) }, (_, place) => {
    const part = Buffer.from(text.slice(place * literalBytes, (place + 1) * literalBytes));
    return Buffer.concat([Buffer.from([(part.length - 1) << 2]), part]);
  }),
]);
/** The header of a frame with a window of 256 MiB, and a block of one byte. */
const wideWindow = Buffer.from('28b52ffd00900900007b', 'hex');

const refused: readonly (readonly [name: string, file: string | Buffer, reason: RegExp])[] = [
  ['a.json.bz2', 'a.json.bz2', /compressed with bzip2, which is not supported: compress it again with gzip or zstd/u],
  ['a.json', 'a.json.bz2', /compressed with bzip2/u],
  ['a.json.xz', 'a.json.xz', /compressed with xz/u],
  ['a.json.lz4', 'a.json.lz4', /compressed with LZ4/u],
  ['raw.json.snappy', rawSnappy, /compressed with Snappy in its raw format \(the framing format is read\), which/u],
  ['raw.json.deflate', deflateRawSync(text), /compressed with raw deflate \(with the header of zlib it is read\)/u],
  ['window.json.zst', wideWindow, /a window of more than 128 MB, which is not read; compress it without "--long"/u],
  ['b.json.lz4', 'hadoop.json.lz4', /compressed with \.lz4, which is not supported/u],
  [
    'bzip2.zip',
    'bzip2.zip',
    /"lake\/t\/bzip2\.zip\/a\.json" cannot be read: it is compressed with bzip2 \(method 12\), which is not read/u,
  ],
];

async function* inPieces(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield await Promise.resolve(bytes.subarray(at, at + length));
}

async function inflated(bytes: Buffer, kind: Compression, pieceBytes: number): Promise<string | undefined> {
  try {
    return (await buffer(inflate(inPieces(bytes, pieceBytes), kind))).toString('latin1');
  } catch {
    return undefined;
  }
}

suite('A compressed file of text', () => {
  for (const { name, kind, body, rows = lines.length } of read) {
    test(`is read: ${name}`, async () => {
      assert.equal(compressionOf(body, name), kind);
      const { lines: records, failures, said } = await textRows({ [`lake/t/${name}`]: body }, config);
      assert.deepEqual([failures, said, records.length], [[], [], rows]);
      assert.match(records.at(-1) ?? '', new RegExp(`"text":"text ${(rows - 1) * 7919}"`, 'u'));
    });
  }

  for (const [name, file, reason] of refused) {
    test(`is refused by the name of its compression: ${name}${typeof file === 'string' ? ` (${file})` : ''}`, async () => {
      const { failures, rows } = await textRows(
        { 'lake/t/0.json': '{"id":0}\n', [`lake/t/${name}`]: typeof file === 'string' ? fileOf(file) : file },
        config,
      );
      assert.deepEqual(rows[0], { id: 0 });
      assert.match(failures.join(), reason);
    });
  }

  test('is the same text under any cutting into pieces', async () => {
    for (const { kind, body } of read) {
      const whole = await inflated(body, kind, body.length);
      assert.ok(whole !== undefined && text.startsWith(whole.slice(0, 2000)));
      for (const pieceBytes of [1, 2, 3, 1000, 65_536])
        assert.ok((await inflated(body, kind, pieceBytes)) === whole, `${kind} ${pieceBytes}`);
    }
  });

  test('that is damaged or cut fails or is the very text, where its form has a checksum', async () => {
    const damage = fc.tuple(
      fc.constantFrom(...read.filter(({ isChecked }) => isChecked)),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(7),
      fc.boolean(),
    );
    const wholes = new Map<string, string | undefined>();
    for (const { name, kind, body } of read) wholes.set(name, await inflated(body, kind, 65_536));
    await fc.assert(
      fc.asyncProperty(damage, async ([{ name, kind, body }, where, bit, isCut]) => {
        const at = Math.min(body.length - 1, Math.floor(where * body.length));
        const damaged = Buffer.from(isCut ? body.subarray(0, at) : body);
        if (!isCut) damaged[at] = (damaged[at] ?? 0) ^ (1 << bit);
        const found = await inflated(damaged, kind, 65_536);
        const whole = wholes.get(name);
        // A stream of snappy's frames may end after any of them: if it is cut there, the lines before are complete.
        const isFrameEnd = isCut && kind === 'snappy' && found !== undefined && whole?.startsWith(found) === true;
        assert.ok(found === undefined || found === whole || isFrameEnd || at === 0, `${kind} ${at}.${bit}`);
      }),
      { numRuns: 1000, seed: 16 },
    );
  });

  test('of several zlib streams is inflated whole, and refused where something else follows', async () => {
    const two = Buffer.concat([deflateSync('one\n'), deflateSync('two\n')]);
    for (const pieceBytes of [1, 5, 1000]) assert.equal(await inflated(two, 'deflate', pieceBytes), 'one\ntwo\n');
    assert.equal(
      await inflated(Buffer.concat([deflateSync('one\n'), Buffer.from('rest')]), 'deflate', 1000),
      undefined,
    );
  });
});

test('Text is never taken for compressed, whatever its name and its first characters', () => {
  const names = fc.constantFrom(
    'a',
    'a.csv',
    'a.csv.gz',
    'a.br',
    'a.deflate',
    'a.snappy',
    'a.zip',
    'a.lz4',
    'a.bz2',
    'a.xz',
  );
  fc.assert(
    fc.property(names, fc.string({ unit: 'grapheme-ascii', minLength: 12, maxLength: 40 }), (name, head) => {
      const bytes = Buffer.from(head);
      assert.equal(unreadCodec(bytes, name), undefined);
      const found = compressionOf(bytes, name);
      assert.ok(found === 'none' || (name === 'a.deflate' && head.startsWith('x')), `${name} ${head} ${found}`);
    }),
    { numRuns: 2000, seed: 16 },
  );
});

// Checksums in page headers. The engine writes none, so the tests insert one into its file.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { crc32 } from 'node:zlib';

import { chunksOf, parquet } from '../../../support/parquet.ts';
import { ofType } from '../../../support/models/protocol-schema.ts';
import { readHere, serverWith } from '../../support/source.ts';

/** Thrift's compact form of a number. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value * 2;
  if (value < 0) rest = -value * 2 - 1;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

type WithChecksum = { readonly body: Buffer; readonly dataAt: number; readonly checksum: number };

/** A file of one page, whose header gets the field `crc` (4, before 5) and whose chunk becomes that much longer. */
async function withChecksum(sql: string): Promise<WithChecksum> {
  const plain = await parquet(sql, 'COMPRESSION uncompressed');
  const size = Number((await chunksOf(plain))[0]?.['total_compressed_size']);
  // The header's fields: 1 type, 2 and 3 sizes, 5 (two further: 2c) the rest, up to the end of both structs.
  const marker = plain.indexOf(Buffer.from([0x2c, 0x15]));
  const dataAt = plain.indexOf(Buffer.from([0, 0]), marker) + 2;
  const end = 4 + size;
  const checksum = crc32(plain.subarray(dataAt, end));
  const field = Buffer.concat([Buffer.from([0x15]), varint(checksum | 0), Buffer.from([0x1c])]);
  const footer = plain.subarray(end).toString('latin1');
  const [before, after] = [size, size + field.length - 1].map((bytes) => `\u0016${varint(bytes).toString('latin1')}`);
  assert.ok(before !== undefined && after !== undefined && footer.includes(before) && before.length === after.length);
  const grown = Buffer.from(footer.replaceAll(before, after), 'latin1');
  const body = Buffer.concat([plain.subarray(0, marker), field, plain.subarray(marker + 1, end), grown]);
  return { body, dataAt: dataAt + field.length - 1, checksum };
}

suite('a page with a checksum', () => {
  test('is read when its bytes have it, whether its top bit is set or not', async () => {
    const topBits = new Set<number>();
    for (let factor = 1_000_003; topBits.size < 2; factor += 1) {
      const { body, checksum } = await withChecksum(`SELECT i * ${factor} AS v FROM range(500) t(i)`);
      if (topBits.has(checksum >>> 31)) continue;
      topBits.add(checksum >>> 31);
      await using server = await serverWith({ 'lake/t/a.parquet': body });
      const { messages, failures } = await readHere(server);
      assert.deepEqual(failures, [], `the checksum ${checksum}`);
      assert.equal(ofType(messages, 'RECORD').length, 500);
    }
  });

  test('fails its stream when a bit of it has changed', async () => {
    const { body, dataAt } = await withChecksum('SELECT i * 1000003 AS v FROM range(500) t(i)');
    body.writeUInt8(body.readUInt8(dataAt + 2000) ^ 0x10, dataAt + 2000);
    await using server = await serverWith({ 'lake/t/a.parquet': body });
    const { messages, failures } = await readHere(server);
    assert.equal(ofType(messages, 'RECORD').length, 0);
    assert.equal(failures[0]?.code, 'FILE_UNREADABLE');
    assert.match(failures[0]?.message ?? '', /a page of its column "v" does not match its checksum/u);
  });
});

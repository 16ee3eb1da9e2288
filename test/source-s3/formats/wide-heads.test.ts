// Beginnings of files with more columns than memory is meant for: refused by name. The other tables are read.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { uniqueNames } from '../../../source-s3/src/formats/csv/csv-head.ts';
import { parseAvroSchema } from '../../../source-s3/src/formats/avro/avro-schema.ts';
import { avroBlocks, readAvroHeader } from '../../../source-s3/src/formats/avro/avro-blocks.ts';
import { discoverHere, serverWith } from '../support/source.ts';

async function* pieces(body: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < body.length; at += 65_536) yield await Promise.resolve(body.subarray(at, at + 65_536));
}

/** A number as Avro writes it. */
function long(value: number): Buffer {
  const bytes: number[] = [];
  let left = value * 2;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return Buffer.from([...bytes, left]);
}

function text(value: string): Buffer {
  return Buffer.concat([long(value.length), Buffer.from(value)]);
}

function avroHeader(entries: readonly (readonly [string, string])[]): Buffer {
  const pairs = entries.flatMap(([key, value]) => [text(key), text(value)]);
  return Buffer.concat([Buffer.from('Obj\u0001'), long(entries.length), ...pairs, long(0), Buffer.alloc(16, 7)]);
}

const schema = '{"type":"record","name":"r","fields":[{"name":"a","type":"long"}]}';

suite('the head of an Avro file', () => {
  test('is read among a hundred thousand entries that nobody asks for', async () => {
    const others = Array.from({ length: 100_000 }, (_, index) => [`other.${index}`, 'x'] as const);
    const header = await readAvroHeader(pieces(avroHeader([...others, ['avro.schema', schema]])));
    assert.deepEqual(
      header.schema.fields.map(({ name }) => name),
      ['a'],
    );
    assert.deepEqual(
      await Array.fromAsync(avroBlocks(pieces(Buffer.alloc(0)), { marker: header.marker, start: 0 })),
      [],
    );
  });

  test('of more than 4 MB is refused', async () => {
    const body = avroHeader([
      ['other', 'x'.repeat(5_000_000)],
      ['avro.schema', schema],
    ]);
    await assert.rejects(readAvroHeader(pieces(body)), { message: /its header has more than 4194304 bytes/u });
  });

  test('with a schema of very many types is refused', () => {
    const union = JSON.stringify(Array.from({ length: 30_000 }, () => 'null'));
    assert.throws(() => parseAvroSchema(union), { message: 'has more than 20000 types' });
  });
});

suite('a table', () => {
  const wide = Array.from({ length: 30_000 }, (_, index) => `column_${index}`);
  const formats = {
    csv: [`${wide.join(',')}\n`, 'a\n1\n', /its header has 30000 columns, and the limit is 20000/u],
    jsonl: [
      `${JSON.stringify(Object.fromEntries(wide.map((name) => [name, 1])))}\n`,
      '{"a":1}\n',
      /more than 20000 names/u,
    ],
  } as const;
  for (const [format, [body, usual, words]] of Object.entries(formats)) {
    test(`with a ${format} file of very many columns is omitted by name, and the other is found`, async () => {
      await using server = await serverWith({ [`lake/a/a.${format}`]: body, [`lake/b/b.${format}`]: usual });
      const { catalog, said } = await discoverHere(server, { data_format: { format } });
      assert.deepEqual(
        catalog.streams.map(({ name }) => name),
        ['b'],
      );
      assert.ok(
        said.some((line) => words.test(line) && line.includes(`lake/a/a.${format}`)),
        said.join('\n'),
      );
    });
  }

  test('with a name twenty thousand times gets as many names', () => {
    const names = uniqueNames(
      Array.from({ length: 20_000 }, (_, place) => (place % 3 === 0 ? 'a' : place % 3 === 1 ? 'b' : '')),
    );
    assert.equal(new Set(names).size, 20_000);
    assert.deepEqual(names.slice(0, 6), ['a', 'b', 'column_3', 'a_2', 'b_2', 'column_6']);
    assert.deepEqual(uniqueNames(['a_2', 'a', 'a', 'a']), ['a_2', 'a', 'a_3', 'a_4']);
  });
});

// Avro files through discover and read: every type exactly, every codec, and the reason for a file that is invalid or damaged.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { ofType } from '../../../support/models/protocol-schema.ts';
import { avroFile, logical, recordOf } from '../../support/avro.ts';
import { catalogJson, discoverHere, readHere, serverWith } from '../../support/source.ts';
import { idsOf, textRows } from '../../support/text.ts';

const config = { data_format: { format: 'avro' } };

const people = recordOf({ id: 'int', name: ['null', 'string'] });
const rows = Array.from({ length: 3000 }, (_, id) => ({ id, name: id % 3 === 0 ? null : { string: `Zoë ${id}` } }));
const expected = rows.map(({ id, name }) => ({ id, name: name?.string ?? null }));

suite('an Avro file', () => {
  for (const codec of ['null', 'deflate', 'snappy', 'zstandard'] as const) {
    test(`of codec ${codec} is read block by block`, async () => {
      const body = avroFile(people, rows, { codec, blockRows: 100 });
      const { rows: found, failures } = await textRows({ 'lake/t/a.avro': body }, config);
      assert.deepEqual(failures, []);
      assert.deepEqual(found, expected);
    });
  }

  test('of records without names, as polars writes them, is read', async () => {
    const inner = { type: 'record', fields: [{ name: 'x', type: 'int' }] };
    const body = avroFile({ type: 'record', fields: [{ name: 'a', type: ['null', inner] }] }, [{ a: null }]);
    const { rows: found, failures } = await textRows({ 'lake/t/a.avro': body }, config);
    assert.deepEqual([found, failures], [[{ a: null }], []]);
  });

  test('without rows has its columns', async () => {
    await using server = await serverWith({ 'lake/t/a.avro': avroFile(people, []) });
    const { catalog } = await discoverHere(server, config);
    assert.deepEqual(Object.keys(catalog.streams[0]?.json_schema['properties'] ?? {}).slice(0, 2), ['id', 'name']);
    const { messages, failures } = await readHere(server, { config });
    assert.deepEqual([ofType(messages, 'RECORD').length, failures], [0, []]);
  });

  test('has the columns that the catalog declares, as it declares them, and those of its folders', async () => {
    const wide = recordOf({
      drop: 'string',
      id: 'int',
      amount: 'double',
      day: 'string',
      at: logical('long', 'timestamp-millis'),
      nested: {
        type: 'record',
        name: 'n',
        fields: [
          { name: 'a', type: 'int' },
          { name: 'b', type: 'string' },
        ],
      },
    });
    const row = { drop: 'x', id: 7, amount: 2.5, day: '02', at: 1768435200000n, nested: { a: 1, b: 'é' } };
    const body = avroFile(wide, [row]);
    await using server = await serverWith({ 'lake/t/day=01/a.avro': body });
    const properties = {
      id: { type: 'string' },
      amount: { type: 'integer' },
      at: { type: 'string', format: 'date' },
      nested: { type: 'object', properties: { b: { type: 'string' }, c: { type: 'integer' } } },
      missing: { type: 'boolean' },
      day: { type: 'string' },
    };
    const { messages, said } = await readHere(server, { config, catalog: catalogJson({ t: properties }) });
    const [record] = ofType(messages, 'RECORD').map((message) => message.record);
    assert.deepEqual(record?.data, {
      id: '7',
      amount: null,
      at: '2026-01-15',
      nested: { b: 'é', c: null },
      missing: null,
      day: '01',
    });
    assert.deepEqual(
      record.meta?.changes?.map(({ field }) => field),
      ['amount'],
    );
    assert.match(said.join(), /"day" differs in 1 of 1 row/u);
  });

  test('shares a table with files of earlier and later schemas', async () => {
    const old = avroFile(recordOf({ id: 'int', price: 'int', gone: 'boolean' }), [{ id: 1, price: 3, gone: true }]);
    const now = avroFile(recordOf({ price: 'double', id: 'string' }), [{ price: 2.5, id: 'x' }]);
    const { rows: found } = await textRows({ 'lake/t/a.avro': old, 'lake/t/b.avro': now }, config);
    assert.deepEqual(found, [
      { id: '1', price: 3, gone: true },
      { price: 2.5, id: 'x', gone: null },
    ]);
  });

  test('has a column of folders in another case where the file’s value counts', async () => {
    const objects = {
      'lake/t/day=01/a.avro': avroFile(recordOf({ id: 'int' }), [{ id: 1 }]),
      'lake/t/day=02/b.avro': avroFile(recordOf({ DAY: 'string', id: 'int' }), [{ DAY: '03', id: 2 }]),
      'lake/t/day=04/c.avro': avroFile(recordOf({ id: 'int' }), [{ id: 3 }]),
    };
    const partitioning = { mode: 'partitioned', on_conflict: 'file' };
    const { rows: found } = await textRows(objects, { ...config, data_partitioning: partitioning });
    assert.deepEqual(found, [
      { id: 1, DAY: '01' },
      { id: 2, DAY: '03' },
      { id: 3, DAY: '04' },
    ]);
  });

  test('has rows with text that is no UTF-8 refused or skipped, by their place', async () => {
    const body = avroFile(people, rows.slice(0, 9), { codec: 'null' });
    body[body.indexOf('Zoë 4') + 2] = 0xff;
    const failed = await textRows({ 'lake/t/a.avro': body }, config);
    assert.deepEqual(failed.rows, expected.slice(0, 4));
    assert.match(
      failed.failures[0] ?? '',
      /"lake\/t\/a\.avro": row 5 of the block at byte \d+ holds text that is not UTF-8/u,
    );
    const skipped = await textRows({ 'lake/t/a.avro': body }, { ...config, invalid_records: 'skip' });
    assert.deepEqual(skipped.rows, expected.slice(0, 9).toSpliced(4, 1));
  });
});

const sound = avroFile(people, rows, { codec: 'deflate', blockRows: 100 });
const plain = avroFile(people, rows, { codec: 'null', blockRows: 100 });
const unread = ['bzip2', 'xz', 'lz4'] as const;
const noRecords = avroFile('string', ['x']);

function changed(body: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(body);
  copy[at] = value;
  return copy;
}

suite('a file that is no whole Avro file', () => {
  const header = plain.indexOf('"string"]}]}'); // Ends before the marker.
  const bodies: readonly (readonly [name: string, body: Buffer, reason: RegExp])[] = [
    ['text', Buffer.from('id,name\n1,x\n'), /does not begin as an Avro file/u],
    ['gzipped as a whole', gzipSync(sound), /does not begin as an Avro file/u],
    ['cut in its header', sound.subarray(0, 60), /its header is damaged, or was cut/u],
    ['cut in a block', sound.subarray(0, -40), /ends inside a block/u],
    [
      'cut after a block’s length',
      sound.subarray(0, sound.lastIndexOf(sound.subarray(-16), -17) + 17),
      /ends inside a block/u,
    ],
    [
      'changed in a marker',
      changed(sound, sound.length - 1, 1 ^ (sound.at(-1) ?? 0)),
      /a block does not end where it says/u,
    ],
    [
      'changed in a compressed block',
      changed(sound, sound.length - 30, 0xff),
      /a block's deflate data is damaged|more rows|goes beyond|does not know|holds more/u,
    ],
    [
      'of another length in a value',
      changed(plain, plain.indexOf('Zoë 1') - 1, 0x7e),
      /goes beyond|does not know|holds more/u,
    ],
    ...unread.map((codec): (typeof bodies)[number] => [
      `of the codec ${codec}, which is not read`,
      avroFile(people, rows, { codec }),
      new RegExp(`compressed with "${codec}" \\(null, deflate, snappy and zstandard are read\\)`, 'u'),
    ]),
    ['of no records', noRecords, /its schema is not a record but string/u],
    ['with a schema that is damaged', changed(plain, header, 0x78), /its schema is not JSON/u],
  ];
  for (const [name, body, reason] of bodies) {
    test(`(${name}) fails its stream with the reason, and no other`, async () => {
      await using server = await serverWith({ 'lake/t/a.avro': body, 'lake/u/a.avro': sound });
      const columns = { id: { type: 'integer' } };
      const { messages, failures } = await readHere(server, {
        config,
        catalog: catalogJson({ t: columns, u: columns }),
      });
      assert.equal(failures.length, 1);
      assert.equal(failures[0]?.code, 'FILE_UNREADABLE');
      assert.match(failures[0]?.message ?? '', reason);
      assert.match(failures[0]?.message ?? '', /"lake\/t\/a\.avro"/u);
      const whole = ofType(messages, 'RECORD').filter(({ record }) => record.stream === 'u');
      assert.equal(whole.length, rows.length);
    });
  }
});

test('a run over Avro files resumes from every state it printed, and fetches no block before it', async () => {
  const long = Array.from({ length: 60_000 }, (_, id) => ({ id, name: { string: 'x'.repeat(400) } }));
  const body = avroFile(people, long, { blockRows: 700 });
  await using server = await serverWith({ 'lake/t/a.avro': body, 'lake/t/b.avro': avroFile(people, rows) });
  const { messages } = await readHere(server, { config });
  const states = ofType(messages, 'STATE');
  assert.ok(states.length >= 3 && states.length < 10, `${states.length} states`);
  for (const message of states) {
    const before = server.counts.of('GetObject').bytesOut;
    const rest = await readHere(server, { config, state: [message.state] });
    const left = idsOf(messages.slice(messages.indexOf(message)));
    assert.deepEqual(idsOf(rest.messages), left);
    const fetched = server.counts.of('GetObject').bytesOut - before;
    const most = (body.length * left.length) / long.length + 9 * 1024 * 1024; // A unit is read from its start.
    assert.ok(fetched < most, `${fetched} bytes for the last ${left.length} rows`);
  }
});

// The daily export on a real S3 server, read by pyarrow: types, values and their siblings.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { administrator, createBucket, download, endpoint, freshName, region } from './support/account.ts';
import { ask, judgePrintedLines, temporaryFolder } from './support/programs.ts';
import { runScript } from './support/python.ts';
import { accessKey } from './support/setting.ts';

const text = { type: ['null', 'string'] };
const properties = {
  time: { ...text, format: 'date-time' },
  big: { type: 'integer' },
  real: { type: 'number' },
  local: { ...text, format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
  date: { ...text, format: 'date' },
  clock: { ...text, airbyte_type: 'time_without_timezone' },
  flag: { type: 'boolean' },
  name: text,
  list: {
    type: 'array',
    items: { type: 'object', properties: { n: { type: 'integer' }, tags: { type: 'array', items: text } } },
  },
};
const rows = [
  '{"time":"2026-01-15T14:30:00.123456Z","big":-9223372036854775808,"real":0.30000000000000004,"local":"1969-12-31T23:59:59.999999","date":"0001-01-01","clock":"23:59:59.5","flag":false,"name":"ü “\\"\\\\\\n” \\ud83d\\ude00","list":[{"n":1,"tags":["a",null]},null,{"tags":[]}],"p":{"a":1,"b":[]}}',
  '{"time":"2026-02-01T00:00:00+02:00","big":9007199254740993,"real":12345678901234567.125,"name":5,"list":[],"p":{"a":"one","b":[{"c":true}]}}',
  '{"time":null,"big":9223372036854775807,"real":1.10,"p":[1]}',
];

type Export = {
  readonly leaves: Readonly<Record<string, string>>;
  readonly required: readonly string[];
  readonly statistics: Readonly<Record<string, readonly (string | boolean | null)[]>>;
};

const absent = { local: null, date: null, clock: null, flag: null };

suite('the daily export', () => {
  test('is read by pyarrow with the types of BigQuery and every value as it was sent', async () => {
    const bucket = await createBucket();
    const config = {
      bucket,
      region,
      endpoint: endpoint(),
      credentials: accessKey({ credentials: administrator }),
      prefix: 'permutive',
      output_format: 'parquet',
    };
    const catalog = {
      streams: [
        {
          stream: { name: 'visits', json_schema: { type: 'object', properties } },
          sync_mode: 'incremental',
          destination_sync_mode: 'append',
        },
      ],
    };
    const checked = await ask('batch', 'check', { config });
    assert.match(checked.stdout, /"SUCCEEDED"/u);
    const state =
      '{"type":"STATE","state":{"type":"STREAM","stream":{"stream_descriptor":{"name":"visits"},"stream_state":{"n":3}}}}';
    const lines = rows.map(
      (row) => `{"type":"RECORD","record":{"stream":"visits","emitted_at":1768487400000,"data":${row}}}`,
    );
    const written = await ask('batch', 'write', { config, catalog }, `${[...lines, state].join('\n')}\n`);
    assert.deepEqual([written.exitCode, written.stderr], [0, '']);
    assert.equal(written.messages.filter(({ type }) => type === 'STATE').length, 1);
    const arrived = join(await temporaryFolder(), freshName('arrived'));
    await download(bucket, 'permutive/data/', arrived);
    const { leaves, required, statistics, ...found } = JSON.parse(
      await runScript('read_export.py', [arrived]),
    ) as Export;
    assert.deepEqual(required, [], 'fields that may not be null');
    assert.deepEqual(leaves, {
      time: 'INT64 Timestamp(microseconds, UTC) 1/0',
      big: 'INT64 Int 1/0',
      real: 'DOUBLE None 1/0',
      real__json: 'BYTE_ARRAY String 1/0',
      local: 'INT64 Timestamp(microseconds, local) 1/0',
      date: 'INT32 Date 1/0',
      clock: 'BYTE_ARRAY String 1/0',
      flag: 'BOOLEAN None 1/0',
      name: 'BYTE_ARRAY String 1/0',
      // Lists of three levels: each adds two levels of definition, for the list and for the item, and one of repetition.
      'list.list.element.n': 'INT64 Int 4/1',
      'list.list.element.tags.list.element': 'BYTE_ARRAY String 6/2',
      'p.a': 'BYTE_ARRAY String 2/0',
      'p.b.list.element.c': 'BOOLEAN None 5/1',
      p__json: 'BYTE_ARRAY String 1/0',
    });
    // Of every column there are statistics; least, most and nulls of some.
    assert.deepEqual(Object.keys(statistics).toSorted(), Object.keys(leaves).toSorted());
    assert.deepEqual(statistics['time'], ['2026-01-15 14:30:00.123456+00:00', '2026-01-31 22:00:00+00:00', '1']);
    assert.deepEqual(statistics['big'], ['-9223372036854775808', '9223372036854775807', '0']);
    assert.deepEqual(statistics['date'], ['0001-01-01', '0001-01-01', '2']);
    assert.deepEqual(statistics['flag'], [false, false, '2']);
    assert.deepEqual(found, {
      schema: {
        time: 'timestamp[us, tz=UTC]',
        big: 'int64',
        real: 'double',
        real__json: 'string',
        local: 'timestamp[us]',
        date: 'date32[day]',
        clock: 'string',
        flag: 'bool',
        name: 'string',
        list: 'list<element: struct<n: int64, tags: list<element: string>>>',
        p: 'struct<a: string, b: list<element: struct<c: bool>>>',
        p__json: 'string',
      },
      codecs: ['SNAPPY'],
      rows: [
        {
          time: '2026-01-15 14:30:00.123456+00:00',
          big: '-9223372036854775808',
          real: '0.30000000000000004',
          real__json: null,
          local: '1969-12-31 23:59:59.999999',
          date: '0001-01-01',
          clock: '23:59:59.5',
          flag: false,
          name: 'ü “"\\\n” 😀',
          list: [{ n: '1', tags: ['a', null] }, null, { n: null, tags: [] }],
          p: { a: '1', b: [] },
          p__json: null,
        },
        {
          time: '2026-01-31 22:00:00+00:00',
          big: '9007199254740993',
          real: '1.2345678901234568e+16',
          real__json: '12345678901234567.125',
          ...absent,
          name: '5',
          list: [],
          p: { a: 'one', b: [{ c: true }] },
          p__json: null,
        },
        {
          time: null,
          big: '9223372036854775807',
          real: '1.1',
          real__json: null,
          ...absent,
          name: null,
          list: null,
          p: null,
          p__json: '[1]',
        },
      ],
    });
  });
});

judgePrintedLines();

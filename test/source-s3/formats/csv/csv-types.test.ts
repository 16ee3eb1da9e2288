// Types of CSV columns: declared ones, inferred ones, and the results for values that do not fit.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { ofType } from '../../../support/models/protocol-schema.ts';
import {
  bucket,
  configured,
  dataText,
  discoverHere,
  readHere,
  serverWith,
  timeOf,
  type Json,
} from '../../support/source.ts';
import { textRows as rowsOf } from '../../support/text.ts';

function csv(format: Json = {}): Json {
  return { data_format: { format: 'csv', ...format } };
}

suite('types of CSV columns', () => {
  const typed = [
    { name: 'n', type: 'integer' },
    { name: 'x', type: 'number' },
    { name: 'on', type: 'boolean' },
    { name: 'd', type: 'date' },
    { name: 't', type: 'timestamp' },
  ];

  test('that are declared make values of them, with all digits', async () => {
    const body = 'n,x,on,d,t\n12345678901234567890,1.50,TRUE,2026-01-15,2026-01-15 14:30:00+02:00\n 007 ,+.5,false,,\n';
    const { lines, failures } = await rowsOf({ 'lake/t/a.csv': body }, csv({ column_types: typed }));
    assert.deepEqual(failures, []);
    assert.ok(
      dataText(lines[0] ?? '').startsWith(
        '{"n":12345678901234567890,"x":1.50,"on":true,"d":"2026-01-15","t":"2026-01-15T12:30:00Z",',
      ),
    );
    assert.ok(dataText(lines[1] ?? '').startsWith('{"n":7,"x":0.5,"on":false,"d":null,"t":null,'));
  });

  for (const [column, value] of Object.entries({ n: '1.5', x: '1_000', on: 'on', d: '2026-02-30', t: 'soon' })) {
    test(`make "${value}" in "${column}" an invalid record when they are declared`, async () => {
      const { failures } = await rowsOf({ 'lake/t/a.csv': `${column}\n${value}\n` }, csv({ column_types: typed }));
      assert.match(failures[0] ?? '', new RegExp(`has a value in "${column}" that is no`, 'u'));
    });
  }

  test('make NaN null, which the record says, since JSON has no such number', async () => {
    await using server = await serverWith({ 'lake/t/a.csv': 'x\n1.5\nNaN\n-Infinity\n' });
    const { messages, failures } = await readHere(server, { config: csv({ column_types: typed }) });
    assert.deepEqual(failures, []);
    const records = ofType(messages, 'RECORD').map(({ record }) => record);
    assert.deepEqual(
      records.map(({ data, meta }) => [data['x'], meta?.changes.map(({ field }) => field)]),
      [
        [1.5, undefined],
        [null, ['x']],
        [null, ['x']],
      ],
    );
  });

  test('count for their table only when they name one', async () => {
    const types = [{ name: 'n', type: 'integer', table: 't' }];
    const { rows: found } = await rowsOf(
      { 'lake/t/a.csv': 'n\n1\n', 'lake/u/a.csv': 'n\n1\n' },
      csv({ column_types: types }),
    );
    assert.deepEqual(found, [{ n: 1 }, { n: '1' }]);
  });

  test('of a column that no table has are said by discover, with the name that is nearest', async () => {
    await using server = await serverWith({ 'lake/t/Day=1/a.csv': 'amount,on\n1,1\n', 'lake/u/a.csv': 'other\n1\n' });
    const { said } = await discoverHere(server, {
      data_format: {
        format: 'csv',
        column_types: [
          { name: 'Amount', type: 'integer' },
          { name: 'amount', type: 'integer' },
          { name: 'on', type: 'boolean', table: 'u' },
          { name: 'on', type: 'boolean', table: 'gone' },
        ],
      },
      data_partitioning: {
        mode: 'partitioned',
        column_types: [
          { name: 'day', type: 'integer' },
          { name: 'hour', type: 'integer' },
        ],
      },
    });
    const warnings = said.filter((line) => line.includes('column_types'));
    assert.equal(warnings.length, 4, warnings.join('\n'));
    assert.match(
      warnings[0] ?? '',
      /^WARN data_format\.column_types declares "Amount", and no table has .* "amount"\?$/u,
    );
    assert.match(warnings[1] ?? '', /declares "on", and no table "u" has/u);
    assert.match(warnings[2] ?? '', /declares "on", and no table "gone" has/u);
    assert.match(warnings[3] ?? '', /^WARN data_partitioning\.column_types declares "hour"/u);
  });

  test('are inferred only where all values allow it, and never of ids', async () => {
    const body = [
      'int,num,yes,date,time,zip,phone,long,mixed,none',
      '1,1.5,true,2026-01-15,2026-01-15T14:30:00Z,01234,+491234,1234567890123456,1,',
      '-20,3,false,2026-01-16,2026-01-16 14:30:00,98765,+491235,1234567890123457,x,',
    ].join('\n');
    await using server = await serverWith({ 'lake/t/a.csv': body });
    const { catalog } = await discoverHere(server, csv({ infer_types: true }));
    const properties = catalog.streams[0]?.json_schema['properties'] as Readonly<
      Record<string, { type: readonly string[] }>
    >;
    const types = Object.fromEntries(Object.entries(properties).map(([name, { type }]) => [name, type[1]]));
    assert.deepEqual(types, {
      int: 'integer',
      num: 'number',
      yes: 'boolean',
      date: 'string',
      time: 'string',
      zip: 'string',
      phone: 'string',
      long: 'string',
      mixed: 'string',
      none: 'string',
      _ab_source_file_url: 'string',
      _ab_source_file_last_modified: 'string',
    });
    assert.deepEqual(properties['date'], { type: ['null', 'string'], format: 'date' });
  });

  test('are inferred of timestamps with the zones that Postgres, Redshift, Snowflake and BigQuery write', async () => {
    const texts = ['00:00+00', '01:00+0100', '01:00 +0100', '01:00+01:00', '00:00 UTC', '00:00Z'];
    const objects = Object.fromEntries(
      texts.map((text, index) => [`lake/t${index}/a.csv`, `at\n2026-01-15 ${text.replace(/^../u, '$&:30')}\n`]),
    );
    const { rows: found } = await rowsOf(objects, csv({ infer_types: true }));
    assert.deepEqual(
      found,
      texts.map(() => ({ at: '2026-01-15T00:30:00Z' })),
    );
  });

  test('are inferred from the files that have values: neither one of nulls nor a header alone makes a text of all', async () => {
    const header = 'n,x,on,d,none';
    const objects = {
      'lake/t/a.csv': `${header}\n,,,,\n`,
      'lake/t/b.csv': `${header}\n1,1.5,true,2026-01-15,\n`,
      'lake/t/c.csv': `${header}\n`,
    };
    const { rows: found } = await rowsOf(objects, csv({ infer_types: true }));
    const nulls = { n: null, x: null, on: null, d: null, none: null };
    assert.deepEqual(found, [nulls, { n: 1, x: 1.5, on: true, d: '2026-01-15', none: null }]);
  });

  test('that were inferred make other values null, and say so in the record', async () => {
    await using server = await serverWith({ 'lake/t/a.csv': 'n\n1\n2\n' });
    const config = csv({ infer_types: true });
    const { catalog } = await discoverHere(server, config);
    server.seed(bucket, 'lake/t/b.csv', 'n\nx\n3\n', { lastModified: timeOf(5) });
    const { messages } = await readHere(server, { config, catalog: configured(catalog) });
    const records = ofType(messages, 'RECORD').map(({ record }) => record);
    assert.deepEqual(
      records.map(({ data }) => data['n']),
      [1, 2, null, 3],
    );
    const changes = [{ field: 'n', change: 'NULLED', reason: 'SOURCE_SERIALIZATION_ERROR' }];
    assert.deepEqual(records[2]?.meta, { changes });
  });
});

// Every stored type through Parquet, S3 and the source into JSON: the table of values of docs/reference/values.md.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parquet, rowsOf } from '../../support/parquet.ts';
import { ofType } from '../../support/models/protocol-schema.ts';
import { dataText, discoverHere, readHere, serverWith } from '../support/source.ts';
import { storedValues } from '../support/stored-values.ts';

/** The row's values by column, as JSON texts. */
function texts(data: string, names: readonly string[]): readonly string[] {
  const starts = names.map((name) => data.indexOf(`${JSON.stringify(name)}:`));
  return names.map((name, index) => {
    const from = (starts[index] ?? 0) + JSON.stringify(name).length + 1;
    return data.slice(
      from,
      starts[index + 1] === undefined ? data.indexOf(',"_ab_source_file_url"') : (starts[index + 1] ?? 0) - 1,
    );
  });
}

function select(columns: readonly (readonly [string, string, ...unknown[]])[]): string {
  return `SELECT ${columns.map(([name, sql]) => `${sql} AS "${name.replaceAll('"', '""')}"`).join(', ')}`;
}

async function readRows(sql: string): ReturnType<typeof readHere> {
  await using server = await serverWith({ 'lake/t/a.parquet': await parquet(sql) });
  const result = await readHere(server);
  assert.deepEqual(result.failures, []);
  return result;
}

function records(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => line.startsWith('{"type":"RECORD"'));
}

suite('stored values become JSON', () => {
  test('by the table of values', async () => {
    const { lines, messages } = await readRows(select(storedValues));
    const [line = ''] = records(lines);
    const found = texts(
      dataText(line),
      storedValues.map(([name]) => name),
    );
    assert.deepEqual(
      storedValues.map(([name], index) => `${name}: ${found[index]}`),
      storedValues.map(([name, , json]) => `${name}: ${json}`),
    );
    assert.equal(ofType(messages, 'RECORD')[0]?.record.meta, undefined);
  });

  test('also where a map has keys and values that both need another form', async () => {
    const { messages } = await readRows("SELECT MAP {'a'::BLOB: TIMESTAMP '2026-01-15 14:30:00'} AS m");
    assert.deepEqual(ofType(messages, 'RECORD')[0]?.record.data['m'], [{ key: 'YQ==', value: '2026-01-15T14:30:00' }]);
  });

  test('with every character of a string', async () => {
    const sql = 'SELECT i AS code, chr(i::INT) || chr(i::INT) AS text FROM range(0, 1200) t(i)';
    const { messages } = await readRows(sql);
    const found = ofType(messages, 'RECORD').map(({ record }) => record.data);
    assert.equal(found.length, 1200);
    for (const { code, text } of found) assert.equal(text, String.fromCharCode(Number(code)).repeat(2));
  });

  test('as the engine reads the same rows itself', async () => {
    const sql = `SELECT i AS i, hash(i) AS big, (hash(i) % 100000)::DOUBLE / 7 AS d, 'n' || i AS s, i % 3 = 0 AS b,
      CASE WHEN i % 5 = 0 THEN NULL ELSE DATE '2020-01-01' + i::INT END AS day FROM range(0, 5000) t(i)`;
    const [{ lines }, expected] = [await readRows(sql), await rowsOf(sql)];
    const found = records(lines).map(dataText);
    assert.equal(found.length, expected.length);
    for (const [index, row] of expected.entries()) {
      const day = row['day'] instanceof Date ? `"${row['day'].toISOString().slice(0, 10)}"` : 'null';
      const head = `{"i":${String(row['i'])},"big":${String(row['big'])},"d":`;
      const text = found[index] ?? '';
      assert.ok(text.startsWith(head), text);
      assert.equal((JSON.parse(text) as { d: number }).d, row['d']);
      assert.ok(text.includes(`,"s":"n${index}","b":${String(row['b'])},"day":${day},`), text);
    }
  });

  test('in the JSON schema that discover declared', async () => {
    await using server = await serverWith({ 'lake/t/a.parquet': await parquet(select(storedValues)) });
    const { catalog } = await discoverHere(server);
    const properties = catalog.streams[0]?.json_schema['properties'] as Record<string, Record<string, unknown>>;
    const declared: readonly (readonly [string, object])[] = [
      ['ubigint', { type: ['null', 'integer'] }],
      ['double', { type: ['null', 'number'] }],
      ['decimal of 38', { type: ['null', 'number'] }],
      ['true', { type: ['null', 'boolean'] }],
      ['enum', { type: ['null', 'string'] }],
      ['uuid', { type: ['null', 'string'] }],
      ['binary', { type: ['null', 'string'], contentEncoding: 'base64' }],
      ['date', { type: ['null', 'string'], format: 'date' }],
      ['time', { type: ['null', 'string'], airbyte_type: 'time_without_timezone' }],
      ['timestamp', { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_without_timezone' }],
      ['instant', { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_with_timezone' }],
      ['list', { type: ['null', 'array'], items: { type: ['null', 'integer'] } }],
      ['map', { type: ['null', 'object'], additionalProperties: { type: ['null', 'integer'] } }],
      ['map of uuids', { type: ['null', 'object'], additionalProperties: { type: ['null', 'integer'] } }],
    ];
    for (const [name, schema] of declared) assert.deepEqual(properties[name], schema, name);
    const entry = { key: { type: ['null', 'integer'] }, value: { type: ['null', 'string'] } };
    assert.deepEqual(properties['map of integers'], {
      type: ['null', 'array'],
      items: { type: ['null', 'object'], properties: entry },
    });
  });
});

suite('what JSON has no number or time for', () => {
  const columns = [
    ['nan', "'NaN'::DOUBLE"],
    ['inf', "'Infinity'::FLOAT"],
    ['list', "['NaN'::DOUBLE, 1.5]"],
    ['struct', "{'a': {'b': '-Infinity'::DOUBLE, 'c': 1}}"],
    ['structs', "[{'x': 'NaN'::DOUBLE}]"],
    ['map', "MAP {'k': 'Infinity'::DOUBLE}"],
    ['entries', "MAP {1: 'NaN'::DOUBLE}"],
    ['day', "DATE 'infinity'"],
    ['local', "TIMESTAMP '-infinity'"],
    ['instant', "TIMESTAMPTZ 'infinity'"],
    ['days', "[DATE '-infinity', DATE '2026-01-15']"],
  ] as const;

  test('is null, and the record says where', async () => {
    const { messages } = await readRows(select([...columns, ['fine', '1.5::DOUBLE']]));
    const { data, meta } = ofType(messages, 'RECORD')[0]?.record ?? assert.fail();
    const values = Object.fromEntries(Object.entries(data).filter(([name]) => !name.startsWith('_ab_')));
    assert.deepEqual(values, {
      nan: null,
      inf: null,
      list: [null, 1.5],
      struct: { a: { b: null, c: 1 } },
      structs: [{ x: null }],
      map: { k: null },
      entries: [{ key: 1, value: null }],
      day: null,
      local: null,
      instant: null,
      days: [null, '2026-01-15'],
      fine: 1.5,
    });
    assert.deepEqual(
      meta?.changes.map(({ field, change, reason }) => `${field} ${change} ${reason}`),
      'nan inf list struct.a.b structs.x map entries.value day local instant days'
        .split(' ')
        .map((field) => `${field} NULLED SOURCE_SERIALIZATION_ERROR`),
    );
  });

  test('is said only of the rows that hold it', async () => {
    const { messages } = await readRows(
      "SELECT CASE WHEN i = 2 THEN 'NaN'::DOUBLE WHEN i = 3 THEN NULL ELSE i END AS d FROM range(5) t(i)",
    );
    const changed = ofType(messages, 'RECORD').map(({ record }) => record.meta !== undefined);
    assert.deepEqual(changed, [false, false, true, false, false]);
  });
});

// Every stored type through Parquet, S3 and the source into JSON: the table of values of docs/reference/values.md.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parquet, rowsOf } from '../../support/parquet.ts';
import { ofType } from '../../support/models/protocol-schema.ts';
import { dataText, discoverHere, readHere, serverWith } from '../support/source.ts';

const id = 'c0ffee00-0000-4000-8000-000000000001';

/** The name of the case, the engine's expression, and the expected JSON text. */
const cases: readonly (readonly [name: string, sql: string, json: string])[] = [
  ['tinyint', '(-128)::TINYINT', '-128'],
  ['utinyint', '255::UTINYINT', '255'],
  ['smallint', '(-32768)::SMALLINT', '-32768'],
  ['usmallint', '65535::USMALLINT', '65535'],
  ['integer', '(-2147483648)::INTEGER', '-2147483648'],
  ['uinteger', '4294967295::UINTEGER', '4294967295'],
  ['bigint', "'-9223372036854775808'::BIGINT", '-9223372036854775808'],
  ['bigint beyond doubles', '9007199254740993::BIGINT', '9007199254740993'],
  ['ubigint', '18446744073709551615::UBIGINT', '18446744073709551615'],
  // Parquet has no wider integers: the engine stores these as doubles.
  ['hugeint', '170141183460469231731687303715884105727::HUGEINT', '1.7014118346046923e+38'],
  ['uhugeint', '340282366920938463463374607431768211455::UHUGEINT', '3.402823669209385e+38'],
  ['float', '0.5::FLOAT', '0.5'],
  ['double', '0.1::DOUBLE', '0.1'],
  ['double, least', '5e-324::DOUBLE', '5e-324'],
  ['double, greatest', '1.7976931348623157e308::DOUBLE', '1.7976931348623157e+308'],
  ['double, all digits', '0.30000000000000004::DOUBLE', '0.30000000000000004'],
  ['decimal of 4', '1.50::DECIMAL(4,2)', '1.50'],
  ['decimal of 9', '-0.0001::DECIMAL(9,4)', '-0.0001'],
  ['decimal of 18', '123456789.123456789::DECIMAL(18,9)', '123456789.123456789'],
  [
    'decimal of 38',
    '12345678901234567890123456789.123456789::DECIMAL(38,9)',
    '12345678901234567890123456789.123456789',
  ],
  ['decimal without places', "'99999999999999999999999999999999999999'::DECIMAL(38,0)", '9'.repeat(38)],
  ['decimal without digits before the point', '-0.5::DECIMAL(1,1)', '-0.5'],
  ['decimal of 38 places', "'0.5'::DECIMAL(38,38)", `0.5${'0'.repeat(37)}`],
  ['true', 'true', 'true'],
  ['false', 'false', 'false'],
  ['string', "'Zoë, 日本 😀'", '"Zoë, 日本 😀"'],
  ['empty string', "''", '""'],
  ['quotes', `'a "b" ''c'' \\ \\u0041 \\ud800 / {{,}}'`, `"a \\"b\\" 'c' \\\\ \\\\u0041 \\\\ud800 / {{,}}"`],
  ['binary', "'\\xAA\\x00\\xFF'::BLOB", '"qgD/"'],
  ['binary, padded', "'a'::BLOB", '"YQ=="'],
  ['empty binary', "''::BLOB", '""'],
  ['date', "DATE '2026-01-15'", '"2026-01-15"'],
  ['date long ago', "DATE '0001-01-01'", '"0001-01-01"'],
  ['date before Christ', "DATE '0044-03-15 (BC)'", '"0044-03-15 BC"'],
  ['date far ahead', "DATE '12026-01-15'", '"12026-01-15"'],
  ['time', "TIME '14:30:00'", '"14:30:00"'],
  ['time with a fraction', "TIME '14:30:00.5'", '"14:30:00.500000"'],
  ['time in ns', "'14:30:00.123456789'::TIME_NS", '"14:30:00.123456789"'],
  ['time in ns, whole', "'14:30:00'::TIME_NS", '"14:30:00"'],
  ['time of a zone', "'14:30:00.5+02'::TIMETZ", '"12:30:00.500000"'],
  ['timestamp', "TIMESTAMP '2026-01-15 14:30:00'", '"2026-01-15T14:30:00"'],
  ['timestamp with a fraction', "TIMESTAMP '2026-01-15 14:30:00.000001'", '"2026-01-15T14:30:00.000001"'],
  ['timestamp before 1970', "TIMESTAMP '1969-12-31 23:59:59.5'", '"1969-12-31T23:59:59.500000"'],
  ['timestamp before Christ', "TIMESTAMP '0044-03-15 (BC) 12:00:00'", '"0044-03-15T12:00:00 BC"'],
  ['timestamp far ahead', "TIMESTAMP '12026-01-15 12:00:00.5'", '"12026-01-15T12:00:00.500000"'],
  ['timestamp in ms', "'2026-01-15 14:30:00.123'::TIMESTAMP_MS", '"2026-01-15T14:30:00.123000"'],
  ['timestamp in ns', "'2026-01-15 14:30:00.123456789'::TIMESTAMP_NS", '"2026-01-15T14:30:00.123456789"'],
  ['timestamp in ns, whole', "'2026-01-15 14:30:00'::TIMESTAMP_NS", '"2026-01-15T14:30:00"'],
  ['instant', "TIMESTAMPTZ '2026-01-15 14:30:00+02'", '"2026-01-15T12:30:00Z"'],
  ['instant with a fraction', "TIMESTAMPTZ '2026-01-15 14:30:00.25+00'", '"2026-01-15T14:30:00.250000Z"'],
  ['instant before Christ', "TIMESTAMPTZ '0044-03-15 (BC) 12:00:00.5+00'", '"0044-03-15T12:00:00.500000Z BC"'],
  ['uuid', `'${id}'::UUID`, `"${id}"`],
  ['enum', "'b'::ENUM('a','b')", '"b"'],
  ['json', `'{"a": [1.50]}'::JSON`, '"{\\"a\\": [1.50]}"'],
  ['variant', "{'a': [1.5, NULL], 'b': 'x'}::VARIANT", '"{\\"a\\":[1.5,null],\\"b\\":\\"x\\"}"'],
  ['null variant', 'NULL::VARIANT', 'null'],
  ['geometry', "'POINT (1 2)'::GEOMETRY", '"AQEAAAAAAAAAAADwPwAAAAAAAABA"'],
  ['list', '[1, NULL, 3]', '[1,null,3]'],
  ['empty list', '[]::INT[]', '[]'],
  ['list of lists', '[[1, 2], NULL, []]', '[[1,2],null,[]]'],
  ['list of dates', "[DATE '2026-01-15', NULL]", '["2026-01-15",null]'],
  ['list of instants', "[TIMESTAMPTZ '2026-01-15 14:30:00+00']", '["2026-01-15T14:30:00Z"]'],
  ['list of times', "[TIME '14:30:00.5']", '["14:30:00.500000"]'],
  ['list of times in ns', "['14:30:00.000000001'::TIME_NS, NULL]", '["14:30:00.000000001",null]'],
  ['list of dates before Christ', "[DATE '0044-03-15 (BC)']", '["0044-03-15 BC"]'],
  ['list of small decimals', '[0.20::DECIMAL(2,2), NULL]', '[0.20,null]'],
  ['list of json', `['{"a": 1}'::JSON, NULL]`, '["{\\"a\\": 1}",null]'],
  ['list of binaries', "['\\xAA'::BLOB, NULL]", '["qg==",null]'],
  ['list of narrow decimals', '[1.10::DECIMAL(4,2), -5.67800::DECIMAL(10,5)]', '[1.10000,-5.67800]'],
  ['struct of whole decimals', "{'d': 7::DECIMAL(5,0), 'e': 100.0::DECIMAL(15,1)}", '{"d":7,"e":100.0}'],
  ['map to decimals', "MAP {'a': 0.50::DECIMAL(2,2), 'b': NULL}", '{"a":0.50,"b":null}'],
  [
    'objects of decimals and what has a text of its own',
    "[{'d': 12345678901234567890.125::DECIMAL(38,3), 'e': {'f': 1.10::DECIMAL(4,2), 'o''b \"q': DATE '2026-01-15'}}, NULL]",
    '[{"d":12345678901234567890.125,"e":{"f":1.10,"o\'b \\"q":"2026-01-15"}},null]',
  ],
  [
    'a map of objects of decimals',
    "MAP {'m': {'d': 12345678901234567890.125::DECIMAL(38,3), 'e': DATE '2026-01-15'}}",
    '{"m":{"d":12345678901234567890.125,"e":"2026-01-15"}}',
  ],
  ['list of decimals', '[12345678901234567890.125::DECIMAL(38,3)]', '[12345678901234567890.125]'],
  [
    'nested decimals of 38 places',
    "[{'a': '0.99999999999999999999999999999999999997'::DECIMAL(38,38), 'b': [1.5::DOUBLE, NULL], 'c \"': 'd\"'}, NULL]",
    `[{"a":0.99999999999999999999999999999999999997,"b":[1.5,null],"c \\"":"d\\""},null]`,
  ],
  [
    'map to decimals of 38 places',
    `MAP {'a"': '-0.00000000000000000000000000000000000001'::DECIMAL(38,38), 'b': NULL}`,
    '{"a\\"":-0.00000000000000000000000000000000000001,"b":null}',
  ],
  ['empty list of decimals of 38 places', '[]::DECIMAL(38,38)[]', '[]'],
  ['null list of decimals of 38 places', 'NULL::DECIMAL(38,38)[]', 'null'],
  ['null map to decimals of 38 places', 'NULL::MAP(VARCHAR, DECIMAL(38,38))', 'null'],
  ['null struct of decimals of 38 places', 'NULL::STRUCT(d DECIMAL(38,38))', 'null'],
  ['list of strings', "['a\"b', 'ü', NULL]", '["a\\"b","ü",null]'],
  ['struct', "{'a': 1, 'b': 'x', 'c': NULL::INT}", '{"a":1,"b":"x","c":null}'],
  [
    'struct of strange names',
    `{'a "b"': 1, 'c''d.e\\': 2, 'Ü ': DATE '2026-01-15'}`,
    '{"a \\"b\\"":1,"c\'d.e\\\\":2,"Ü ":"2026-01-15"}',
  ],
  [
    'struct in a struct',
    "{'a': {'b': {'c': TIMESTAMP '2026-01-15 14:30:00'}}}",
    '{"a":{"b":{"c":"2026-01-15T14:30:00"}}}',
  ],
  ['list of structs', "[{'a': 1.5::DOUBLE, 'd': DATE '2026-01-15'}, NULL]", '[{"a":1.5,"d":"2026-01-15"},null]'],
  ['struct of lists', "{'a': [[DATE '2026-01-15'], NULL]}", '{"a":[["2026-01-15"],null]}'],
  ['map', "MAP {'k': 1, 'j\"': NULL}", '{"k":1,"j\\"":null}'],
  ['map of dates', "MAP {'k': DATE '2026-01-15'}", '{"k":"2026-01-15"}'],
  ['map of integers', "MAP {1: 'x', 2: NULL}", '[{"key":1,"value":"x"},{"key":2,"value":null}]'],
  ['map of days', "MAP {DATE '2026-01-15': [1]}", '[{"key":"2026-01-15","value":[1]}]'],
  ['map of uuids', `MAP {'${id}'::UUID: 1}`, `{"${id}":1}`],
  ['map in a list', '[MAP {1: 2}, NULL]', '[[{"key":1,"value":2}],null]'],
  ['null', 'NULL::INT', 'null'],
  ['null string', 'NULL::VARCHAR', 'null'],
  ['null binary', 'NULL::BLOB', 'null'],
  ['null instant', 'NULL::TIMESTAMPTZ', 'null'],
  ['null list', 'NULL::DOUBLE[]', 'null'],
  ['null struct', 'NULL::STRUCT(a INT, d DOUBLE)', 'null'],
  ['null map', 'NULL::MAP(VARCHAR, DOUBLE)', 'null'],
  ['null map of integers', 'NULL::MAP(INT, DOUBLE)', 'null'],
];

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
    const { lines, messages } = await readRows(select(cases));
    const [line = ''] = records(lines);
    const found = texts(
      dataText(line),
      cases.map(([name]) => name),
    );
    assert.deepEqual(
      cases.map(([name], index) => `${name}: ${found[index]}`),
      cases.map(([name, , json]) => `${name}: ${json}`),
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
    await using server = await serverWith({ 'lake/t/a.parquet': await parquet(select(cases)) });
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

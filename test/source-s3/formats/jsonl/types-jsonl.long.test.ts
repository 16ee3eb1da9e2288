// Values of JSON lines of another type than the catalog declares: they are cast, and all others keep their bytes.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { ofType } from '../../../support/models/protocol-schema.ts';
import { catalogJson, dataText, readHere, serverWith, type Json } from '../../support/source.ts';

const string = { type: ['null', 'string'] };
const integer = { type: ['null', 'integer'] };
const number = { type: ['null', 'number'] };
const boolean = { type: ['null', 'boolean'] };
const strings = { type: ['null', 'array'], items: string };
const integers = { type: ['null', 'array'], items: integer };
const pair = { type: ['null', 'object'], properties: { a: integer, b: string } };
const map = { type: ['null', 'object'], additionalProperties: integer };
const object = { type: ['null', 'object'], properties: {} };
const binary = { type: ['null', 'string'], contentEncoding: 'base64' };
const date = { type: ['null', 'string'], format: 'date' };
const instant = { type: ['null', 'string'], format: 'date-time', airbyte_type: 'timestamp_with_timezone' };

type Case = readonly [json: string, schema: Json, out: string, ...nulled: string[]];

/** With their results, and the reported fields. */
const cases: readonly Case[] = [
  ['2', string, '"2"'],
  ['1.10', string, '"1.10"'],
  ['true', string, '"true"'],
  ['{"x" : [1, "é"]}', string, '"{\\"x\\" : [1, \\"é\\"]}"'],
  ['[null,1,"1",{}]', strings, '[null,"1","1","{}"]'],
  ['[ 1 , "2" , "x" ]', integers, '[1,2,null]', 'c'],
  ['[]', integers, '[]'],
  ['{"a":1}', strings, 'null', 'c'],
  ['[1]', pair, 'null', 'c'],
  ['"x"', pair, 'null', 'c'],
  ['"x"', integers, 'null', 'c'],
  ['"12"', integer, '12'],
  ['" 1.0 "', integer, '1'],
  ['1.0', integer, '1'],
  ['2.50', integer, 'null', 'c'],
  ['1E3', integer, '1000'],
  ['1e999', integer, 'null', 'c'],
  ['"yes"', integer, 'null', 'c'],
  ['"1.50"', number, '1.50'],
  ['"NaN"', number, 'null', 'c'],
  ['false', number, 'null', 'c'],
  ['"No"', boolean, 'false'],
  ['1', boolean, 'true'],
  ['2', boolean, 'null', 'c'],
  ['1.0', boolean, 'null', 'c'],
  ['{"a":"7","b":8,"z":[1.0]}', pair, '{"a":7,"b":"8","z":[1.0]}'],
  ['{"a":"x","b":{"q":1}}', pair, '{"a":null,"b":"{\\"q\\":1}"}', 'c.a'],
  ['{"\\u0061":"7"}', pair, '{"\\u0061":7}'],
  ['{"k":"7","l":"x"}', map, '{"k":7,"l":null}', 'c'],
  ['{"k":7 , "l":null}', map, '{"k":7 , "l":null}'],
  ['{"anything": [1, "x"]}', object, '{"anything": [1, "x"]}'],
  ['"x"', object, 'null', 'c'],
  ['"2026-01-15 00:00:00 UTC"', date, '"2026-01-15"'],
  ['20260115', date, 'null', 'c'],
  ['"2026-01-15T14:30:00+02:00"', instant, '"2026-01-15T12:30:00Z"'],
  ['"2026-01-15T14:30:00Z"', instant, '"2026-01-15T14:30:00Z"'],
  ['"YWI="', binary, '"YWI="'],
  ['"not base64"', binary, 'null', 'c'],
  ['null', pair, 'null'],
  ['12345678901234567890', integer, '12345678901234567890'],
  ['-0', integer, '-0'],
  ['0', integer, '0'],
  ['1e400', number, '1e400'],
  ['{"a": 1 , "b":"\\u00e9", "c":1.0}', pair, '{"a": 1 , "b":"\\u00e9", "c":1.0}'],
  ['{"b":"x","a":1}', pair, '{"b":"x","a":1}'],
  ['{ }', pair, '{ }'],
];

async function read(body: string, properties: Json) {
  await using server = await serverWith({ 'lake/t/a.jsonl': body });
  const catalog = catalogJson({ t: properties });
  const { lines, messages, failures, said } = await readHere(server, {
    config: { data_format: { format: 'jsonl' } },
    catalog,
  });
  assert.deepEqual(failures, []);
  const texts = lines.filter((line) => line.startsWith('{"type":"RECORD"')).map(dataText);
  const nulled = ofType(messages, 'RECORD').map(({ record }) => (record.meta?.changes ?? []).map(({ field }) => field));
  return { texts, nulled, said };
}

suite('a value of a JSON line under a declared type', () => {
  for (const [json, schema, out, ...fields] of cases) {
    test(`${json} under ${JSON.stringify(schema)} is ${out}`, async () => {
      // Between members that fit, and again after a line of the same shape.
      const line = `{"before":"x", "c":${json} ,"after":[1.50, "\\u0041"]}\n`;
      const properties = { before: string, c: schema, after: { type: 'array', items: string } };
      const fitting = `{"before":"x", "c":null ,"after":["1"]}\n`;
      const { texts, nulled } = await read(fitting + line + line, properties);
      const isSame = out === json;
      const expected = isSame ? `"before":"x", "c":${out}` : `"before":"x","c":${out}`;
      for (const text of texts.slice(1)) assert.equal(text, `{${expected},"after":["1.50","\\u0041"]}`);
      assert.deepEqual(nulled, [[], fields, fields]);
    });
  }

  test('is looked at as far as its line is JSON: a line that is not stays invalid', async () => {
    const bad = [
      '[1,]',
      '[1 2]',
      '[,1]',
      '[',
      '{"a":1,}',
      '{"a" 1}',
      '{"a":}',
      '{,}',
      '{"a":1 "b":"x"}',
      '01',
      '1.',
      '-',
      '"\\x"',
      '{"a":[}',
      '{"b":"',
    ];
    for (const json of bad) {
      for (const schema of [string, integer, number, integers, pair, map, object, date]) {
        await using server = await serverWith({ 'lake/t/a.jsonl': `{"c":${json}}\n` });
        const catalog = catalogJson({ t: { c: schema } });
        const { failures } = await readHere(server, { config: { data_format: { format: 'jsonl' } }, catalog });
        assert.match(String(failures[0]?.message), /is not a JSON object/u, `${json} under ${JSON.stringify(schema)}`);
      }
    }
  });

  test('is cast under the catalog’s spelling of a folder’s column too', async () => {
    await using server = await serverWith({ 'lake/t/a.jsonl': '{"Day":7}\n', 'lake/t/day=1/b.jsonl': '{}\n' });
    const config = {
      data_format: { format: 'jsonl' },
      data_partitioning: { mode: 'partitioned', on_conflict: 'file' },
    };
    const catalog = catalogJson({ t: { day: string } });
    const { messages } = await readHere(server, { config, catalog });
    assert.deepEqual(
      ofType(messages, 'RECORD').map(({ record }) => record.data),
      [{ day: '7' }, { day: '1' }],
    );
  });
});

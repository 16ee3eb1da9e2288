// What discover declares for JSON lines: a schema that fits all values of its sample, merged over newest and oldest files.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import { discoverHere, serverWith, type Json } from '../../support/source.ts';

const config = { data_format: { format: 'jsonl' } };

/** The declared schemas of the columns from the files, without the nulls that all allow. */
async function schemaOf(...bodies: readonly string[]): Promise<Json> {
  await using server = await serverWith(
    Object.fromEntries(bodies.map((body, index) => [`lake/t/${index}.json`, body])),
  );
  const { catalog } = await discoverHere(server, config);
  const again = await discoverHere(server, config);
  assert.equal(JSON.stringify(catalog), JSON.stringify(again.catalog));
  const properties = Object.entries(catalog.streams[0]?.json_schema['properties'] ?? {});
  const own = Object.fromEntries(properties.filter(([name]) => !name.startsWith('_ab_')));
  return parseJson(
    JSON.stringify(own)
      .replaceAll('["null",', '')
      .replaceAll(/(?<="type":"\w+")\]/gu, ''),
  ) as Json;
}

const [integer, number, string, boolean] = ['integer', 'number', 'string', 'boolean'].map((type) => ({ type }));

suite('the schema of JSON lines', () => {
  const cases: readonly (readonly [name: string, values: readonly string[], schema: unknown])[] = [
    ['an integer', ['1', '-2', '12345678901234567890', 'null'], integer],
    ['a number when one is written with a point or an exponent', ['1', '1.0'], number],
    ['a number of 1e3', ['1e3'], number],
    ['a boolean', ['true', 'false'], boolean],
    ['a string, whatever is in it', ['"2026-01-15"', '"1"'], string],
    ['a string of what differs', ['1', '"x"'], string],
    ['a string of an object and an array', ['{"a":1}', '[1]'], string],
    ['a string of nothing but nulls', ['null'], string],
    ['an array of what its items are', ['[]', '[1]', '[null,1.5]'], { type: 'array', items: number }],
    ['an array of strings of an empty one', ['[]'], { type: 'array', items: string }],
    [
      'an object with all members seen',
      ['{"a":1}', 'null', '{"b":[{"c":true}],"a":2.5}'],
      {
        type: 'object',
        properties: { a: number, b: { type: 'array', items: { type: 'object', properties: { c: boolean } } } },
      },
    ],
    [
      'an object without members when its names are data',
      [`{${Array.from({ length: 1001 }, (_, index) => `"k${index}":1`).join(',')}}`],
      { type: 'object', properties: {} },
    ],
  ];
  for (const [name, values, schema] of cases) {
    test(`declares ${name}`, async () => {
      const lines = values.map((value) => `{"v":${value}}\n`);
      assert.deepEqual(await schemaOf(lines.join('')), { v: schema });
      assert.deepEqual(await schemaOf(lines[0] ?? '', lines.slice(1).join('') || '{}'), { v: schema });
    });
  }

  test('has the members of all lines of the inspected files, and skips invalid lines', async () => {
    assert.deepEqual(await schemaOf('{"a":1}\ntorn\n{"b":"x"}', '{"middle":1}', '{"c":null,"a":0.5}'), {
      c: string,
      a: number,
      b: string,
      middle: integer,
    });
  });

  test('is found in deeply nested values', async () => {
    const deep = 100_000;
    const { v } = await schemaOf(`{"v":${'['.repeat(deep)}1${']'.repeat(deep)}}`);
    assert.equal(JSON.stringify(v).match(/array/gu)?.length, 32);
  });
});

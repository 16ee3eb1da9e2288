import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import * as fc from 'fast-check';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { bucket, catalogJson, recordLine, type Json } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { jsonRows, queryParquet, runWrite } from '../support/batch.ts';
import { publishedStream } from '../support/published.ts';

suite('json_columns', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  async function write(rows: readonly (Json | string)[], json_columns: readonly string[], more: Json = {}) {
    const { properties = {}, ...config } = more;
    return await runWrite(
      server,
      rows.map((row) => recordLine('visits', row)),
      {
        catalog: catalogJson({ name: 'visits', properties }),
        config: { streams: [{ stream: 'visits', json_columns }], ...config },
      },
    );
  }

  async function columns(): Promise<readonly string[]> {
    const found = await queryParquet(
      server,
      'data/',
      "SELECT name || ' ' || type AS leaf FROM parquet_schema(GLOB) WHERE type IS NOT NULL ORDER BY name",
    );
    return found.map(({ leaf }) => String(leaf));
  }

  test('keep an object whose keys users make in one column, however many keys there are, and lose nothing', async () => {
    const rows = Array.from({ length: 3000 }, (_, n) => ({
      n,
      traits: { [`key ${n}`]: n, [`ключ ${n}`]: { deep: [n] } },
    }));
    const { error, said } = await write(rows, ['traits']);
    assert.equal(error, undefined);
    assert.deepEqual(
      said.filter(([level]) => level === 'WARN'),
      [],
    );
    assert.deepEqual(await columns(), ['n INT64', 'traits BYTE_ARRAY']);
    const found = await queryParquet(server, 'data/', 'SELECT traits FROM files ORDER BY n');
    assert.deepEqual(
      found.map(({ traits }) => JSON.parse(String(traits)) as unknown),
      rows.map(({ traits }) => traits),
    );
  });

  test('leave the room for columns to the other fields', async () => {
    const noise = (n: number): Json => Object.fromEntries(Array.from({ length: 190 }, (_, k) => [`k${n}_${k}`, k]));
    const rows = Array.from({ length: 30 }, (_, n) => ({ traits: noise(n), [`field_${n}`]: n, late: true }));
    const { said } = await write(rows, ['traits']);
    const found = await columns();
    assert.equal(found.filter((leaf) => leaf.startsWith('field_')).length, 30);
    assert.equal(said.filter(([level]) => level === 'WARN').length, 0, JSON.stringify(said));
  });

  for (const output_format of ['parquet', 'json']) {
    test(`have any value as its JSON text, byte by byte, and null as null (${output_format}; 1,000 values)`, async () => {
      const values = fc.sample(fc.json({ maxDepth: 4 }), { numRuns: 1000, seed: 17 });
      const special = [
        '{"a":1.10,"a":2}',
        '[1, 2 ,3]',
        '"text"',
        '{"\\u00fc":"\\ud83d\\ude00"}',
        '12345678901234567890',
        'null',
      ];
      const all = [...special, ...values];
      await write(
        all.map((value, n) => `{"n":${n},"o":{"v":${value}}}`),
        ['o.v'],
        { output_format },
      );
      const texts =
        output_format === 'parquet'
          ? (await queryParquet(server, 'data/', 'SELECT o.v AS v FROM files ORDER BY n')).map(({ v }) => v)
          : jsonRows(server, 'data/').map(
              (row) => (JSON.parse(row) as { readonly o?: { readonly v?: unknown } }).o?.v ?? null,
            );
      assert.deepEqual(
        texts,
        all.map((value) => (value === 'null' ? null : value)),
      );
    });
  }

  test('reach members of objects, of items of lists, and names with dots', async () => {
    const properties = {
      'a.b': { type: 'object' },
      l: {
        type: 'array',
        items: { type: 'object', properties: { 'x.y': { type: 'object' }, id: { type: 'integer' } } },
      },
    };
    const row = {
      'a.b': { k: 1 },
      l: [{ 'x.y': { k: 2 }, id: 3, o: { k: 4 } }],
      p: { q: { k: 5 }, r: 6 },
      m: [[{ k: { z: 7 } }]],
    };
    const { error } = await write([row], ['a.b', 'l[].x.y', 'l[].o', 'p.q', 'm[][].k'], { properties });
    assert.equal(error, undefined);
    assert.deepEqual(await columns(), [
      'a.b BYTE_ARRAY',
      'id INT64',
      'k BYTE_ARRAY',
      'o BYTE_ARRAY',
      'q BYTE_ARRAY',
      'r INT64',
      'x.y BYTE_ARRAY',
    ]);
    const sql = 'SELECT "a.b" AS ab, l[1]."x.y" AS xy, l[1].o AS o, p.q AS q, m[1][1].k AS k FROM files';
    assert.deepEqual(await queryParquet(server, 'data/', sql), [
      { ab: '{"k":1}', xy: '{"k":2}', o: '{"k":4}', q: '{"k":5}', k: '{"z":7}' },
    ]);
  });

  test('make objects and lists of objects of what is around them, whatever kind the first records have', async () => {
    const rows = [{ o: 5, l: { x: 1 } }, { o: [1], l: [5, { map: { k: 1 } }] }, { o: { map: { k: 2 } } }];
    await write(rows, ['o.map', 'l[].map']);
    const found = await queryParquet(server, 'data/', 'SELECT o.map AS o, l[2].map AS l, o__json, l__json FROM files');
    assert.deepEqual(
      found.map(({ o, l, o__json, l__json }) => [o, l, o__json, l__json]),
      [
        [null, null, '5', '{"x":1}'],
        [null, '{"k":1}', '[1]', '[5,{"map":{"k":1}}]'],
        ['{"k":2}', null, null, null],
      ],
    );
  });

  test('are named in a warning if no row has a value there, or if the table cannot have the column', async () => {
    const long = 'x'.repeat(300);
    const { said } = await write([{ a: [1], o: {} }, { o: { b: null } }], ['a[0]', 'o.b', 'o.c.d', 'a', long]);
    const warnings = said.filter(([level]) => level === 'WARN').map(([, text]) => text);
    assert.deepEqual(
      warnings.map((text) => text.replace(/x+…x+/u, '…')),
      [
        'The table "visits" cannot have these columns of "json_columns", and ignores them: …. A name is too long or taken, or there are too many columns.',
        'No row of the table "visits" has a value at these paths of "json_columns": a[0], o.b, o.c.d. Correct those that are misspelled.',
      ],
    );
  });

  test('keep the keys in them out of the log and the summary', async () => {
    const rows = ['{"n":NaN,"traits":{"bob@example.com":NaN,"a\\ud83d":[{"carol":"\\ud83d"}]}}', '{"traits":{}}'];
    const { error, said } = await write(rows, ['traits']);
    assert.equal(error, undefined);
    const text = said.map(([, message]) => message).join('\n');
    assert.doesNotMatch(text, /bob|carol/u);
    assert.match(text, /NaN or Infinity, stored as null: (?:traits \(1\), n \(1\)|n \(1\), traits \(1\));/u);
    assert.match(text, /halves of surrogate pairs, stored as U\+FFFD: traits \(2\)/u);
  });

  test('are columns of text where the catalog declares another type, too', async () => {
    const properties = { v: { type: 'integer' }, o: { type: 'object', properties: { a: { type: 'integer' } } } };
    await write([{ v: 1, o: { a: 1 } }], ['v', 'o'], { properties });
    assert.deepEqual(await queryParquet(server, 'data/', 'SELECT v, o FROM files'), [{ v: '1', o: '{"a":1}' }]);
  });

  test('do not change a column that has a type, which a warning says', async () => {
    await write([{ o: { a: 1 } }], []);
    const { said, error } = await write([{ o: { a: 1, b: 2 } }], ['o', 'other']);
    assert.equal(error, undefined);
    const warnings = said.filter(([level]) => level === 'WARN').map(([, message]) => message);
    assert.deepEqual(warnings, [
      'The table "visits" keeps the type of o from an earlier run, although "json_columns" sets them to JSON text. Change it with the verb "types".',
      'No row of the table "visits" has a value at these paths of "json_columns": other. Correct those that are misspelled.',
    ]);
    const rows = await queryParquet(server, 'data/', 'SELECT o.a::INTEGER AS a FROM files');
    assert.deepEqual(rows, [{ a: 1 }, { a: 1 }]);
    const text = server.objects(bucket, 'permutive/_schemas/')[0]?.body.toString() ?? '';
    assert.match(text, /"rest":true/u, 'new members are next to the others');
  });

  for (const path of ['', '.a', 'a.', 'a..b', '__json', 'a__json', 'o.A__JSON', 'a__json[].b']) {
    test(`refuse the path ${JSON.stringify(path)}`, async () => {
      const { error } = await write([{ a: 1 }], [path]);
      assert.ok(error instanceof ConnectorError && error.code === 'CONFIG_INVALID');
    });
  }

  test('are refused for a stream of a published type', async () => {
    for (const name of ['events', 'sync_aliases'] as const) {
      const { error } = await runWrite(server, [], {
        catalog: catalogJson(publishedStream(name)),
        config: { streams: [{ stream: name, json_columns: ['properties'] }] },
      });
      assert.ok(error instanceof ConnectorError && error.code === 'CONFIG_INVALID', name);
      assert.match(error.message, /published type, whose columns are given\. Remove "json_columns"/u);
    }
  });
});

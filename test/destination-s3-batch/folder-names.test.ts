// Fields with the name of a folder of the layout: readers of Hive folders make a column of year=2026 themselves.
import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { bucket, catalogJson, recordLine, type Json } from '../support/destination-input.ts';
import { emptyServer } from '../support/empty-server.ts';
import { jsonRows, queryParquet, runWrite, type Ran } from './support/batch.ts';

const car = { id: 1, year: 1999, Month: 'May', day: { of: 'rest' }, nested: { year: 1 } };
const beside = { year: 1999, Month: 'May', day: { of: 'rest' } };

suite('a field with the name of a folder', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  async function write(rows: readonly Json[], { properties = {}, ...config }: Json = {}): Promise<Ran> {
    const lines = rows.map((row) => recordLine('cars', row));
    return await runWrite(server, lines, { catalog: catalogJson({ name: 'cars', properties }), config });
  }

  for (const [what, properties] of [
    ['that the rows have', {}],
    ['that the catalog declares', { year: { type: 'integer' }, Month: { type: 'string' }, day: { type: 'object' } }],
  ] as const) {
    test(`gets no column of its own, and its value is in __json (${what})`, async () => {
      const { error, said } = await write([car, { id: 2 }], { properties });
      assert.equal(error, undefined);
      const rows = await queryParquet(server, 'data/', 'SELECT * FROM files ORDER BY id');
      assert.deepEqual(
        rows.map(({ __json, ...row }) => [JSON.parse(String(__json)), row]),
        [
          [beside, { id: '1', nested: { year: '1' } }],
          [null, { id: '2', nested: null }],
        ],
      );
      const warnings = said.filter(([level]) => level === 'WARN').map(([, message]) => message);
      assert.equal(warnings.length, 1);
      assert.match(
        warnings[0] ?? '',
        /^Rows of the table "cars" have fields with the name of a folder: year, Month, day\./u,
      );
    });
  }

  test('gets no column of its own where partition_by makes the folder', async () => {
    const visit = { id: 1, at: '2026-01-03T10:00:00Z', at_day: 'mine', country: 'DE', Country: 'FR' };
    const streams = [{ stream: 'cars', partition_by: ['country', 'day(at)'] }];
    const { error, said } = await write([visit], { streams });
    assert.equal(error, undefined);
    const [row] = await queryParquet(server, 'data/', 'SELECT * FROM files');
    assert.deepEqual(Object.keys(row ?? {}).sort(), ['__json', 'at', 'id']);
    assert.deepEqual(JSON.parse(String(row?.['__json'])), { at_day: 'mine', Country: 'FR' });
    assert.ok(said.some(([level, text]) => level === 'WARN' && text.includes('name of a folder: at_day, Country.')));
  });

  test('is in __json of JSON lines too', async () => {
    await write([car], { output_format: 'json' });
    const [row = ''] = jsonRows(server, 'data/');
    const { __json, ...others } = JSON.parse(row) as Json;
    assert.deepEqual([JSON.parse(String(__json)), others], [beside, { id: 1, nested: { year: 1 } }]);
  });

  test('takes no room from other fields', async () => {
    const { said } = await write([{ year: 1, other: 2 }]);
    assert.ok(said.every(([, message]) => !message.includes('more new fields')));
  });

  test('keeps the column that it has from an earlier run, with a warning', async () => {
    await write([{ id: 1 }]);
    const known = server.object(bucket, 'permutive/_schemas/cars.json')?.body.toString() ?? '';
    server.seed(bucket, 'permutive/_schemas/cars.json', known.replaceAll('"id"', '"year"'));
    const { error, said } = await write([{ year: 1999 }]);
    assert.equal(error, undefined);
    assert.deepEqual(await queryParquet(server, 'data/', 'SELECT year FROM files WHERE year IS NOT NULL'), [
      { year: '1999' },
    ]);
    assert.ok(said.some(([level, text]) => level === 'WARN' && text.includes('from an earlier run: year.')));
  });

  test('is a key of duplicates all the same', async () => {
    const catalog = catalogJson({
      name: 'cars',
      destination_sync_mode: 'append_dedup',
      primary_key: [['year'], ['id']],
    });
    const rows = [
      { id: 1, year: 1, v: 'a' },
      { id: 1, year: 2, v: 'b' },
      { id: 1, year: 1, v: 'c' },
    ];
    await runWrite(
      server,
      rows.map((row) => recordLine('cars', row)),
      { catalog },
    );
    assert.deepEqual(await queryParquet(server, 'data/', 'SELECT v FROM files ORDER BY v'), [{ v: 'b' }, { v: 'c' }]);
  });
});

import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import { configSchema, resolveConfig } from '../../../destination-s3-batch/src/config/config.ts';
import { types } from '../../../destination-s3-batch/src/types-verb/types.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { bucket, catalogJson, recordLine, type Json } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { configJson, jsonRows, queryParquet, runWrite } from '../support/batch.ts';

const registry = 'permutive/_schemas/visits.json';

suite('the verb types', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  async function run(given: Record<string, string | boolean>, config: Json = {}): Promise<string> {
    const resolved = resolveConfig(parseConfig(configSchema, configJson(server, config), silentLog), {});
    const context = { log: silentLog, signal: new AbortController().signal, fail: () => undefined };
    const printed = await Array.fromAsync(types(resolved, given, context));
    return printed.map((text) => (typeof text === 'string' ? text : assert.fail('it is no text'))).join('');
  }

  async function write(rows: readonly (Json | string)[], config: Json = {}): Promise<void> {
    const { error } = await runWrite(
      server,
      rows.map((row) => recordLine('visits', row)),
      { catalog: catalogJson('visits'), config },
    );
    assert.equal(error, undefined);
  }

  test('shows the type of every field of every table, at every level, and its sibling', async () => {
    const rows = [
      { n: 1, price: 1.5, tags: ['a'], o: { at: 'x', deep: [{ b: true }] } },
      { n: 2, price: 2.5, tags: [], o: { at: 'y' } },
      { n: 'three', price: 1, tags: ['b'], o: { at: 'z' } },
    ];
    await write(rows);
    assert.equal(
      await run({}),
      `visits (stream visits)
  n         integer  (values that do not fit are in n__json)
  price     number
  tags      list<string>
  o         struct
  o.at      string
  o.deep    list<struct>
  o.deep.b  boolean

`,
    );
    assert.equal(await run({ table: 'visits' }), await run({}));
  });

  test('changes nothing without --apply, and says what a change would do to the files that are there', async () => {
    await write([
      { time: '2026-01-05T10:00:00Z', code: 7 },
      { time: '2026-01-06T10:00:00Z', code: 8 },
    ]);
    const before = server.objects(bucket).map(({ key, etag }) => key + etag);
    const bytes = server.objects(bucket, 'permutive/data/').reduce((sum, { size }) => sum + size, 0);
    assert.equal(
      await run({ table: 'visits', field: 'code', as: 'string' }),
      `visits: code integer → string
  Files: 2 in 2 days, ${bytes.toLocaleString('en')} bytes. They do not change.
  Those that have the column keep it as BIGINT.
  New files have VARCHAR. DuckDB reads both (union_by_name) where it can cast one into the other.
  Athena, Spark and polars refuse a Parquet table with two types of a column, until the old files are written again or moved away.
  A stream that is replaced (overwrite) writes all its files again with its next sync. For a stream that is appended, sync the old days again.
  A run that is in progress during the change may fail with S3_OBJECT_CONFLICT; the next one succeeds.
  Nothing has changed yet. Add --apply to change it.
`,
    );
    assert.deepEqual(
      server.objects(bucket).map(({ key, etag }) => key + etag),
      before,
    );
  });

  test('changes a type that one early record had decided wrongly: new values are in the column, and DuckDB reads all', async () => {
    await write([{ time: '2026-01-05T10:00:00Z', code: 7 }]);
    await write([{ time: '2026-01-06T10:00:00Z', code: 'A7' }]);
    assert.match(await run({ table: 'visits' }), /code +integer +\(values that do not fit are in code__json\)/u);
    assert.match(await run({ table: 'visits', field: 'code', as: 'string', apply: true }), /Changed\.\n$/u);
    await write([{ time: '2026-01-07T10:00:00Z', code: 'A8' }]);
    const rows = await queryParquet(server, 'data/', 'SELECT code, code__json FROM files ORDER BY time');
    assert.deepEqual(rows, [
      { code: '7', code__json: null },
      { code: null, code__json: '"A7"' },
      { code: 'A8', code__json: null },
    ]);
  });

  test('changes a member of an object in a list, and a name with a dot', async () => {
    await write([{ l: [{ 'a.b': 1, c: 1 }], 'x.y': 1 }]);
    await run({ table: 'visits', field: 'l.a.b', as: 'list<number>', apply: true });
    await run({ table: 'visits', field: 'x.y', as: 'json', apply: true });
    const text = await run({});
    assert.match(text, /^ {2}l\.a\.b +list<number>$/mu);
    assert.match(text, /^ {2}l\.c +integer$/mu);
    assert.match(text, /^ {2}x\.y +json$/mu);
  });

  test('lets the next run decide a type again, also of the only member of an object', async () => {
    await write([{ code: 7, o: { only: 1 } }]);
    await run({ table: 'visits', field: 'code', forget: true, apply: true });
    await run({ table: 'visits', field: 'o.only', forget: true, apply: true });
    assert.doesNotMatch(await run({}), /code|only/u);
    await write([{ code: 'A', o: { only: 'x' } }]);
    assert.match(await run({}), /^ {2}code +string$/mu);
    assert.match(await run({}), /^ {2}o\.only +string$/mu);
  });

  test('changes the Parquet type TIME of an earlier run to text', async () => {
    const catalog = catalogJson({
      name: 'visits',
      properties: { clock: { type: 'string', airbyte_type: 'time_without_timezone' } },
    });
    const row = recordLine('visits', { clock: '14:30:00' });
    await runWrite(server, [row], { catalog, config: { time_as: 'time_micros' } });
    await run({ table: 'visits', field: 'clock', as: 'string', apply: true });
    const { said } = await runWrite(server, [row], { catalog });
    assert.deepEqual(
      said.filter(([level]) => level === 'WARN'),
      [],
    );
    const rows = await queryParquet(server, 'data/', 'SELECT DISTINCT typeof(clock) AS type, clock FROM files');
    assert.deepEqual(rows, [{ type: 'VARCHAR', clock: '14:30:00' }]);
  });

  test('says that all readers take old and new files where their stored type is the same', async () => {
    await write([{ code: 'x' }]);
    assert.match(await run({ table: 'visits', field: 'code', as: 'json' }), /the same stored type: all readers take/u);
  });

  test('says of JSON lines that they have no types', async () => {
    const config = { output_format: 'json' };
    await write([{ code: 7 }], config);
    assert.match(
      await run({ table: 'visits', field: 'code', as: 'string', apply: true }, config),
      /JSON lines have no/u,
    );
    await write([{ code: 'x' }], config);
    assert.deepEqual(jsonRows(server, 'data/').toSorted(), ['{"code":"x"}', '{"code":7}']);
  });

  test('keeps the streams and the event of a table', async () => {
    await write([{ code: 7 }]);
    const before = JSON.parse(server.object(bucket, registry)?.body.toString() ?? '') as Json;
    await run({ table: 'visits', field: 'code', as: 'string', apply: true });
    const after = JSON.parse(server.object(bucket, registry)?.body.toString() ?? '') as Json;
    assert.deepEqual({ ...after, fields: undefined }, { ...before, fields: undefined });
  });

  test('does not write over what a run has changed meanwhile', async () => {
    await write([{ code: 7 }]);
    server.setHooks({
      onRequest: ({ operation, key }) => {
        if (operation === 'PutObject' && key === registry) server.seed(bucket, registry, '{}');
      },
    });
    await assert.rejects(run({ table: 'visits', field: 'code', as: 'string', apply: true }), {
      code: 'S3_OBJECT_CONFLICT',
    });
    assert.equal(server.object(bucket, registry)?.body.toString(), '{}');
  });

  test('says that a type is so already, and writes nothing', async () => {
    await write([{ code: 7 }]);
    server.counts.reset();
    assert.equal(
      await run({ table: 'visits', field: 'code', as: 'integer', apply: true }),
      'visits: code is integer already.\n',
    );
    assert.equal(server.counts.of('PutObject').requests, 0);
  });

  for (const [what, given, message] of [
    [
      'a field without a table',
      { field: 'code', as: 'string' },
      /give --table, --field, and either --as TYPE or --forget/u,
    ],
    ['--apply alone', { apply: true }, /give --table, --field/u],
    [
      'a type and --forget',
      { table: 'visits', field: 'code', as: 'string', forget: true },
      /either --as TYPE or --forget/u,
    ],
    [
      'an invalid type',
      { table: 'visits', field: 'code', as: 'varchar' },
      /--as is "varchar": write boolean, integer/u,
    ],
    ['an object as a type', { table: 'visits', field: 'code', as: 'struct' }, /--as is "struct"/u],
    ['a field that is not there', { table: 'visits', field: 'cod', as: 'string' }, /has no field "cod"/u],
    [
      'a table that is not there',
      { table: 'visit', field: 'code', as: 'string' },
      /The table "visit" has not been written/u,
    ],
    ['a table to show that is not there', { table: 'visit' }, /The table "visit" has not been written/u],
    [
      'a path that two fields have',
      { table: 'visits', field: 'o.a', as: 'string' },
      /Two fields .* are called "o\.a"/u,
    ],
  ] satisfies readonly (readonly [string, Record<string, string | boolean>, RegExp])[]) {
    test(`refuses ${what}`, async () => {
      await write([{ code: 7, o: { a: 1 }, 'o.a': 1 }]);
      await assert.rejects(run(given), { code: 'USAGE_INVALID', message });
    });
  }
});

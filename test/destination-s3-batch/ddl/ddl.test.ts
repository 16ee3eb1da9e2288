import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import type { Print } from '@s3-connectors/common/protocol/connector.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import { configSchema, resolveConfig } from '../../../destination-s3-batch/src/config/config.ts';
import { ddl } from '../support/ddl.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { bucket, catalogJson, recordLine, type Json } from '../../support/destination-input.ts';
import { configJson, runWrite } from '../support/batch.ts';
import { rowsInDuckdb } from '../support/duckdb-view.ts';
import { eventJson, publishedStream } from '../support/published.ts';
import { emptyServer } from '../../support/empty-server.ts';

function sqlOf(print: Print): string {
  return typeof print === 'object' && 'sql' in print ? print.sql : assert.fail('it is no SQL');
}

suite('ddl', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  async function statements(given: Record<string, string>, config: Json = {}): Promise<string> {
    const resolved = resolveConfig(parseConfig(configSchema, configJson(server, config), silentLog), {});
    const context = { log: silentLog, signal: new AbortController().signal, fail: () => undefined };
    const text = (await Array.fromAsync(ddl(resolved, given, context))).map(sqlOf).join('');
    return text.replaceAll(/^-- (?:Events|Rows|Users)[^\n]*:\n-- {3}SELECT[^\n]*\n/gmu, ''); // First queries.
  }

  test('names columns, folders and the place of a table for Athena', async () => {
    const properties = { n: 1, odd_näme: [{ x: 1.5 }] };
    await runWrite(server, [recordLine('events', eventJson({ properties }))], {
      catalog: catalogJson(publishedStream('events')),
    });
    assert.equal(
      await statements({ table: 'pageview_events' }),
      `CREATE EXTERNAL TABLE \`pageview_events\` (
  \`time\` TIMESTAMP,
  \`event_id\` STRING,
  \`user_id\` STRING,
  \`session_id\` STRING,
  \`view_id\` STRING,
  \`workspace_id\` STRING,
  \`segments\` ARRAY<BIGINT>,
  \`cohorts\` ARRAY<STRING>,
  \`properties\` STRUCT<\`n\`: BIGINT, \`odd_näme\`: ARRAY<STRUCT<\`x\`: DOUBLE>>>
)
PARTITIONED BY (\`year\` INT, \`month\` INT, \`day\` INT)
STORED AS PARQUET
LOCATION 's3://publisher-data/permutive/data/pageview_events/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.year.type' = 'integer',
  'projection.year.range' = '2026,2100',
  'projection.month.type' = 'integer',
  'projection.month.range' = '1,12',
  'projection.day.type' = 'integer',
  'projection.day.range' = '1,31',
  'storage.location.template' = 's3://publisher-data/permutive/data/pageview_events/year=\${year}/month=\${month}/day=\${day}/'
);

`,
    );
  });

  for (const output_format of ['parquet', 'json']) {
    test(`makes a view that DuckDB answers over the days of a table (${output_format})`, async () => {
      const days = ['2026-01-05T10:00:00Z', '2026-01-15T10:00:00Z'];
      const input = days.map((time, n) => recordLine("it's", { time, n, tags: ['a'], o: { x: n } }));
      await runWrite(server, input, { catalog: catalogJson("it's"), config: { output_format } });
      const sql = `SELECT n::INTEGER AS n, tags, o.x::INTEGER AS x, month::INTEGER AS month, day::INTEGER AS day FROM "it's" ORDER BY n`;
      const rows = await rowsInDuckdb(
        server,
        (folder) => statements({ engine: 'duckdb', location: folder }, { output_format }),
        sql,
      );
      assert.deepEqual(rows, [
        { n: 0, tags: ['a'], x: 0, month: 1, day: 5 },
        { n: 1, tags: ['a'], x: 1, month: 1, day: 15 },
      ]);
    });
  }

  test('keeps a quote in a text one, as Hive reads it', async () => {
    const config = { prefix: "it's" };
    await runWrite(server, [recordLine('visits', { n: 1 })], { catalog: catalogJson('visits'), config });
    assert.match(await statements({}, config), /LOCATION 's3:\/\/publisher-data\/it\\'s\/data\/visits\/'/u);
  });

  test('leaves out a column that has a folder’s name from an earlier version, and says so', async () => {
    await runWrite(server, [recordLine('visits', { when: 'Monday', n: 1 })], { catalog: catalogJson('visits') });
    const key = 'permutive/_schemas/visits.json';
    const known = server.object(bucket, key)?.body.toString() ?? '';
    server.seed(bucket, key, known.replace('"when"', '"Day"'));
    for (const engine of ['athena', 'duckdb']) {
      const text = await statements({ engine });
      assert.match(text, /^-- The column Day is omitted/u);
      assert.doesNotMatch(text, /[`"']Day[`"']/u);
    }
  });

  test('leaves out names that SQL cannot show, however deep, and says so in one printable line', async () => {
    const odd = 'a\u001b[2J\n; DROP TABLE x; --';
    const row = recordLine('visits', { n: 1, [odd]: 2, o: { x: 3, [odd]: 4 }, l: [{ x: 5, [odd]: 6 }] });
    await runWrite(server, [row], { catalog: catalogJson('visits') });
    for (const engine of ['athena', 'duckdb']) {
      const text = await statements({ engine });
      for (const path of ['', 'o.', 'l.'])
        assert.ok(text.includes(`-- The column ${path}a\\u{1b}[2J\\u{a}; DROP`), text);
      assert.doesNotMatch(text, /[^\P{Cc}\n]|^; DROP/mu);
    }
  });

  test('leaves out the names that Athena does not take, at every level, each with a comment; DuckDB takes them', async () => {
    const row = {
      'a.b': 1,
      'a:b': 2,
      'a b-c': 3,
      o: { ok_1: 1, 'x y': 2, 'x.y': 3, x$: 4, '😀': 5, 'x-y': { deep: 1 }, ü日: 6 },
      l: [{ 'x,y': 1, z: 2 }],
      gone: { 'x y': [{ z: 1 }] },
    };
    await runWrite(server, [recordLine('visits', row)], { catalog: catalogJson('visits') });
    const text = await statements({});
    const comments = text.split('\n').filter((line) => line.startsWith('--'));
    const column = 'Athena takes no "." and no ":" in the name of a column.';
    const member = 'Athena takes only letters, digits and "_" in the name of a member.';
    assert.deepEqual(comments, [
      `-- The column a.b is omitted: ${column}`,
      `-- The column a:b is omitted: ${column}`,
      ...['o.x y', 'o.x.y', 'o.x$', 'o.😀', 'o.x-y', 'l.x,y', 'gone.x y'].map(
        (path) => `-- The column ${path} is omitted: ${member}`,
      ),
      '-- The column gone is omitted: nothing of it is left.',
    ]);
    assert.match(
      text,
      /\(\n {2}`a b-c` BIGINT,\n {2}`o` STRUCT<`ok_1`: BIGINT, `ü日`: BIGINT>,\n {2}`l` ARRAY<STRUCT<`z`: BIGINT>>\n\)/u,
    );
    assert.doesNotMatch(await statements({ engine: 'duckdb' }), /^--/mu);
  });

  test('has no statement for Athena for a table of which nothing is left, and says so', async () => {
    await runWrite(server, [recordLine('visits', { 'a.b': 1 }), recordLine('others', { n: 1 })], {
      catalog: catalogJson('visits', 'others'),
    });
    assert.doesNotMatch(await statements({}), /visits/u);
    assert.match(await statements({ engine: 'duckdb' }), /visits/u);
  });

  test('gives a table a name that Athena takes, and says so', async () => {
    await runWrite(server, [recordLine('my-täble', { n: 1 }), recordLine('my_t.ble', { n: 1 })], {
      catalog: catalogJson('my-täble', 'my_t.ble'),
    });
    const text = await statements({});
    const names = Array.from(text.matchAll(/^CREATE EXTERNAL TABLE `(\w+)` \($/gmu), ([, name]) => name);
    assert.equal(new Set(names).size, 2);
    for (const name of names) assert.match(name ?? '', /^my_t_ble_[0-9a-f]{8}$/u);
    assert.match(text, /^-- The table my-täble is called my_t_ble_[0-9a-f]{8}: /mu);
    assert.match(text, /LOCATION 's3:\/\/publisher-data\/permutive\/data\/my-täble\/'/u);
  });

  test('gives tables whose names differ in case only names that the engine tells apart, with --table too', async () => {
    await runWrite(
      server,
      ['visits', 'Visits', 'VISITS'].map((table) => recordLine(table, { n: 1 })),
      { catalog: catalogJson('visits', 'Visits', 'VISITS') },
    );
    for (const engine of ['athena', 'duckdb']) {
      const text = await statements({ engine });
      const names = Array.from(text.matchAll(/(?:TABLE|VIEW) [`"](\w+)[`"]/gu), ([, name]) => name?.toLowerCase());
      assert.equal(new Set(names).size, 3, text);
      assert.match(
        text,
        /^-- The table visits is called visits_[0-9a-f]{8}: another one has its name in another case\.$/mu,
      );
      for (const table of ['visits', 'Visits', 'VISITS']) {
        assert.ok(text.includes(await statements({ engine, table })));
      }
    }
  });

  test('leaves out a column whose type is longer than AWS Glue takes', async () => {
    const names = Array.from({ length: 900 }, (_, n) => `${'x'.repeat(200)}${n}`);
    const properties = Object.fromEntries(names.map((name) => [name, { type: 'integer' }]));
    const schema = { wide: { type: 'object', properties }, n: { type: 'integer' } };
    await runWrite(server, [recordLine('visits', { n: 1 })], {
      catalog: catalogJson({ name: 'visits', properties: schema }),
    });
    assert.match(
      await statements({}),
      /^-- The column wide is omitted: AWS Glue takes types of 131072 characters\.\nCREATE/u,
    );
  });

  for (const { folders, range } of [
    { folders: ['year=2019/month=1/day=1', 'year=2026/month=1/day=1'], range: '2019,2100' },
    {
      folders: ['year=all/month=1/day=1', 'year=20/x', 'years=1999/x', 'year=2024/month=12/day=31'],
      range: '2024,2100',
    },
    { folders: [], range: '2000,2100' },
  ]) {
    test(`projects the years ${range} for the folders ${folders.join(', ')}`, async () => {
      await runWrite(server, [recordLine('visits', { n: 1 })], { catalog: catalogJson('visits') });
      for (const { key } of server.objects(bucket, 'permutive/data/')) server.remove(bucket, key);
      for (const folder of folders) server.seed(bucket, `permutive/data/visits/${folder}/x`, '');
      assert.ok((await statements({})).includes(`'projection.year.range' = '${range}'`));
    });
  }

  test('says that a table was not written, or an engine is not known', async () => {
    await assert.rejects(statements({ table: 'nothing' }), { code: 'USAGE_INVALID', message: /"nothing"/u });
    await assert.rejects(statements({ engine: 'oracle' }), {
      code: 'USAGE_INVALID',
      message: /write athena, glue, spark, trino, redshift-spectrum, .* clickhouse or duckdb\./u,
    });
  });
});

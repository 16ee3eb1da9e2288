// The output of the verbs ddl and types for a table with partition folders.
import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import type { OperatorArguments, OperatorVerb } from '@s3-connectors/common/protocol/connector.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import { configSchema, resolveConfig, type BatchConfig } from '../../../destination-s3-batch/src/config/config.ts';
import { ddl } from '../support/ddl.ts';
import { types } from '../../../destination-s3-batch/src/types-verb/types.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { bucket, catalogJson, recordLine, type Json } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { configJson, runWrite } from '../support/batch.ts';
import { rowsInDuckdb } from '../support/duckdb-view.ts';

const countries = ['DE', 'a/b=c %', '007', "it's", '', null];
const rows = countries.map((country, n) => ({ n, time: '2026-01-05T10:00:00Z', country, at: '2026-03-01T00:00:00Z' }));
const streams = [{ stream: 'visits', partition_by: ['country', 'day(at)'] }];

suite('a table with folders by field', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  async function write(config: Json): Promise<void> {
    const lines = rows.map((row) => recordLine('visits', row));
    const { error } = await runWrite(server, lines, { catalog: catalogJson('visits'), config });
    assert.equal(error, undefined);
  }

  async function ask(verb: OperatorVerb<BatchConfig>['run'], given: OperatorArguments, config: Json): Promise<string> {
    const resolved = resolveConfig(parseConfig(configSchema, configJson(server, config), silentLog), {});
    const context = { log: silentLog, signal: new AbortController().signal, fail: () => undefined };
    const printed = await Array.fromAsync(verb(resolved, given, context));
    return printed
      .map((print) => (typeof print === 'string' ? print : 'sql' in print ? print.sql : assert.fail('it is no text')))
      .join('');
  }

  for (const output_format of ['parquet', 'json']) {
    test(`is a view in which DuckDB has the values of the folders (${output_format})`, async () => {
      const config = { output_format, streams };
      await write(config);
      const sql = 'SELECT country, at_day, country__value AS beside FROM visits ORDER BY n';
      assert.deepEqual(
        await rowsInDuckdb(server, (folder) => ask(ddl, { engine: 'duckdb', location: folder }, config), sql),
        countries.map((country) => ({
          country: country || null,
          at_day: '2026-03-01',
          beside: country === '' ? '""' : null,
        })),
      );
    });
  }

  for (const prefix of ['a[b]*c?{d}', "it's/%41 ü", '~x#y']) {
    for (const output_format of ['parquet', 'json']) {
      test(`is a view over its own files below a prefix that reads like a pattern (${prefix}, ${output_format})`, async () => {
        const named = { output_format, streams: [{ stream: 'visits', partition_by: ["o'K d"] }] };
        const lines = ["it's", null].map((value, n) =>
          recordLine('visits', { n, time: '2026-01-05T10:00:00Z', "o'K d": value }),
        );
        for (const one of new Set([prefix, prefix.replaceAll(/[^\w/]/gu, 'b')])) {
          const given = { catalog: catalogJson('visits'), config: { ...named, prefix: one } };
          assert.equal((await runWrite(server, lines, given)).error, undefined);
        }
        const statements = (folder: string): Promise<string> =>
          ask(ddl, { engine: 'duckdb', location: `${folder}/${prefix}` }, { ...named, prefix });
        const found = await rowsInDuckdb(server, statements, `SELECT n, "o'K d" AS v FROM visits ORDER BY n`, '');
        assert.deepEqual(found, [
          { n: '0', v: "it's" },
          { n: '1', v: null },
        ]);
      });
    }
  }

  test('has statements for Redshift Spectrum without folders that this connector did not write', async () => {
    await write({ streams });
    for (const folder of [
      'year=abc/month=1/day=1',
      'year=2026/month=13x/day=1',
      'year=2026/month=1/day=',
      'year=1e3/month=1/day=1',
    ])
      server.seed(bucket, `permutive/data/visits/${folder}/country=DE/at_day=2026-03-01/x.snappy.parquet`, 'x');
    const text = await ask(ddl, { engine: 'redshift-spectrum' }, { streams });
    assert.equal(text.match(/^ {2}PARTITION/gmu)?.length, 5);
    assert.doesNotMatch(text, /NaN|"day" = 0|"year" = 1000/u);
  });

  test('is declared for Athena with the folders as columns, which are loaded', async () => {
    await write({ streams });
    const text = await ask(ddl, {}, { streams });
    assert.match(text, /PARTITIONED BY \(`year` INT, `month` INT, `day` INT, `country` STRING, `at_day` STRING\)/u);
    assert.match(text, /\/data\/visits\/';\n\nMSCK REPAIR TABLE `visits`;/u);
    assert.doesNotMatch(text, /projection|`country` STRING,\n/u);
  });

  test('has its files counted by days, not by folders', async () => {
    await write({ streams });
    const text = await ask(types, { table: 'visits', field: 'n', as: 'number' }, { streams });
    assert.match(text, /Files: 5 in 1 day,/u);
  });

  for (const [partition_by, message] of [
    [['a', 'b', 'c', 'd'], /has more than 3 fields/u],
    [['country', 'Country'], /names a folder twice/u],
    [['Year'], /is the name of a folder/u],
    [['_hidden'], /readers ignore such folders/u],
    [[''], /cannot be the name of a folder/u],
    [['x'.repeat(200)], /cannot be the name of a folder/u],
  ] as const) {
    test(`is refused with the fields ${JSON.stringify(partition_by).slice(0, 40)}`, async () => {
      const config = { streams: [{ stream: 'visits', partition_by }] };
      const { error } = await runWrite(server, [], { catalog: catalogJson('visits'), config });
      assert.match(String(error), message);
    });
  }

  test('is refused for a stream of a published type', async () => {
    const properties = Object.fromEntries(['name', 'workspace_id'].map((name) => [name, { type: 'string' }]));
    const config = { streams: [{ stream: 'domains', partition_by: ['name'] }] };
    const { error } = await runWrite(server, [], { catalog: catalogJson({ name: 'domains', properties }), config });
    assert.match(String(error), /published type, whose folders are given\. Remove "partition_by"/u);
  });
});

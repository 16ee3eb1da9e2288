import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { DuckDBInstance } from '@duckdb/node-api';

import { sampledColumns } from '../../destination-s3-streaming/src/ddl/sampled-columns.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { bucket, catalogJson, recordLine, type Json } from '../support/destination-input.ts';
import { emptyServer } from '../support/empty-server.ts';
import { statements } from './support/ddl.ts';
import { publishedStream, variant } from './support/published.ts';
import { configJson, runWrite } from './support/streaming.ts';

const lateDays = { late_data: { max_lateness_hours: 87_600 } };

suite('ddl', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  const printed = (given: Record<string, string>, config: Json = {}): Promise<string> =>
    statements(given, configJson(server, config));

  async function writeEvents(...times: readonly string[]): Promise<void> {
    const events = times.map((time, n) => {
      const changes = { time, segments: n === 0 ? [1, 2] : [1], user_id: `u${n}`, more: n };
      return recordLine('events', variant('events', changes));
    });
    const segments = [1, 2].map((code) => recordLine('segment', variant('segment', { code, name: `s${code}` })));
    const { error } = await runWrite(server, [...events, ...segments], {
      catalog: catalogJson(publishedStream('events'), publishedStream('segment')),
      config: lateDays,
    });
    assert.equal(error, undefined);
  }

  test('names the published fields, further ones, and the padded folders of hours for Athena', async () => {
    await writeEvents('1767571200000', '1767657600000');
    const text = await printed({ type: 'events' });
    assert.equal(
      text.slice(text.indexOf('CREATE')),
      `CREATE EXTERNAL TABLE \`events\` (
  \`time\` STRING,
  \`event_id\` STRING,
  \`user_id\` STRING,
  \`event_name\` STRING,
  \`organization_id\` STRING,
  \`project_id\` STRING,
  \`session_id\` STRING,
  \`view_id\` STRING,
  \`source_url\` STRING,
  \`segments\` ARRAY<BIGINT>,
  \`properties\` STRING,
  \`more\` DOUBLE
)
PARTITIONED BY (\`year\` INT, \`month\` INT, \`day\` INT, \`hour\` INT)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://publisher-data/permutive/type=events/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.year.type' = 'integer',
  'projection.year.range' = '2026,2100',
  'projection.month.type' = 'integer',
  'projection.month.range' = '1,12',
  'projection.month.digits' = '2',
  'projection.day.type' = 'integer',
  'projection.day.range' = '1,31',
  'projection.day.digits' = '2',
  'projection.hour.type' = 'integer',
  'projection.hour.range' = '0,23',
  'projection.hour.digits' = '2',
  'storage.location.template' = 's3://publisher-data/permutive/type=events/year=\${year}/month=\${month}/day=\${day}/hour=\${hour}/'
);

`,
    );
    assert.match(await printed({ type: 'segment' }), /`code` BIGINT,[^]*LOCATION '[^']*type=segment\/';\n\n$/u);
  });

  test('makes views that DuckDB answers, with the first queries', async () => {
    await writeEvents('1767571200000', '1767657600000');
    const folder = await mkdtemp(join(tmpdir(), 's3-connectors-ddl-'));
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    try {
      for (const { key, body } of server.objects(bucket, 'permutive/')) {
        const path = join(folder, key.slice('permutive/'.length));
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, body);
      }
      const text = await printed({ engine: 'duckdb', location: folder });
      await connection.run(text);
      const queries = Array.from(text.matchAll(/^-- {3}(SELECT .*)$/gmu), ([, query = '']) => query);
      const found = [];
      for (const query of [...queries, `SELECT properties->>'$.campaign_id' FROM events`])
        found.push((await connection.runAndReadAll(query)).getRowsJson());
      assert.deepEqual(found, [
        [
          ['2026', '1', '5', '1'],
          ['2026', '1', '6', '1'],
        ],
        [
          ['1', '2'],
          ['2', '1'],
        ],
        [
          ['s1', '2'],
          ['s2', '1'],
        ],
        [['2']],
        [['2387641642'], ['2387641642']],
      ]);
    } finally {
      connection.closeSync();
      instance.closeSync();
      await rm(folder, { recursive: true });
    }
  });

  test('adds the folders that are there for Redshift Spectrum, as numbers and as they are called', async () => {
    await writeEvents('1767571200000', '1767657600000');
    const text = await printed({ type: 'events', engine: 'redshift-spectrum' });
    const folder = 's3://publisher-data/permutive/type=events/year=2026/month=01/day=05/hour=00/';
    assert.ok(
      text.includes(`PARTITION ("year" = 2026, "month" = 1, "day" = 5, "hour" = 0) LOCATION '${folder}'`),
      text,
    );
  });

  test('leaves out a field that the folder of the type hides from engines that look at the path', async () => {
    server.seed(bucket, 'permutive/type=visits/1-0123456789abcdef-0.jsonl.gz', gzipSync('{"type":"a","n":1}\n'));
    for (const engine of ['duckdb', 'clickhouse']) {
      assert.match(await printed({ engine }), /^-- The column type is omitted: a folder has its name\.$/mu, engine);
    }
    assert.match(await printed({}), /`type` STRING/u);
  });

  test('takes a type of a published name for another one if its rows lack required fields', async () => {
    server.seed(bucket, 'permutive/type=events/1-0123456789abcdef-0.jsonl.gz', gzipSync('{"time":5}\n'));
    const text = await printed({});
    assert.match(
      text,
      /^-- The columns have the types of the newest and the oldest files\. .*\n-- A value of another type in another file may be rounded,/u,
    );
    assert.match(text, /\(\n {2}`time` DOUBLE\n\)/u);
  });

  test('reads a whole number as one with a fraction, because another file may have fractions', async () => {
    for (const [folder, n] of [
      ['year=2026/month=01/day=01/hour=00', '1'],
      ['year=2026/month=01/day=01/hour=01', '1.5'],
      ['year=2026/month=01/day=01/hour=02', '2'],
    ] as const) {
      server.seed(bucket, `permutive/type=visits/${folder}/1-0123456789abcdef-0.jsonl.gz`, gzipSync(`{"n":${n}}\n`));
    }
    assert.match(await printed({}), /`n` DOUBLE/u);
  });

  test('names the origin of the types of fields that are not published', async () => {
    await writeEvents('1767571200000');
    assert.match(await printed({ type: 'events' }), /^-- Columns that are not published have the types of /mu);
    assert.doesNotMatch(await printed({ type: 'segment' }), /newest and the oldest files/u);
  });

  test('continues after a file that is no gzip file, with a warning', async () => {
    server.seed(bucket, 'permutive/type=visits/1-0123456789abcdef-0.jsonl.gz', 'no gzip');
    server.seed(bucket, 'permutive/type=visits/2-0123456789abcdef-0.jsonl.gz', gzipSync('{"n":1}\n'));
    const warnings: string[] = [];
    const log: Log = (level, message) => void warnings.push(`${level} ${message}`);
    const text = await statements({}, configJson(server), { log });
    assert.match(text, /`n` DOUBLE/u);
    assert.deepEqual(warnings.length, 1);
    assert.match(warnings[0] ?? '', /^WARN "permutive\/type=visits\/1-[^"]*" is not a gzip file/u);
  });

  test('asks for a few objects and folders, however many hours there are', async () => {
    const body = gzipSync('{"n":1}\n');
    for (let day = 0; day < 300; day += 1) {
      const [year = '', month = '', of = ''] = new Date(Date.UTC(2025, 2, 1 + day))
        .toISOString()
        .slice(0, 10)
        .split('-');
      const folder = `permutive/type=visits/year=${year}/month=${month}/day=${of}/hour=00`;
      server.seed(bucket, `${folder}/1-0123456789abcdef-0.jsonl.gz`, body);
    }
    server.counts.reset();
    assert.match(await printed({}), /'projection.year.range' = '2025,2100'/u);
    assert.ok(server.counts.total.requests <= 14, String(server.counts.total.requests));
  });

  test('fails after a minute if the storage answers 503, because a person waits', async () => {
    server.inject({ kind: 'error', code: 'SlowDown', times: Infinity });
    const waiting = new AbortController();
    const warnings: string[] = [];
    const asked = statements({}, configJson(server), {
      signal: waiting.signal,
      log: (_, message) => {
        warnings.push(message);
        waiting.abort(new Error('seen enough'));
      },
    });
    await assert.rejects(asked);
    assert.match(warnings[0] ?? '', /for at most (?:60|59) s more/u);
  });

  test('reports a type that was not written, and lists the engines', async () => {
    await writeEvents('1767571200000');
    await assert.rejects(printed({ type: 'nothing' }), {
      code: 'USAGE_INVALID',
      message: /The type "nothing" has not/u,
    });
    await assert.rejects(printed({ engine: 'oracle' }), {
      code: 'USAGE_INVALID',
      message: /"oracle": write athena, glue/u,
    });
  });
});

suite('the columns of rows that nobody declared', () => {
  for (const [values, expected] of [
    [['1', '2'], 'number'],
    [['1', '2.5', 'null'], 'number'],
    [['1', '2.0'], 'number'],
    [['1e2'], 'number'],
    [['-0.0'], 'number'],
    [['[1.0]'], 'list of number'],
    [['"1.5"', '"a\\"2.0"'], 'string'],
    [['9007199254740993'], 'integer'],
    [['-9007199254740993', '1'], 'integer'],
    [['9007199254740993', '1.5'], 'any'],
    [['[9007199254740993]', '[1.5]'], 'any'],
    [['99999999999999999999'], 'any'],
    [['"a"', 'null'], 'string'],
    [['true', 'false'], 'boolean'],
    [['"a"', '1'], 'any'],
    [['null'], 'any'],
    [['{"a":1}'], 'any'],
    [['[]'], 'any'],
    [['[1,2]', '[]', 'null'], 'list of number'],
    [['[9007199254740993]', '[1]'], 'list of integer'],
    [['[1]', '[2.5]'], 'list of number'],
    [['["a",null]'], 'list of string'],
    [['[1]', '["a"]'], 'any'],
    [['[[1]]'], 'any'],
    [['[{"a":1}]'], 'any'],
    [['[1]', '5'], 'any'],
  ] as const) {
    test(`are ${expected} for ${values.join(', ')}`, () => {
      const [column] = sampledColumns(['no JSON', '[1]', ...values.map((value) => `{"a":${value}}`)]);
      const type = column?.type;
      const text = type?.kind === 'list' ? `list of ${type.items.kind}` : type?.kind;
      assert.equal(text, expected);
    });
  }
});

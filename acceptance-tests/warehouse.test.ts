// What `ddl` prints, for tables on a real S3 server that were replaced: the columns that a parser of SQL of others sees in
// Athena's statements are those that pyarrow sees in the files, Hive's own parsers take them, every file is where partition projection
// looks, and DuckDB's view answers.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';

import { runProgram } from '../test/support/program.ts';
import { administrator, createBucket, download, endpoint, freshName, listKeys, region } from './support/account.ts';
import { ask, executables, type Json, jsonFile, judgePrintedLines, temporaryFolder } from './support/programs.ts';
import { runScript } from './support/python.ts';
import { accessKey } from './support/setting.ts';

const text = { type: ['null', 'string'] };
const list = (items: Json): Json => ({ type: 'array', items });
/** Every type, at every level, and names that SQL has other uses for. */
const columns: Json = {
  time: { ...text, format: 'date-time' },
  local: { ...text, format: 'date-time', airbyte_type: 'timestamp_without_timezone' },
  birthday: { ...text, format: 'date' },
  clock: { ...text, airbyte_type: 'time_without_timezone' },
  big: { type: 'integer' },
  real: { type: 'number' },
  flag: { type: 'boolean' },
  order: text,
  'odd `name`, "quoted"': text,
  ünïcode: list(text),
  matrix: list(list({ type: 'integer' })),
  times: list({ ...text, format: 'date-time' }),
  nested: {
    type: 'object',
    properties: {
      timestamp: { ...text, format: 'date-time' },
      'a b': list({ type: 'object', properties: { x: { type: 'number' }, day: { ...text, format: 'date' } } }),
      ä_1: list({ type: 'object', properties: { x: { type: 'number' }, day: { ...text, format: 'date' } } }),
    },
  },
};

function visit(day: string, n: number): string {
  const data = {
    time: `${day}T14:30:00.123456Z`,
    local: '2026-01-15T14:30:00',
    birthday: '2024-02-29',
    clock: '14:30:00.5',
    big: n,
    real: n === 1 ? 'one' : 0.5,
    flag: true,
    order: 'o',
    'odd `name`, "quoted"': 'q',
    ünïcode: ['é'],
    matrix: [[1], [2, 3]],
    times: ['2026-01-01T00:00:00Z'],
    nested: {
      timestamp: '2026-01-01T00:00:00Z',
      'a b': [{ x: 1.5 }],
      ä_1: [{ x: 1.5, day: '2026-01-01' }, { x: 'misfit' }],
    },
    undeclared: { year: 2026, A: [{ b: true }], a: 'twin' },
    Day: 'Monday',
  };
  return record('visits', data);
}

function event(name: string, id: string): string {
  const ids = { event_id: id, user_id: 'u', organization_id: 'o', project_id: 'w' };
  return record('events', { time: '1768487400123', event_name: name, ...ids, segments: [1], properties: { n: 1 } });
}

function record(stream: string, data: Json): string {
  return `${JSON.stringify({ type: 'RECORD', record: { stream, data, emitted_at: 1768487400000 } })}\n`;
}

function state(stream: string): string {
  const told = { stream_descriptor: { name: stream }, stream_state: { n: 1 } };
  return `${JSON.stringify({ type: 'STATE', state: { type: 'STREAM', stream: told } })}\n`;
}

const eventFields = ['time', 'event_id', 'user_id', 'event_name', 'organization_id', 'project_id'];
const catalog: Json = {
  streams: [
    { name: 'visits', json_schema: { type: 'object', properties: columns } },
    {
      name: 'events',
      json_schema: { type: 'object', properties: Object.fromEntries(eventFields.map((name) => [name, {}])) },
    },
  ].map((stream) => ({ stream, sync_mode: 'full_refresh', destination_sync_mode: 'overwrite' })),
};

type Table = {
  readonly table: string;
  readonly columns: Readonly<Record<string, string>>;
  readonly partitions: Readonly<Record<string, string>>;
  readonly format: string | null;
  readonly serde: string | null;
  readonly location: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly files: Readonly<Record<string, Readonly<Record<string, string>> | null>>;
};

for (const format of ['parquet', 'json'] as const) {
  suite(`tables of an export that was replaced, for the warehouse (${format})`, () => {
    let bucket = '';
    let config: Json = {};
    let folder = '';
    const statements = async (...args: readonly string[]): Promise<string> => {
      const path = await jsonFile(config);
      const { exitCode, stdout } = await runProgram(executables.batch, ['ddl', '--config', path, ...args]);
      assert.equal(exitCode, 0, stdout);
      return stdout;
    };

    before(async () => {
      bucket = await createBucket();
      config = {
        bucket,
        region,
        endpoint: endpoint(),
        credentials: accessKey({ credentials: administrator }),
        prefix: "it's/all",
        output_format: format,
        streams: [{ stream: 'visits', kind: 'events' }],
      };
      for (const [days, events] of [
        [
          ['2026-01-15', '2026-02-01'],
          ['Pageview', 'LinkClick'],
        ],
        [['2026-01-16', '2025-12-31', '2026-02-01'], ['Pageview']],
      ] as const) {
        const sent = [
          ...days.map((day, index) => visit(day, index)),
          state('visits'),
          ...events.map((name, index) => event(name, `${days.length}-${index}`)),
          state('events'),
        ];
        const { exitCode, messages } = await ask('batch', 'write', { config, catalog }, sent.join(''));
        assert.equal(exitCode, 0, JSON.stringify(messages));
        assert.equal(messages.filter(({ type }) => type === 'STATE').length, 2);
      }
      folder = join(await temporaryFolder(), freshName('lake'));
      await download(bucket, '', folder);
    });

    test('have the files of the second export alone', async () => {
      const keys = await listKeys(bucket);
      const folders = keys.map((key) => /data\/(.*)\/[^/]+$/u.exec(key)?.[1]).filter((path) => path !== undefined);
      assert.deepEqual(folders, [
        'pageview_events/year=2026/month=1/day=15',
        'visits/year=2025/month=12/day=31',
        'visits/year=2026/month=1/day=16',
        'visits/year=2026/month=2/day=1',
      ]);
      assert.ok(!keys.some((key) => key.includes('/_staging/')), keys.join());
    });

    test('have in Athena’s statements the columns and folders of their files', async () => {
      const parsed = JSON.parse(
        await runScript('parse_ddl.py', [folder], { input: await statements() }),
      ) as readonly Table[];
      assert.deepEqual(
        parsed.map(({ table, files }) => [table, Object.keys(files).length]),
        [
          ['linkclick_events', 0],
          ['pageview_events', 1],
          ['visits', 3],
        ],
      );
      for (const { table, location, files, partitions, properties, ...rest } of parsed) {
        assert.equal(location, `s3://${bucket}/it's/all/data/${table}/`);
        assert.deepEqual(partitions, { year: 'INT', month: 'INT', day: 'INT' });
        assert.deepEqual(
          [rest.format, rest.serde],
          format === 'parquet' ? ['PARQUET', null] : [null, 'org.openx.data.jsonserde.JsonSerDe'],
        );
        assert.equal(properties['projection.enabled'], 'true');
        for (const [key, found] of Object.entries(files)) {
          judgePlace(`s3://${bucket}/${key}`, properties);
          if (found === null) continue;
          const all = Object.entries(found).map(([name, type]) => {
            return [name, type.replace(/a b: ARRAY<STRUCT<.*?>>, /u, '')]; // Athena takes no blank there.
          });
          assert.deepEqual(rest.columns, Object.fromEntries(all), key);
        }
      }
      /** Times and dates are text in JSON lines. */
      const [timestamp, date] = format === 'parquet' ? ['TIMESTAMP', 'DATE'] : ['STRING', 'STRING'];
      const visits = parsed.find(({ table }) => table === 'visits');
      assert.deepEqual(visits?.columns, {
        time: timestamp,
        local: timestamp,
        birthday: date,
        clock: 'STRING',
        big: 'BIGINT',
        real: 'DOUBLE',
        real__json: 'STRING',
        flag: 'BOOLEAN',
        order: 'STRING',
        'odd `name`, "quoted"': 'STRING',
        ünïcode: 'ARRAY<STRING>',
        matrix: 'ARRAY<ARRAY<BIGINT>>',
        times: `ARRAY<${timestamp}>`,
        nested: `STRUCT<timestamp: ${timestamp}, ä_1: ARRAY<STRUCT<x: DOUBLE, x__json: STRING, day: ${date}>>>`,
        undeclared: 'STRUCT<year: BIGINT, A: ARRAY<STRUCT<b: BOOLEAN>>, __json: STRING>',
        __json: 'STRING', // Has the field "Day", since a folder has its name.
      });
    });

    test('have statements that Hive’s own parsers take, with the columns that sqlglot sees', async () => {
      const sql = await statements();
      const byHive = JSON.parse(
        await runScript('hive_ddl.py', [], { input: sql, runner: 'readers' }),
      ) as readonly Table[];
      const parsed = JSON.parse(await runScript('parse_ddl.py', [folder], { input: sql })) as readonly Table[];
      assert.deepEqual(
        byHive.map(({ table, columns: own, partitions }) => [table, flat(own), flat(partitions)]),
        parsed.map(({ table, columns: own, partitions }) => [table, flat(own), flat(partitions)]),
      );
    });

    test('are answered by DuckDB’s views, another version’s than ours', async () => {
      const views = await statements('--engine', 'duckdb', '--location', `${folder}/it's/all`, '--table', 'visits');
      const sql = `${views} SELECT month, day, big, "order", nested."timestamp"::VARCHAR AS ts, matrix FROM visits ORDER BY month`;
      assert.deepEqual(JSON.parse(await runScript('query_duckdb.py', [], { input: sql })), [
        [1, 16, 0, 'o', '2026-01-01 00:00:00+00', [[1], [2, 3]]],
        [2, 1, 2, 'o', '2026-01-01 00:00:00+00', [[1], [2, 3]]],
        [12, 31, 1, 'o', '2026-01-01 00:00:00+00', [[1], [2, 3]]],
      ]);
    });
  });
}

function flat(columns: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(columns).map(([name, type]) => `${name} ${type.toLowerCase().replaceAll(/(?<=[:,]) /gu, '')}`);
}

/** Whether Athena looks in the file's folder: the template with numbers of the ranges, written without padding. */
function judgePlace(address: string, properties: Readonly<Record<string, string>>): void {
  let folder = properties['storage.location.template'] ?? '';
  for (const name of ['year', 'month', 'day']) {
    assert.equal(properties[`projection.${name}.type`], 'integer');
    assert.equal(properties[`projection.${name}.digits`], undefined);
    const [least = Number.NaN, most = Number.NaN] = (properties[`projection.${name}.range`] ?? '')
      .split(',')
      .map(Number);
    const value = Number(new RegExp(`/${name}=(\\d+)/`, 'u').exec(address)?.[1]);
    assert.ok(least <= value && value <= most, `${name} ${value} of ${address} is not from ${least} to ${most}`);
    folder = folder.replace(`\${${name}}`, `${value}`);
  }
  assert.ok(
    address.startsWith(folder) && !address.slice(folder.length).includes('/'),
    `${address} is not in ${folder}`,
  );
}

judgePrintedLines();

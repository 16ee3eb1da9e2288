// The source as a Singer tap, run as a process: what it prints, on which output, and where it resumes.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import { jsonFile } from '../support/json-files.ts';
import { parquet } from '../support/parquet.ts';
import { type Ended, runProgram } from '../support/program.ts';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { bucket, configJson, type Json, secret, serverWith, timeOf } from './support/source.ts';

const tap = join(import.meta.dirname, '../../source-s3/src/tap.ts');

type Line = Json & { readonly type: string };
type Catalog = { readonly streams: { tap_stream_id: string; metadata: { metadata: Record<string, unknown> }[] }[] };

let body: Buffer;
before(async () => {
  body = await parquet('SELECT i AS id, 1.10::DECIMAL(9,2) AS price FROM range(3) t(i)');
});

async function run(server: S3TestServer, files: Json, ...flags: readonly string[]): Promise<Ended> {
  const args: string[] = [...flags];
  for (const [name, json] of Object.entries(files)) args.push(`--${name}`, await jsonFile(json));
  const config = 'config' in files ? [] : ['--config', await jsonFile(configJson(server))];
  const ended = await runProgram(tap, [...config, ...args]);
  assert.ok(!`${ended.stdout}${ended.stderr}`.includes(secret), 'the output holds the secret');
  return ended;
}

async function sync(server: S3TestServer, files: Json = {}): Promise<readonly Line[]> {
  const { stdout, stderr, exitCode } = await run(server, files);
  assert.equal(exitCode, 0, stderr);
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => parseJson(line) as Line);
}

const types = (lines: readonly Line[]): string => lines.map(({ type }) => type).join(' ');
const ids = (lines: readonly Line[]): readonly unknown[] =>
  lines.filter(({ type }) => type === 'RECORD').map(({ record }) => (record as Json)['id']);

suite('tap-s3-tables', () => {
  test('discovers, and reads what it discovered', async () => {
    await using server = await serverWith({ 'lake/t/day=1/a.parquet': body });
    const { stdout, stderr, exitCode } = await run(server, { state: {} }, '--discover');
    assert.equal(exitCode, 0, stderr);
    const lines = await sync(server, { catalog: parseJson(stdout) });
    assert.equal(types(lines), 'SCHEMA RECORD RECORD RECORD STATE');
    const record = lines[1]?.['record'] as Json;
    assert.deepEqual([record['id'], record['price'], record['day']], [0, 1.1, '1']);
  });

  test('takes each file for a table where the config says so', async () => {
    await using server = await serverWith({ 'lake/users.parquet': body, 'lake/orders.parquet': body });
    const config = await jsonFile({
      ...configJson(server),
      tables_from: 'files',
      data_partitioning: { mode: 'not_partitioned' },
    });
    const ended = await runProgram(tap, ['--config', config]);
    const lines = ended.stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => parseJson(line) as Line);
    const schemas = lines.filter(({ type }) => type === 'SCHEMA').map(({ stream }) => stream);
    assert.deepEqual([schemas, ids(lines).length], [['orders', 'users'], 6]);
  });

  test('reads everything without a catalog, and only what is new with a state', async () => {
    await using server = await serverWith({ 'lake/t/a.parquet': body });
    const first = await sync(server);
    assert.deepEqual(ids(first), [0, 1, 2]);
    const state = first.at(-1)?.['value'];
    assert.equal(types(await sync(server, { state })), 'SCHEMA STATE');
    const more = await parquet('SELECT 7 AS id, 2.20::DECIMAL(9,2) AS price');
    server.seed(bucket, 'lake/t/b.parquet', more, { lastModified: timeOf(5) });
    assert.deepEqual(ids(await sync(server, { state })), [7]);
  });

  test('reads a stream whole when the catalog says so, with a version that it activates', async () => {
    await using server = await serverWith({ 'lake/t/a.parquet': body });
    const { stdout } = await run(server, {}, '--discover');
    const catalog = parseJson(stdout) as Catalog;
    const whole = catalog.streams[0]?.metadata[0]?.metadata;
    if (whole !== undefined) whole['replication-method'] = 'FULL_TABLE';
    const lines = await sync(server, { catalog });
    assert.equal(types(lines), 'SCHEMA RECORD RECORD RECORD ACTIVATE_VERSION STATE');
    assert.deepEqual(lines.at(-1)?.['value'], { bookmarks: {} });
    assert.equal(new Set(lines.slice(1, -1).map(({ version }) => version)).size, 1);
    assert.equal(types(await sync(server, { catalog, state: lines.at(-1)?.['value'] })), types(lines));
  });

  test('begins the names of streams with their schema prefix where there are several', async () => {
    await using server = await serverWith({ 'lake/t/a.parquet': body, 'crm/t/a.parquet': body });
    const config = configJson(server, { schema_prefixes: ['lake', 'crm'] });
    const { stdout } = await run(server, { config }, '--discover');
    const { streams } = parseJson(stdout) as Catalog;
    assert.deepEqual(
      streams.map((stream) => stream.tap_stream_id),
      ['lake-t', 'crm-t'],
    );
    const both = 'SCHEMA RECORD RECORD RECORD STATE SCHEMA RECORD RECORD RECORD STATE';
    assert.equal(types(await sync(server, { config })), both);
  });

  test('tells on stderr what is wrong with a config, and prints nothing', async () => {
    await using server = await serverWith({});
    const config = { ...configJson(server), bucket: 's3://x', region: '' };
    const { stdout, stderr, exitCode } = await run(server, { config }, '--test');
    assert.deepEqual([stdout, exitCode], ['', 1]);
    assert.match(stderr, /^tap-s3-tables: The config has 2 mistakes: .*\(CONFIG_INVALID\)\n$/u);
  });

  test('warns if the catalog selects no stream, and exits with 0', async () => {
    await using server = await serverWith({ 'lake/t/a.parquet': body });
    const catalog = { streams: [{ tap_stream_id: 't', schema: { properties: {} }, metadata: [] }] };
    const { stdout, stderr, exitCode } = await run(server, { catalog });
    assert.deepEqual([stdout, exitCode], ['', 0]);
    assert.match(stderr, /WARN: The catalog selects no stream, so nothing is read\./u);
  });

  test('tries the connection', async () => {
    await using server = await serverWith({ 'lake/t/a.parquet': body });
    const { stdout, stderr, exitCode } = await run(server, {}, '--test');
    assert.deepEqual([stdout, exitCode], ['', 0]);
    assert.match(stderr, /\ntap-s3-tables: The connection works\.\n$/u);
  });

  test('continues with the other streams when one fails, and exits with 1', async () => {
    await using server = await serverWith({ 'lake/t/a.parquet': body, 'lake/u/a.parquet': body });
    const { stdout } = await run(server, {}, '--discover');
    server.seed(bucket, 'lake/t/a.parquet', body.subarray(0, 40), { lastModified: timeOf(9) });
    const read = await run(server, { catalog: parseJson(stdout) });
    assert.equal(read.exitCode, 1);
    assert.match(read.stderr, /"lake\/t\/a\.parquet" cannot be read.*\(FILE_UNREADABLE\)/u);
    assert.match(read.stdout, /"type":"RECORD","stream":"u"/u);
  });

  test('describes itself without a config', async () => {
    const { stdout, exitCode } = await runProgram(tap, ['--about', '--format=json']);
    assert.equal(exitCode, 0);
    const about = parseJson(stdout) as Json & { settings: { properties: Json } };
    assert.equal(about['name'], 'tap-s3-tables');
    assert.ok((about['capabilities'] as string[]).includes('discover'));
    assert.ok('schema_prefixes' in about.settings.properties);
    const text = await runProgram(tap, ['--about']);
    assert.match(text.stdout, /^tap-s3-tables \d+\.\d+\.\d+\n.*\n(?:.*\n)*  bucket: /u);
  });
});

// Footers that take far more memory than they have bytes: the complete program, in the heap of its image.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';

import {
  deepColumns,
  hostileItems,
  longNames,
  repeatedGroups,
  repeatedItems,
} from '../../../support/hostile/footers.ts';
import { parquet } from '../../../support/parquet.ts';
import { ofType, traceErrors } from '../../../support/models/protocol-schema.ts';
import { bucket, catalogJson, configJson, runSource, serverWith, timeOf, type Json } from '../../support/source.ts';

/** The default memory of the program: `max_memory_mb` and 250 MB. */
const mostMiB = 256 + 250;
const footerBytes = 16_000_000;
const peakMemory = join(import.meta.dirname, '../../../support/programs/peak-memory.ts');

async function readTables(
  objects: Readonly<Record<string, Buffer>>,
  columns: Json,
  more: { config?: Json; unit?: number } = {},
) {
  await using server = await serverWith(objects);
  const env = { NODE_OPTIONS: `--max-old-space-size=384 --import ${peakMemory}` };
  const catalog = catalogJson({ a: columns, b: { a: { type: 'integer' } } });
  const [object] = server.objects(bucket);
  const unfinished = { key: object?.key, etag: object?.etag, unit: more.unit, rows: 0 };
  const stream = { stream_descriptor: { name: 'a', namespace: 'lake' }, stream_state: { version: 1, unfinished } };
  const state = more.unit === undefined ? undefined : [{ type: 'STREAM', stream }];
  const config = configJson(server, more.config);
  const { messages, stderr, exitCode } = await runSource('read', { config, catalog, env, state });
  const rows = (name: string): number =>
    ofType(messages, 'RECORD').filter(({ record }) => record.stream === name).length;
  const peakMiB = Number(/peak (\d+) MiB/u.exec(stderr)?.[1]);
  return { errors: traceErrors(messages), rows, exitCode, peakMiB, requests: server.counts.of('GetObject').requests };
}

suite('a footer of 16 MB', () => {
  let small: Buffer;
  before(async () => {
    small = await parquet('SELECT i AS a FROM range(3) t(i)', "COMPRESSION uncompressed, KV_METADATA {a: 'b'}");
  });

  for (const [what, [field, item]] of Object.entries(hostileItems)) {
    test(`${what} takes no more memory than others, and the next table is read`, async () => {
      const body = repeatedItems(small, field, item, footerBytes);
      const objects = { 'lake/a/a.parquet': body, 'lake/b/b.parquet': small };
      const { errors, rows, peakMiB, exitCode } = await readTables(objects, { a: { type: 'integer' } });
      assert.ok(peakMiB < mostMiB, `${peakMiB} MiB`);
      assert.equal(rows('b'), 3);
      const isRead = field === 5;
      assert.deepEqual([rows('a'), exitCode, errors.length], isRead ? [3, 0, 0] : [0, 1, 1]);
      for (const { message } of errors) assert.match(message, /^"lake\/a\/a\.parquet" cannot be read: /u);
    });
  }

  test('of columns with names of 50 KB takes no more memory than others, and the next table is read', async () => {
    const body = longNames(small, footerBytes / 50_000, 50_000);
    const objects = { 'lake/a/a.parquet': body, 'lake/b/b.parquet': small };
    const { errors, rows, peakMiB, exitCode } = await readTables(objects, { a: { type: 'integer' } });
    assert.ok(peakMiB < mostMiB, `${peakMiB} MiB`);
    assert.deepEqual([rows('b'), exitCode, errors.length], [3, 1, 1]);
    const words =
      /^"lake\/a\/a\.parquet" cannot be read: its footer tells of columns in more than 4 MB, .* shorter names/u;
    assert.match(String(errors[0]?.message), words);
  });

  test('of thousands of row groups with fifty columns is read by default', async () => {
    const columns = Array.from({ length: 50 }, (_, index) => `column_${index}`);
    const select = columns.map((name, index) => `i + ${index} AS ${name}`).join(', ');
    const body = repeatedGroups(await parquet(`SELECT ${select} FROM range(10) t(i)`, 'COMPRESSION snappy'), 4000);
    assert.ok(body.length > footerBytes);
    const schema = Object.fromEntries(columns.map((name) => [name, { type: 'integer' }]));
    const objects = { 'lake/a/a.parquet': body, 'lake/b/b.parquet': small };
    const { errors, rows, peakMiB, requests } = await readTables(objects, schema, { unit: 3980 });
    assert.deepEqual(errors, []);
    assert.deepEqual([rows('a'), rows('b')], [200, 3]);
    assert.ok(peakMiB < mostMiB, `${peakMiB} MiB`);
    assert.ok(requests < 30, `${requests} requests`);
  });

  test('that is more than a quarter of the memory fails its table alone, and the error names the file and the setting', async () => {
    const body = repeatedItems(small, 4, hostileItems['of row groups without columns'][1], 40_000_000);
    const objects = { 'lake/a/a.parquet': body, 'lake/b/b.parquet': small };
    const config = { max_memory_mb: 128 };
    const { errors, rows } = await readTables(objects, { a: { type: 'integer' } }, { config });
    assert.equal(rows('b'), 3);
    const words =
      /^"lake\/a\/a\.parquet" cannot be read: its footer has 39 MB, and of max_memory_mb, 128 MB, .* Raise max_memory_mb/u;
    assert.match(String(errors[0]?.message), words);
    assert.equal(errors[0]?.failure_type, 'config_error');
  });
});

test('a footer of 100 KB with thousands of columns inside of hundreds of structs takes no more memory than others, and the next table is read', async () => {
  const small = await parquet('SELECT i AS a FROM range(3) t(i)', 'COMPRESSION uncompressed');
  const objects = { 'lake/a/a.parquet': deepColumns(small, 8000, 400), 'lake/b/b.parquet': small };
  const { errors, rows, peakMiB, exitCode } = await readTables(objects, { a: { type: 'integer' } });
  assert.ok(peakMiB < mostMiB, `${peakMiB} MiB`);
  assert.deepEqual([rows('b'), exitCode, errors.length], [3, 1, 1]);
  const words =
    /^"lake\/a\/a\.parquet" cannot be read: its footer tells of columns of more than 262144 levels together/u;
  assert.match(String(errors[0]?.message), words);
});

test('a value is the same whether the footer is short or long, and whatever its row group', async () => {
  const sql =
    "SELECT i AS a, 'text ' || i AS text, TIME '01:02:03' AS time, make_timestamp_ns(i * 1000003) AS ns FROM range(20) t(i)";
  const body = await parquet(sql, 'COMPRESSION zstd');
  const schema = { a: { type: 'integer' }, text: { type: 'string' }, time: { type: 'string' }, ns: { type: 'string' } };
  const data = async (file: Buffer): Promise<readonly unknown[]> => {
    await using server = await serverWith({});
    server.seed(bucket, 'lake/t/a.parquet', file, { lastModified: timeOf(1) });
    const run = { config: configJson(server), catalog: catalogJson({ t: schema }) };
    const { messages, exitCode } = await runSource('read', run);
    assert.equal(exitCode, 0);
    return ofType(messages, 'RECORD').map(({ record }) => record.data);
  };
  const [once, often] = [await data(body), await data(repeatedGroups(body, 800))];
  assert.equal(once.length, 20);
  assert.deepEqual(often, Array.from({ length: 800 }, () => once).flat());
});

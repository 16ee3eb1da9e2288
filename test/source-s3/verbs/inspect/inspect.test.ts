// inspect: what it finds in a bucket, its cost, and that its text is readable.
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';

import { parquet } from '../../../support/parquet.ts';
import { bucket, configJson, runOperatorVerb, serverWith, timeOf } from '../../support/source.ts';
import { inspectHere, reportOf, tableOf, tableWith } from './support.ts';

let file: Buffer;
let other: Buffer;
before(async () => {
  file = await parquet("SELECT i AS id, 'n' || i AS name FROM range(10) t(i)");
  other = await parquet('SELECT i::DOUBLE AS id, now() AS time FROM range(20) t(i)', 'COMPRESSION snappy');
});

suite('a table’s report', () => {
  test('counts files, bytes, rows and values as they are read', async () => {
    const table = await tableWith({
      'day=2026-01-14/a.parquet': file,
      'day=2026-01-15/b.pq': other,
      'day=2026-01-15/c': file,
      'day=__HIVE_DEFAULT_PARTITION__/d.parquet': file,
      'e.parquet': file,
      _SUCCESS: '',
      'x/.part.crc': 'x',
      'empty.parquet': '',
    });
    assert.equal(table.prefix, 'lake/t/');
    assert.equal(table.files, 5);
    assert.equal(table.bytes, 4 * file.length + other.length);
    assert.equal(table.oldest, timeOf(0).toISOString());
    assert.equal(table.newest, timeOf(4).toISOString());
    assert.deepEqual(table.rows, { count: 60, exact: true, files_looked_into: 5 });
    assert.deepEqual(
      table.extensions.map(({ extension, files }) => [extension, files]),
      [
        ['.parquet', 3],
        ['.pq', 1],
        ['', 1],
      ],
    );
    assert.deepEqual(table.compression, [
      { codec: 'zstd', files: 4 },
      { codec: 'snappy', files: 1 },
    ]);
    assert.deepEqual(table.partitions, [
      {
        column: 'day',
        type: 'string',
        values: 2,
        more_values: false,
        from: '2026-01-14',
        to: '2026-01-15',
        null_files: 1,
        missing_files: 1,
      },
    ]);
    assert.deepEqual(table.skipped, [
      { reason: 'hidden', count: 1, examples: ['lake/t/_SUCCESS'] },
      { reason: 'empty', count: 1, examples: ['lake/t/empty.parquet'] },
      { reason: 'checksum', count: 1, examples: ['lake/t/x/.part.crc'] },
    ]);
  });

  test('names how the files’ columns differ from the newest', async () => {
    const table = await tableWith({ 'a.parquet': other, 'b.parquet': file });
    assert.deepEqual(table.schema.columns, [
      { name: 'id', type: 'number' },
      { name: 'name', type: 'string' },
      { name: 'time', type: 'timestamp (UTC)' },
    ]);
    assert.deepEqual(table.schema.differences, [
      { key: 'lake/t/a.parquet', column: 'id', type: 'number', newest_type: 'integer' },
      { key: 'lake/t/a.parquet', column: 'name', type: null, newest_type: 'string' },
      { key: 'lake/t/a.parquet', column: 'time', type: 'timestamp (UTC)', newest_type: null },
    ]);
  });

  test('estimates the rows of many files from a few, one of each shape of folders among them', async () => {
    const paths = Array.from({ length: 30 }, (_, index) => [`day=${index}/a.parquet`, file] as const);
    const odd = { 'hour=1/day=1/a.parquet': other };
    const table = await tableWith({ ...Object.fromEntries(paths.slice(0, 15)), ...odd, ...Object.fromEntries(paths) });
    const { count, exact, files_looked_into: looked } = table.rows;
    assert.ok(!exact && looked === 8 && count !== null && count > 300 && count < 400, JSON.stringify(table.rows));
    assert.ok(table.schema.differences.some(({ key }) => key === 'lake/t/hour=1/day=1/a.parquet'));
  });

  test('names files that cannot be read, and continues', async () => {
    const table = await tableWith({ 'a.parquet': file, 'b.parquet': file.subarray(0, 100) });
    assert.deepEqual(
      table.unreadable.map(({ key }) => key),
      ['lake/t/b.parquet'],
    );
    assert.equal(table.rows.exact, false);
  });

  test('of text says how it is compressed, and takes rows for an estimate', async () => {
    const table = await tableWith(
      { 'a.csv': 'id,name\n1,a\n2,b\n', 'b.CSV.gz': 'id\n1\n' },
      { data_format: { format: 'csv' } },
    );
    assert.deepEqual(
      table.extensions.map(({ extension }) => extension),
      ['.csv', '.csv.gz'],
    );
    assert.deepEqual(table.compression, [{ codec: 'none', files: 2 }]); // By the bytes, not by the name.
    assert.equal(table.rows.exact, false);
  });

  test('is of what the options leave, and names them', async () => {
    const config = {
      start_date: '2026-01-15T12:01:00Z',
      file_pattern: '*.parquet',
      partition_filter: [
        { column: 'day', from: '2' },
        { column: 'none', from: '1' },
      ],
    };
    const table = await tableWith(
      { 'day=2/a.parquet': file, 'day=2/b.parquet': file, 'day=2/c.pq': file, 'day=1/d.parquet': file },
      config,
    );
    assert.equal(table.files, 1);
    assert.deepEqual(table.selection, {
      start_date: '2026-01-15T12:01:00.000Z',
      modified_before: null,
      file_pattern: '*.parquet',
      partition_filter: [
        { column: 'day', from: '2', to: null },
        { column: 'none', from: '1', to: null },
      ],
      latest_partition_only: false,
    });
    assert.deepEqual(
      table.skipped.map(({ reason, count }) => [reason, count]),
      [
        ['partition_filter', 1],
        ['before_start_date', 1],
        ['file_pattern', 1],
      ],
    );
    assert.deepEqual(
      table.near_misses.map(({ code }) => code),
      ['option_without_effect'],
    );
    const latest = await tableWith({ 'day=1/a.pq': file, 'day=2/a.pq': file }, { latest_partition_only: ['t'] });
    assert.deepEqual([latest.files, latest.partitions[0]?.from], [1, '2']);
    assert.equal(latest.selection.latest_partition_only, true);
  });
});

suite('inspect', () => {
  test('reports tables of other formats as problems and reads no file of theirs', async () => {
    await using server = await serverWith({ 'lake/t/_delta_log/0.json': '{}', 'lake/t/a.parquet': file });
    const { problem } = tableOf(await reportOf(server), 't');
    assert.equal(problem?.code, 'TABLE_FORMAT_UNSUPPORTED');
    assert.match(await inspectHere(server), /^ {2}t .* FAILS$/mu);
    assert.equal(server.counts.of('GetObject').requests, 0);
  });

  test('goes over all schema prefixes, or one, or the tables of a name', async () => {
    const keys = ['a/t/x.pq', 'a/u/x.pq', 'b/t/x.pq', 'c/t/x.pq'];
    await using server = await serverWith(Object.fromEntries(keys.map((key) => [key, file])));
    const config = { schema_prefixes: ['a', 'b'] };
    const tables = async (given: Readonly<Record<string, string>>): Promise<readonly string[]> => {
      const { schema_prefixes: prefixes } = await reportOf(server, config, given);
      return prefixes.flatMap(({ tables: below }) => below.map(({ prefix }) => prefix));
    };
    assert.deepEqual(await tables({}), ['a/t/', 'a/u/', 'b/t/']);
    assert.deepEqual(await tables({ table: 't' }), ['a/t/', 'b/t/']);
    assert.deepEqual(await tables({ 'schema-prefix': 'c' }), ['c/t/']);
    await assert.rejects(tables({ table: 'v' }), { message: 'No table is called "v". There are "t", "u", "t".' });
    await assert.rejects(tables({ 'schema-prefix': '/c' }), { code: 'USAGE_INVALID', message: /start with "\/"/u });
    await assert.rejects(tables({ 'schema-prefix': 'd' }), {
      code: 'CONFIG_INVALID',
      message: /There is no table below "d\/"/u,
    });
  });

  test('prints no line of more than a hundred columns and nothing that steers a terminal', async () => {
    const nasty = '\u001b[31m\u0007\u202e\u2028x';
    const keys = [
      `${'long name '.repeat(20)}/${'k'.repeat(400)}.pq`,
      `t${nasty}/k=${nasty}/${nasty}.csv`,
      `t${nasty}/k=${nasty}/${nasty}.pq`,
      `t${nasty}/${nasty}=1/a.pq`,
    ];
    await using server = await serverWith(Object.fromEntries(keys.map((key) => [`lake/${key}`, file])));
    const text = await inspectHere(server);
    for (const line of text.split('\n')) assert.ok(line.length <= 100, line);
    assert.doesNotMatch(text, /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });

  test('reports what it can list where it may not read, and fails where it may not list', async () => {
    await using server = await serverWith({ 'lake/t/day=1/a.parquet': file });
    server.inject({ operation: 'GetObject', kind: 'error', code: 'AccessDenied' });
    const table = tableOf(await reportOf(server), 't');
    assert.deepEqual([table.files, table.rows.count, table.partitions.length], [1, null, 1]);
    assert.match(table.unreadable[0]?.reason ?? '', /s3:GetObject/u);
    server.inject({ operation: 'ListObjectsV2', kind: 'error', code: 'AccessDenied' });
    await assert.rejects(inspectHere(server), { code: 'S3_ACCESS_DENIED' });
  });

  test('costs a request for a thousand keys and some for each table, however many files there are', async () => {
    await using server = await serverWith({});
    const entries = Array.from({ length: 20_000 }, (_, index) => ({
      key: `lake/t/day=${index % 28}/${index}.parquet`,
      size: 10,
      lastModified: timeOf(index % 50),
    }));
    server.seedListing(bucket, entries);
    const { files, rows, unreadable } = tableOf(await reportOf(server), 't');
    assert.deepEqual([files, rows.files_looked_into, unreadable.length], [20_000, 8, 8]);
    assert.equal(server.counts.of('ListObjectsV2').requests, 21);
    assert.ok(server.counts.of('GetObject').requests <= 8);
  });

  test('as a program writes the report alone on its standard output', async () => {
    await using server = await serverWith({ 'lake/t/a.parquet': file });
    const { stdout, exitCode } = await runOperatorVerb('inspect', configJson(server), ['--json', '--table', 't']);
    assert.equal(exitCode, 0);
    assert.equal((JSON.parse(stdout) as { version: number }).version, 1);
    const missing = await runOperatorVerb('inspect', configJson(server), ['--table', 'x']);
    assert.equal(missing.exitCode, 1);
    assert.equal(missing.stdout, '');
    assert.match(missing.stderr, /No table is called "x"\. There are "t"\. \(USAGE_INVALID\)/u);
  });
});

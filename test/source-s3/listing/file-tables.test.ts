// `tables_from: files`: each file directly below a schema prefix is a table. Which files count, their names, what is reported about
// the others, and that options and progress have the same meaning as for folders.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { foreignExtension, formatExtensions, namingOf, stemOf } from '../../../source-s3/src/layout/file-name.ts';
import { check } from '../../../source-s3/src/verbs/check.ts';
import { inspect } from '../../../source-s3/src/verbs/inspect/inspect.ts';
import type { InspectReport } from '../../../source-s3/src/verbs/inspect/report.ts';
import { bucket, discoverHere, readHere, serverWith, sourceConfig, timeOf, type Json } from '../support/source.ts';
import { idsOf } from '../support/text.ts';

const files = { tables_from: 'files', data_partitioning: { mode: 'not_partitioned' } };
const csv = { ...files, data_format: { format: 'csv' } };
const jsonl = { ...files, data_format: { format: 'jsonl' } };
const line = (id: number): string => `{"id":${id}}\n`;

async function found(keys: readonly string[], config: Json = csv) {
  await using server = await serverWith(Object.fromEntries(keys.map((key) => [key, 'id\n1\n'])));
  server.counts.reset();
  const { catalog, said } = await discoverHere(server, config);
  const streams = catalog.streams.map(({ namespace = '', name }) => `${namespace}|${name}`);
  return { streams, said, lists: server.counts.of('ListObjectsV2').requests };
}

suite('with tables_from files', () => {
  test('each data file directly below a schema prefix is a table, at the cost of one listing', async () => {
    const keys = [
      'lake/users.csv',
      'lake/orders.csv',
      'lake/deep/x.csv',
      'lake/_SUCCESS',
      'lake/a.json',
      'other/y.csv',
    ];
    const { streams, said, lists } = await found(keys);
    assert.deepEqual(streams, ['lake|orders', 'lake|users']);
    assert.equal(lists, 1);
    const skipped = said.find((text) => text.includes('Belongs to no table')) ?? assert.fail();
    assert.match(skipped, /^WARN .*1 hidden .*"lake\/_SUCCESS"/u);
    assert.match(skipped, /1 extension .*"lake\/a\.json"/u);
    assert.match(skipped, /1 folder \(.*, such as "lake\/deep\/"\)/u);
  });

  test('the root of the bucket and schema prefixes with wildcards hold such tables, too', async () => {
    const keys = ['top.csv', 'tenant=1/exports/a.csv', 'tenant=2/exports/a.csv', 'tenant=2/exports/b.csv'];
    const { streams } = await found(keys, { ...csv, schema_prefixes: ['', 'tenant=*/exports'] });
    assert.deepEqual(streams, ['|top', 'tenant=1/exports|a', 'tenant=2/exports|a', 'tenant=2/exports|b']);
  });

  test('file_pattern chooses files, also those whose extension is not known', async () => {
    const keys = ['lake/a.csv', 'lake/b.csv', 'lake/c.export', 'lake/d.log.gz'];
    assert.deepEqual((await found(keys, { ...csv, file_pattern: '[bx].*' })).streams, ['lake|b']);
    assert.deepEqual((await found(keys, { ...csv, file_pattern: '{a.csv,*.export}' })).streams, [
      'lake|a',
      'lake|c.export',
    ]);
  });

  test('two files of one name are refused, both by name, and the others are read', async () => {
    await using server = await serverWith({
      'lake/users.csv': 'id\n1\n',
      'lake/users.tsv': 'id\n2\n',
      'lake/orders.csv.gz': 'id\n3\n',
    });
    const { catalog, said } = await discoverHere(server, csv);
    assert.deepEqual(
      catalog.streams.map(({ name }) => name),
      ['orders'],
    );
    const warning = said.find((text) => text.includes('users')) ?? assert.fail();
    assert.match(
      warning,
      /^WARN The files "lake\/users\.csv" and "lake\/users\.tsv" would both become the stream "lake\.users"/u,
    );
    assert.match(warning, /put them in a folder/u);
    const asked = { streams: [{ ...catalog.streams[0], name: 'users', namespace: 'lake' }] };
    const configured = asked.streams.map((stream) => ({
      stream,
      sync_mode: 'full_refresh',
      destination_sync_mode: 'append',
    }));
    const { failures } = await readHere(server, { config: csv, catalog: { streams: configured } });
    assert.match(failures[0]?.message ?? '', /would both become the stream/u);
  });

  test('a replaced file is read again, whole, by an incremental sync, and an old one is not', async () => {
    await using server = await serverWith({ 'lake/a.json': line(1), 'lake/b.json': line(2) });
    const first = await readHere(server, { config: jsonl });
    assert.deepEqual(idsOf(first.messages), [1, 2]);
    const state = first.messages.flatMap((message) => (message.type === 'STATE' ? [message['state']] : []));
    server.seed(bucket, 'lake/b.json', line(3) + line(4), { lastModified: timeOf(60) });
    server.seed(bucket, 'lake/b.json.bak', line(5), { lastModified: timeOf(60) });
    const second = await readHere(server, { config: jsonl, state: state.slice(-2) });
    assert.deepEqual(idsOf(second.messages), [3, 4]);
  });

  test('shards divide the files, and each is read by one of them', async () => {
    await using server = await serverWith(
      Object.fromEntries(Array.from({ length: 20 }, (_, id) => [`lake/t${id}.json`, line(id)])),
    );
    const parts = await Promise.all(
      [0, 1, 2].map(async (index) =>
        idsOf((await readHere(server, { config: { ...jsonl, shard: { index, count: 3 } } })).messages),
      ),
    );
    assert.ok(parts.every(({ length }) => length > 0 && length < 20));
    assert.deepEqual(
      parts.flat().toSorted((a, b) => a - b),
      Array.from({ length: 20 }, (_, id) => id),
    );
  });

  test('start_date and zero bytes leave a file unread, with its reason', async () => {
    await using server = await serverWith({ 'lake/old.json': line(1), 'lake/new.json': line(2), 'lake/none.json': '' });
    const { catalog, said } = await discoverHere(server, { ...jsonl, start_date: timeOf(1).toISOString() });
    assert.deepEqual(
      catalog.streams.map(({ name }) => name),
      ['new'],
    );
    assert.ok(
      said.some((text) => /^WARN "lake\/old\.json" holds no data .*before_start_date/u.test(text)),
      said.join('\n'),
    );
    assert.ok(
      said.some((text) => /^WARN "lake\/none\.json" holds no data .*empty/u.test(text)),
      said.join('\n'),
    );
  });

  test('a table format is refused as below any schema prefix', async () => {
    await using server = await serverWith({ 'lake/a.json': line(1), 'lake/_delta_log/0.json': '{}' });
    await assert.rejects(discoverHere(server, jsonl), { code: 'TABLE_FORMAT_UNSUPPORTED' });
  });

  test('options for folders are a mistake in the config', () => {
    for (const more of [{ partition_filter: [{ column: 'day', from: '1' }] }, { latest_partition_only: ['t'] }]) {
      const config = { tables_from: 'files', ...more };
      assert.throws(() => sourceConfig({ endpoint: 'http://127.0.0.1:1' }, config), {
        code: 'CONFIG_INVALID',
        message: /tables_from "files"/u,
      });
    }
  });

  test('where no file is a table, the answer says what is there and what to set', async () => {
    for (const [keys, message] of [
      [['lake/t/a.csv'], /1 folder .*"lake\/t\/".*tables_from.*"folders"/u],
      [['lake/a.json'], /1 file named "\.json".*data_format\.format to "jsonl"/u],
      [['x/a.csv'], /At the root of the bucket there are "x\/"/u],
    ] as const) {
      await using server = await serverWith(Object.fromEntries(keys.map((key) => [key, '1'])));
      await assert.rejects(discoverHere(server, csv), { code: 'CONFIG_INVALID', message });
      await assert.rejects(check(sourceConfig(server, csv), quiet()), { code: 'CONFIG_INVALID', message });
    }
  });

  test('check reads a byte of a file that is a table', async () => {
    await using server = await serverWith({ 'lake/a.csv': 'id\n1\n', 'lake/a/b.csv': 'id\n' });
    server.counts.reset();
    await check(sourceConfig(server, csv), quiet());
    assert.equal(server.counts.of('GetObject').requests, 1);
  });

  test('inspect shows each file as a table by its key', async () => {
    await using server = await serverWith({ 'lake/a.csv': 'id\n1\n', 'lake/b=1.csv': 'id\n1\n' });
    const [report] = await Array.fromAsync(inspect(sourceConfig(server, csv), { json: true }, quiet()));
    const { schema_prefixes: prefixes } = (report as { readonly json: InspectReport }).json;
    assert.deepEqual(
      prefixes.flatMap(({ tables, near_misses: misses }) => [
        ...tables.map(({ name, prefix, files: count }) => [name, prefix, count]),
        ...misses,
      ]),
      [
        ['a', 'lake/a.csv', 1],
        ['b=1', 'lake/b=1.csv', 1],
      ],
    );
  });
});

test('without it, the answer for a file directly below a schema prefix is that it could be a table', async () => {
  await using server = await serverWith({ 'lake/users.csv': 'id\n1\n' });
  await assert.rejects(discoverHere(server, { data_format: { format: 'csv' } }), {
    message: /set tables_from to "files"/u,
  });
});

suite('the name of a table that is a file', () => {
  for (const [name, stem] of [
    ['users.csv', 'users'],
    ['users.CSV.GZ', 'users'],
    ['users.csv000', 'users'],
    ['users.csv.0001.zst', 'users'],
    ['users.v1.parquet', 'users.v1'],
    ['users.gz', 'users'],
    ['users', 'users'],
    ['users.2024', 'users.2024'],
    ['users.2024.gz', 'users.2024'],
    ['users.export', 'users.export'],
    ['users.csv.parquet', 'users.csv'],
    ['df.parquet.gzip', 'df'],
    ['part-00000.c000.snappy.parquet', 'part-00000.c000.snappy'],
    ['sales.br.csv', 'sales.br'],
    ['日本.csv', '日本'],
  ] as const) {
    test(`of "${name}" is "${stem}"`, () => assert.equal(stemOf(name), stem));
  }

  test('is a part of the file name, never empty, and without the extension of any format that reads it', () => {
    const part = fc.constantFrom(
      'a',
      'b c',
      '2024',
      'gz',
      'zst',
      'csv',
      'json',
      'csv00',
      'c000',
      'export',
      'parquet',
      'é',
    );
    const formats = Object.keys(formatExtensions) as (keyof typeof formatExtensions)[];
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const name = parts.join('.');
        const stem = stemOf(name);
        assert.ok(stem !== '' && name.startsWith(stem));
        assert.ok(stem === name || name[stem.length] === '.');
        for (const format of formats) {
          const suffixed = `${name}.${formatExtensions[format][0]}`;
          assert.equal(foreignExtension(suffixed, namingOf(format)), undefined);
          assert.equal(stemOf(suffixed), name);
          assert.equal(stemOf(`${suffixed}.gz`), name);
        }
      }),
      { numRuns: 2000, seed: 16 },
    );
  });
});

function quiet() {
  return { log: () => undefined, signal: new AbortController().signal, fail: () => undefined };
}

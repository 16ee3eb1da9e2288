// Finding tables: the cost, the tables, and the answer if there are none.
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';

import { silentLog } from '@s3-connectors/common/protocol/log.ts';

import { openResources } from '../../../source-s3/src/verbs/verb-resources.ts';
import { findTables } from '../../../source-s3/src/listing/tables.ts';
import { parquet } from '../../support/parquet.ts';
import { bucket, catalogJson, discoverHere, readHere, serverWith, sourceConfig } from '../support/source.ts';

let file: Buffer;
before(async () => {
  file = await parquet('SELECT 1 AS id');
});

suite('the cost of discovery', () => {
  test('is a request for a thousand tables, whatever they hold', async () => {
    await using server = await serverWith({});
    const entries = Array.from({ length: 10_000 }, (_, index) => ({
      key: `lake/t${String(index >> 1).padStart(4, '0')}/${index}.parquet`,
      size: 10,
      lastModified: new Date(0),
    }));
    server.seedListing(bucket, entries);
    const config = sourceConfig(server);
    await using session = await openResources(config, { log: silentLog });
    const { byStream } = await findTables(session.s3, config, new AbortController().signal);
    assert.equal(byStream.size, 5000);
    assert.deepEqual([...byStream.values()][4999], {
      stream: { name: 't4999', namespace: 'lake' },
      prefix: 'lake/t4999/',
    });
    assert.equal(server.counts.total.requests, 5);
  });

  test('is two requests for each small table, a few tables at a time', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `lake/t${index}/a.parquet`);
    await using server = await serverWith(Object.fromEntries(names.map((name) => [name, file])));
    const { catalog } = await discoverHere(server);
    assert.equal(catalog.streams.length, 40);
    assert.equal(server.counts.of('ListObjectsV2').requests, 41);
    assert.equal(server.counts.of('GetObject').requests, 40);
    assert.ok(server.counts.maxConcurrent <= 8);
  });
});

test('tables of equal names below several prefixes are streams of different namespaces, byte-equal each time', async () => {
  const keys = ['a/x y/1.parquet', 'b/c/x y/1.parquet', 'a/é%2F+.v1/1.parquet', 'b/c/日本/1.parquet'];
  await using server = await serverWith(Object.fromEntries(keys.map((key) => [key, file])));
  const config = { schema_prefixes: ['b/c', 'a'] };
  const [one, two] = [await discoverHere(server, config), await discoverHere(server, config)];
  assert.deepEqual(
    one.catalog.streams.map(({ namespace, name }) => `${namespace}|${name}`),
    ['b/c|x y', 'b/c|日本', 'a|x y', 'a|é%2F+.v1'],
  );
  assert.equal(JSON.stringify(one.catalog), JSON.stringify(two.catalog));
  const { messages, failures } = await readHere(server, { config });
  assert.deepEqual(failures, []);
  assert.equal(messages.filter(({ type }) => type === 'RECORD').length, 4);
});

suite('where there is no table, the answer names', () => {
  const cases: readonly (readonly [name: string, keys: readonly string[], prefix: string, message: RegExp])[] = [
    [
      'the files without a folder',
      ['lake/a.parquet', 'lake/b.parquet', 'lake/_SUCCESS'],
      'lake',
      /2 keys are directly below it, in no folder, such as "lake\/a\.parquet"/u,
    ],
    [
      'the folders next to a mistyped path',
      ['x/lake/t/a.parquet', 'x/raw/t/a.parquet'],
      'x/lakes',
      /Below "x\/" there are "x\/lake\/", "x\/raw\/"\./u,
    ],
    [
      'the folders above a path that begins with the bucket',
      ['lake/t/a.parquet'],
      'customer-data/lake/x',
      /At the root of the bucket there are "lake\/"\./u,
    ],
    ['the folders at the root', ['lake/t/a.parquet'], 'lakes', /At the root of the bucket there are "lake\/"\./u],
    [
      'a folder without a name',
      ['lake//t/a.parquet'],
      'lake',
      /1 key is directly below it, in no folder, such as "lake\/\/"/u,
    ],
    ['an empty bucket', [], '', /The bucket has no folder at its root/u],
    [
      'a Delta table taken for a schema prefix',
      ['lake/t/_delta_log/0.json', 'lake/t/day=1/a.parquet'],
      'lake/t',
      /"lake\/t\/" is itself a table in Delta Lake format/u,
    ],
    [
      'an Iceberg table taken for a schema prefix',
      ['lake/t/metadata/v1.metadata.json', 'lake/t/data/a.parquet'],
      'lake/t',
      /"lake\/t\/" is itself a table in Iceberg format/u,
    ],
  ];
  for (const [name, keys, prefix, message] of cases) {
    test(name, async () => {
      await using server = await serverWith(Object.fromEntries(keys.map((key) => [key, file])));
      await assert.rejects(discoverHere(server, { schema_prefixes: [prefix] }), { message });
    });
  }
});

test('keys in no table’s folder are counted with an example, other tables are read', async () => {
  await using server = await serverWith({
    'lake/a.parquet': file,
    'lake/b.txt': 'x',
    'lake/t/a.parquet': file,
    'lake/_tmp/a.parquet': file,
  });
  const { catalog, said } = await discoverHere(server);
  assert.equal(catalog.streams.length, 1);
  assert.ok(
    said.some(
      (line) =>
        line.startsWith('WARN') &&
        line.includes('2 no_table') &&
        line.includes('such as "lake/a.parquet"') &&
        line.includes('1 hidden'),
    ),
  );
});

test('folders like partitions that are taken for tables are remarked once', async () => {
  await using server = await serverWith({ 'lake/t/day=1/a.parquet': file, 'lake/t/day=2/a.parquet': file });
  const { said } = await discoverHere(server, { schema_prefixes: ['lake/t'] });
  const remarks = said.filter((line) => line.includes('named like partitions'));
  assert.equal(remarks.length, 1);
  assert.match(remarks[0] ?? '', /2 folders .* If "lake\/t\/" is one table, give "lake\/" as the schema prefix/u);
});

test('a table in the folder of another is remarked once, since its rows are in both streams', async () => {
  await using server = await serverWith({ 'lake/t/x/y/a.parquet': file, 'lake/tx/b.parquet': file });
  const remarksOf = async (...prefixes: readonly string[]): Promise<readonly string[]> => {
    const { said } = await discoverHere(server, { schema_prefixes: prefixes });
    return said.filter((line) => line.includes('is in the folder of another table'));
  };
  const [remark, ...others] = await remarksOf('lake', 'lake/t', 'lake/t/x');
  assert.match(remark ?? '', /^WARN .*"lake\/t\/x\/" is in the folder of another table, "lake\/t\/"/u);
  assert.deepEqual(others, []);
  assert.deepEqual(await remarksOf('lake', 'lake/tx'), []);
  assert.deepEqual(await remarksOf('lake', 'lake'), []);
});

test('a table format at any depth of a table refuses it', async () => {
  await using server = await serverWith({
    'lake/db/t/_delta_log/0.json': '{}',
    'lake/db/t/a.parquet': file,
    'lake/ok/a.parquet': file,
  });
  const { catalog, said } = await discoverHere(server);
  assert.deepEqual(
    catalog.streams.map(({ name }) => name),
    ['ok'],
  );
  assert.ok(said.some((line) => line.includes('Delta Lake')));
});

test('two folders that would be one stream are refused, the others are read', async () => {
  await using server = await serverWith({
    'lake/type=t/a.parquet': file,
    'lake/t/a.parquet': file,
    'lake/u/a.parquet': file,
  });
  const { catalog, said } = await discoverHere(server);
  assert.deepEqual(
    catalog.streams.map(({ name }) => name),
    ['u'],
  );
  const asked = catalogJson({ t: { id: { type: 'integer' } }, u: { id: { type: 'integer' } } });
  const { messages, failures } = await readHere(server, { catalog: asked });
  const text =
    'The folders "lake/t/" and "lake/type=t/" would both become the stream "lake.t". Neither is read. Rename one, or list their schema prefixes in separate connections.';
  assert.ok(said.includes(`WARN ${text}`));
  assert.deepEqual(
    failures.map(({ message }) => message),
    [text],
  );
  assert.equal(messages.filter(({ type }) => type === 'RECORD').length, 1);
});

test('below a star, hidden folders and one without a name are no schema prefixes', async () => {
  const keys = ['raw/a/t/x.pq', 'raw/_staging/t/x.pq', 'raw/.trash/t/x.pq', 'raw//t/x.pq', 'raw/stray.pq'];
  await using server = await serverWith(Object.fromEntries(keys.map((key) => [key, file])));
  const { catalog, said } = await discoverHere(server, { schema_prefixes: ['raw/*'] });
  assert.deepEqual(
    catalog.streams.map(({ namespace, name }) => `${namespace}.${name}`),
    ['raw/a.t'],
  );
  assert.ok(said.some((line) => line.startsWith('WARN') && line.includes('2 hidden') && line.includes('2 no_table')));
});

test('schema prefixes that overlap give each table once for each, with its own namespace', async () => {
  await using server = await serverWith({ 'a/b/t/x.pq': file, 'a/t/x.pq': file });
  const { catalog } = await discoverHere(server, { schema_prefixes: ['a', 'a/b', 'a/*', 'a/b/'] });
  assert.deepEqual(
    catalog.streams.map(({ namespace, name }) => `${namespace}.${name}`),
    ['a.b', 'a.t', 'a/b.t'],
  );
});

for (const prefix of ['a b', 'a+b', 'a%20b', 'a=b/day=1', 'é/日本', 'a.b', '[a]{b}?', "it's", 'a/./b', ' a ']) {
  test(`a schema prefix may be ${JSON.stringify(prefix)}`, async () => {
    await using server = await serverWith({ [`${prefix}/t/x.pq`]: file, [`${prefix} x/u/x.pq`]: file });
    const config = { schema_prefixes: [prefix] };
    const { catalog } = await discoverHere(server, config);
    assert.deepEqual(
      catalog.streams.map(({ namespace, name }) => [namespace, name]),
      [[prefix, 't']],
    );
    const { messages, failures } = await readHere(server, { config });
    assert.deepEqual([messages.filter(({ type }) => type === 'RECORD').length, failures], [1, []]);
  });
}

const icebergOnly = ['00001-5a.metadata.json', 'v1.metadata.json', '00001-5a.gz.metadata.json', 'version-hint.text'];
for (const name of [...icebergOnly, 'v7.json']) {
  test(`a table with metadata/${name} is Iceberg’s, however deep`, async () => {
    await using server = await serverWith({
      'lake/t/db/data/a.parquet': file,
      [`lake/t/db/metadata/${name}`]: '{}',
    });
    await assert.rejects(discoverHere(server), { code: 'TABLE_FORMAT_UNSUPPORTED', message: /Iceberg/u });
  });
}

test('folders that are only called as those of table formats do not refuse a table', async () => {
  const keys = ['lake/metadata/a.parquet', 'lake/t/metadata/a.parquet', 'lake/t/delta_log/0.json', 'lake/t/hoodie/x'];
  await using server = await serverWith(Object.fromEntries(keys.map((key) => [key, file])));
  const { catalog } = await discoverHere(server);
  assert.deepEqual(
    catalog.streams.map(({ name }) => name),
    ['metadata', 't'],
  );
});

test('names of tables may be what names of JavaScript’s objects are', async () => {
  await using server = await serverWith({ 'lake/__proto__/a.parquet': file, 'lake/constructor/a.parquet': file });
  const { catalog } = await discoverHere(server);
  assert.deepEqual(
    catalog.streams.map(({ name }) => name),
    ['constructor'],
  ); // The other begins with an underscore.
});

// spec, check and discover as a platform calls them: as a program, over a real HTTP S3.
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';

import { parquet } from '../support/parquet.ts';
import { ofType, traceErrors } from '../support/models/protocol-schema.ts';
import { bucket, configJson, discoverHere, runSource, serverWith, type Json } from './support/source.ts';

let file: Buffer;
before(async () => {
  file = await parquet("SELECT i AS id, 'n' || i AS name FROM range(10) t(i)");
});

test('spec names the connector’s form', async () => {
  const { messages, exitCode, stderr } = await runSource('spec');
  assert.equal(exitCode, 0);
  assert.equal(stderr, '');
  const [{ spec } = assert.fail()] = ofType(messages, 'SPEC');
  assert.equal(spec.supportsIncremental, true);
});

/** The status's message, or ok. */
async function check(server: Parameters<typeof configJson>[0], more: Json = {}): Promise<string> {
  const { messages, exitCode } = await runSource('check', { config: configJson(server, more) });
  assert.equal(exitCode, 0);
  const [{ connectionStatus } = assert.fail()] = ofType(messages, 'CONNECTION_STATUS');
  return connectionStatus.status === 'FAILED' ? connectionStatus.message : 'ok';
}

suite('check', () => {
  test('succeeds where tables can be listed and read', async () => {
    await using server = await serverWith({ 'lake/t/a.parquet': file });
    assert.equal(await check(server), 'ok');
    assert.ok(server.counts.of('GetObject').bytesOut <= 1);
  });

  test('names what is wrong', async () => {
    await using server = await serverWith({ 'lake/t/a.parquet': file });
    assert.match(
      await check(server, { schema_prefixes: ['lakes'] }),
      /There is no table below "lakes\/".*schema_prefixes/u,
    );
    assert.match(await check(server, { bucket: 'missing-bucket' }), /bucket.*missing-bucket.*does not exist/iu);
    server.inject({ operation: 'GetObject', kind: 'error', code: 'AccessDenied' });
    assert.match(await check(server), /s3:GetObject/u);
    server.inject({ operation: 'ListObjectsV2', kind: 'error', code: 'AccessDenied' });
    assert.match(await check(server), /s3:ListBucket/u);
  });

  test('says that nothing listens at the endpoint', async () => {
    const server = await serverWith({});
    const { endpoint } = server;
    await server.close();
    const { messages, exitCode } = await runSource('check', { config: configJson({ endpoint }) });
    const [status] = ofType(messages, 'CONNECTION_STATUS');
    assert.ok(status?.connectionStatus.status === 'FAILED' && status.connectionStatus.message.includes(endpoint));
    assert.equal(exitCode, 0);
  });
});

suite('discover', () => {
  test('prints the same bytes each time', async () => {
    await using server = await serverWith({ 'lake/b/day=1/a.parquet': file, 'lake/a/x.parquet': file });
    const run = { config: configJson(server) };
    const [one, two] = [await runSource('discover', run), await runSource('discover', run)];
    assert.deepEqual([one.exitCode, two.exitCode], [0, 0]);
    const catalogs = [one, two].map(({ stdout }) => stdout.split('\n').filter((line) => line.includes('"CATALOG"')));
    assert.deepEqual(catalogs[0], catalogs[1]);
    const [{ catalog } = assert.fail()] = ofType(one.messages, 'CATALOG');
    assert.deepEqual(
      catalog.streams.map(({ name }) => name),
      ['a', 'b'],
    );
    assert.deepEqual(Object.keys(catalog.streams[1]?.json_schema.properties ?? {}), [
      'id',
      'name',
      'day',
      '_ab_source_file_url',
      '_ab_source_file_last_modified',
    ]);
    assert.deepEqual(catalog.streams[0]?.default_cursor_field, ['_ab_source_file_last_modified']);
    assert.equal(catalog.streams[0]?.is_resumable, true);
  });

  const keys = [
    'lake/t1/a.parquet',
    'lake/with space+%41/a.parquet',
    'lake/Zoë 日本/a.parquet',
    'lake/type=events/year=2026/a.parquet',
    'lake/a=b/a.parquet',
    'lake/_hidden/a.parquet',
    'lake/.hidden/a.parquet',
    'lake/not-a-table.parquet',
    'raw/one/t2/a.parquet',
    'raw/two/t2/a.parquet',
    'top/a.parquet',
  ];
  const layouts: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['one prefix', ['lake'], ['lake t1', 'lake with space+%41', 'lake Zoë 日本', 'lake events', 'lake a=b']],
    ['a prefix with a slash', ['raw/one/'], ['raw/one t2']],
    ['several prefixes', ['raw/two', 'raw/one'], ['raw/one t2', 'raw/two t2']],
    ['a star', ['raw/*'], ['raw/one t2', 'raw/two t2']],
    ['the root', [''], ['- lake', '- raw', '- top']],
    ['the same prefix twice', ['raw/one', 'raw/one/'], ['raw/one t2']],
  ];
  for (const [name, prefixes, expected] of layouts) {
    test(`finds the tables below ${name}`, async () => {
      await using server = await serverWith(Object.fromEntries(keys.map((key) => [key, file])));
      const { catalog } = await discoverHere(server, { schema_prefixes: prefixes });
      const found = catalog.streams.map((stream) => `${stream.namespace ?? '-'} ${stream.name}`);
      assert.deepEqual(found.toSorted(), expected.toSorted());
    });
  }

  test('leaves out a folder without data files, and says so', async () => {
    await using server = await serverWith({ 'lake/t/a.parquet': file, 'lake/empty/': '', 'lake/odd/x.csv': 'a,b' });
    const { catalog, said } = await discoverHere(server);
    assert.deepEqual(
      catalog.streams.map(({ name }) => name),
      ['t'],
    );
    for (const folder of ['lake/empty/', 'lake/odd/']) {
      assert.ok(
        said.some((line) => line.startsWith('WARN') && line.includes(`"${folder}" holds no data file`)),
        folder,
      );
    }
    assert.ok(said.some((line) => line.includes('1 extension') && line.includes('lake/odd/x.csv')));
    const remedy = said.filter((line) => line.includes('set data_format.format to "csv"'));
    assert.ok(
      remedy.length === 1 && remedy[0]?.includes('1 file named ".csv", such as "lake/odd/x.csv"'),
      remedy.join(),
    );
  });

  const formats: readonly (readonly [string, string])[] = [
    ['Delta Lake', '_delta_log/00000000000000000000.json'],
    ['Iceberg', 'metadata/v1.metadata.json'],
    ['Hudi', '.hoodie/hoodie.properties'],
  ];
  for (const [format, path] of formats) {
    test(`refuses a ${format} table by name and keeps the others`, async () => {
      await using server = await serverWith({
        'lake/plain/a.parquet': file,
        'lake/t/a.parquet': file,
        [`lake/t/${path}`]: '{}',
      });
      const { catalog, said } = await discoverHere(server);
      assert.deepEqual(
        catalog.streams.map(({ name }) => name),
        ['plain'],
      );
      assert.ok(said.some((line) => line.startsWith('WARN') && line.includes(format) && line.includes('lake/t/')));
    });
  }

  test('fails by name when no table can be read', async () => {
    await using server = await serverWith({ 'lake/t/_delta_log/0.json': '{}', 'lake/t/a.parquet': file });
    const { messages, exitCode } = await runSource('discover', { config: configJson(server) });
    assert.equal(exitCode, 1);
    const [{ message, failure_type, internal_message, stream_descriptor } = assert.fail()] = traceErrors(messages);
    assert.match(message, /Delta Lake/u);
    assert.equal(failure_type, 'config_error');
    assert.match(internal_message ?? '', /^TABLE_FORMAT_UNSUPPORTED/u);
    assert.deepEqual(stream_descriptor, { name: 't', namespace: 'lake' });
  });

  test('merges the columns of the newest and the oldest file', async () => {
    await using server = await serverWith({
      'lake/t/a.parquet': await parquet("SELECT 1::INT AS id, 1::INT AS n, 1 AS old, DATE '2026-01-15' AS d"),
      'lake/t/b.parquet': await parquet("SELECT 'x' AS fresh, 1.5::DOUBLE AS n, 1::BIGINT AS id, 'x' AS d"),
    });
    const { catalog } = await discoverHere(server);
    const properties = catalog.streams[0]?.json_schema['properties'] as Record<string, { type: string[] }>;
    const types = Object.fromEntries(Object.entries(properties).map(([name, { type }]) => [name, type[1]]));
    const { _ab_source_file_url: _, _ab_source_file_last_modified: __, ...own } = types;
    assert.deepEqual(own, { fresh: 'string', n: 'number', id: 'integer', d: 'string', old: 'integer' });
  });

  test('refuses two folders that would be one stream', async () => {
    await using server = await serverWith({ 'lake/type=t/a.parquet': file, 'lake/t/a.parquet': file });
    await assert.rejects(discoverHere(server), /would both become the stream "lake\.t"|would both become the stream/u);
  });

  test('lists a folder without reading its content', async () => {
    await using server = await serverWith({});
    const entries = Array.from({ length: 3000 }, (_, index) => ({
      key: `lake/t${index % 3}/${index}.csv`,
      size: 10,
      lastModified: new Date(0),
    }));
    server.seedListing(bucket, entries);
    await assert.rejects(discoverHere(server), { code: 'CONFIG_INVALID' });
    assert.equal(server.counts.of('GetObject').requests, 0);
  });
});

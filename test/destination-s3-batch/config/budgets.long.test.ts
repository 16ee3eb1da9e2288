// What one record, name or field may decide for all: nothing permanently.
import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import {
  maxEventTables,
  maxFieldNameBytes,
  maxRareFields,
  mostColumns,
} from '../../../destination-s3-batch/src/config/budgets.ts';
import { bucket, catalogJson, recordLine, type Json } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { jsonRows, queryParquet, runWrite, type Ran } from '../support/batch.ts';
import { eventJson, publishedStream } from '../support/published.ts';

const json = { output_format: 'json' };
const emittedAt = 1_768_487_400_000;

function warnings({ said }: Ran): string {
  return said.flatMap(([level, text]) => (level === 'WARN' ? [text] : [])).join('\n');
}

function keys(count: number, prefix = 'k', value: unknown = 1): Json {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, value]));
}

function event(event_name: string): string {
  return recordLine('events', eventJson({ event_name }), emittedAt);
}

function visit(row: Json): string {
  return recordLine('visits', row, emittedAt);
}

suite('event names', () => {
  const running = emptyServer();
  const catalog = catalogJson(publishedStream('events'));
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  test('of a thousand characters go into other_events with their name, at every run', async () => {
    const name = 'x'.repeat(1000);
    for (let run = 0; run < 2; run += 1) {
      const ran = await runWrite(server, [event('Pageview'), event(name), event('Pageview')], {
        catalog,
        config: json,
      });
      assert.deepEqual([ran.error, ran.failures], [undefined, []]);
      assert.match(warnings(ran), /"other_events".*The name of their own table would be longer/u);
      assert.doesNotMatch(warnings(ran), /xxxx/u);
      assert.equal(jsonRows(server, 'data/pageview_events/').length, 2);
      const [row = ''] = jsonRows(server, 'data/other_events/');
      assert.equal((parseJson(row) as Json)['event_name'], name);
    }
  });

  test(`beyond ${maxEventTables} go into other_events; those of earlier runs keep their tables`, async () => {
    await runWrite(server, [event('known')], { catalog, config: json });
    for (let index = 0; index < maxEventTables - 2; index += 1) {
      server.seed(bucket, `permutive/_schemas/t${index}_events.json`, Buffer.from('{}'));
    }
    const ran = await runWrite(server, [...['n0', 'n1', 'n2'].map(event), event('known')], { catalog, config: json });
    assert.deepEqual([ran.error, ran.failures], [undefined, []]);
    assert.match(warnings(ran), /There are 5000 tables of events already/u);
    const others = jsonRows(server, 'data/other_events/').map((row) => (parseJson(row) as Json)['event_name']);
    assert.deepEqual(others, ['n1', 'n2']);
    assert.equal(jsonRows(server, 'data/known_events/').length, 1); // The same row, under the same name.
    assert.equal(jsonRows(server, 'data/n0_events/').length, 1);
  });

  test('whose table is that of another stream go into other_events', async () => {
    const config = { output_format: 'parquet' };
    const input = [event('Taken'), event('Free'), recordLine('taken_events', { time: '2026-01-15', n: 1 })];
    const ran = await runWrite(server, input, {
      catalog: catalogJson(publishedStream('events'), 'taken_events'),
      config,
    });
    assert.deepEqual([ran.error, ran.failures], [undefined, []]);
    const others = await queryParquet(server, 'data/other_events/', 'SELECT event_name, user_id FROM files');
    assert.deepEqual(others, [{ event_name: 'Taken', user_id: 'u1' }]);
    assert.equal((await queryParquet(server, 'data/taken_events/', 'SELECT n FROM files')).length, 1);
  });

  test('without any table that they could go into are set aside', async () => {
    const streams = catalogJson(publishedStream('events'), 'taken_events', 'other_events');
    const ran = await runWrite(server, [event('Taken'), event('Other'), event('Free')], {
      catalog: streams,
      config: json,
    });
    assert.deepEqual([ran.error, ran.failures], [undefined, []]);
    const reasons = jsonRows(server, '_rejected/events/').map((line) => (parseJson(line) as Json)['reason']);
    assert.deepEqual(reasons, ['no_table', 'no_table']);
    assert.equal(jsonRows(server, 'data/free_events/').length, 1);
  });
});

suite('fields', () => {
  const running = emptyServer();
  const catalog = catalogJson('visits');
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  async function columnsOf(): Promise<Readonly<Record<string, string>>> {
    const rows = await queryParquet(server, 'data/visits/', 'DESCRIBE SELECT * FROM files');
    return Object.fromEntries(rows.map((row) => [String(row['column_name']), String(row['column_type'])]));
  }

  test('of one record do not use up those of a table: the others get theirs, then and later', async () => {
    const ran = await runWrite(server, [visit(keys(3000)), visit({ id: 1, url: 'a' })], { catalog });
    assert.equal(ran.error, undefined);
    assert.match(warnings(ran), /"visits" have more new fields/u);
    const columns = await columnsOf();
    assert.equal(Object.keys(columns).length, maxRareFields + 1);
    assert.equal(columns['__json'], 'VARCHAR');
    const many = Array.from({ length: 20 }, (_, id) => visit({ id, url: `b${id}` }));
    assert.equal((await runWrite(server, [visit(keys(3000, 'later')), ...many], { catalog })).error, undefined);
    assert.equal((await columnsOf())['url'], 'VARCHAR');
    const [found] = await queryParquet(server, 'data/visits/', 'SELECT count(url)::INTEGER AS n FROM files');
    assert.equal(found?.['n'], 20);
  });

  test('of a hundred hostile runs leave room for those that many rows have', async () => {
    for (let run = 0; run < 12; run += 1) {
      await runWrite(server, [visit(keys(250, `r${run}x`))], { catalog, config: json });
    }
    const good = Array.from({ length: 20 }, (_, id) => visit({ ...keys(100, 'good'), id }));
    await runWrite(server, good, { catalog, config: json });
    const rows = jsonRows(server, 'data/visits/').filter((row) => row.includes('"good0":1,'));
    assert.equal(rows.length, 20);
    assert.ok(rows.every((row) => !row.includes('__json')));
  });

  test('that come after hostile rows in one run get columns although those fill the room', async () => {
    const hostile = Array.from({ length: 60 }, (_, row) => visit(keys(200, `r${row}x`)));
    const good = Array.from({ length: 200 }, (_, id) => visit({ id, url: 'a' }));
    assert.equal((await runWrite(server, [...hostile, ...good], { catalog, config: json })).error, undefined);
    const stored = jsonRows(server, 'data/visits/').filter((row) => /^\{"id":\d+,"url":"a"\}$/u.test(row));
    assert.equal(stored.length, 200);
  });

  test('have the type that most rows give them, whichever came first', async () => {
    const good = { id: 1, big: '9223372036854775807', list: ['a'], map: { a: 1 }, Url: 'x' };
    const text = JSON.stringify(good).replace('"9223372036854775807"', '9223372036854775807');
    const hostile = '{"id":"x","big":0.5,"list":[1,1,1,1,1,1,1,1,1],"map":[[1]],"URL":[["x"]],"id":[],"id":{}}';
    const lines = Array.from({ length: 120 }, () => recordLine('visits', text, emittedAt));
    assert.equal((await runWrite(server, [recordLine('visits', hostile), ...lines], { catalog })).error, undefined);
    const { id, big, list, map, Url, URL } = await columnsOf();
    assert.deepEqual([id, big, list, Url, URL], ['BIGINT', 'BIGINT', 'VARCHAR[]', 'VARCHAR', undefined]);
    assert.match(String(map), /^STRUCT\(a BIGINT/u);
  });

  test('that only one of many rows has, or only as lists of lists, wait for more', async () => {
    const many = Array.from({ length: 120 }, (_, id) => visit({ id }));
    await runWrite(server, [...many, visit({ url: 5, path: [['x']] })], { catalog });
    await runWrite(server, [visit({ path: [['x']] })], { catalog });
    assert.deepEqual(Object.keys(await columnsOf()), ['id', '__json']);
    await runWrite(server, [visit({ url: 'a', path: 'b' })], { catalog });
    const columns = await columnsOf();
    assert.deepEqual([columns['url'], columns['path']], ['VARCHAR', 'VARCHAR']);
    const [row] = await queryParquet(
      server,
      'data/visits/',
      'SELECT list(__json)::VARCHAR AS kept FROM files WHERE __json IS NOT NULL',
    );
    assert.match(String(row?.['kept']), /"url":5,"path":\[\["x"\]\]/u);
  });

  test('with names as long as warehouses take are columns, longer ones are not', async () => {
    await runWrite(server, [visit({ ['a'.repeat(maxFieldNameBytes)]: 1, ['ü'.repeat(128)]: 2 })], { catalog });
    assert.deepEqual(Object.keys(await columnsOf()), ['a'.repeat(maxFieldNameBytes), '__json']);
  });

  test('of which none fits are kept together when there are no columns left for them', async () => {
    const config = { max_memory_mb: 256 };
    const fields = mostColumns(192 * 1024 * 1024) * 0.7;
    const good = Array.from({ length: 3 }, () => visit(keys(fields)));
    const hostile = visit(keys(fields, 'k', 'text'));
    const properties = Object.fromEntries(Object.keys(keys(fields)).map((key) => [key, { type: 'integer' }]));
    const declared = catalogJson({ name: 'visits', properties });
    const ran = await runWrite(server, [...good, hostile], { catalog: declared, config });
    assert.equal(ran.error, undefined);
    assert.ok(Object.keys(await columnsOf()).length <= mostColumns(192 * 1024 * 1024) + 1);
    const [row] = await queryParquet(
      server,
      'data/visits/',
      'SELECT count(k0)::INTEGER AS n, count(__json)::INTEGER AS rest FROM files',
    );
    assert.deepEqual(row, { n: 3, rest: 1 });
  });
});

suite('rows that the engine has no memory for', () => {
  const running = emptyServer();
  const catalog = catalogJson('visits');
  const config = { max_memory_mb: 256 };

  test('are set aside alone, by their size and by the number of their values', async () => {
    const server = running();
    const long = recordLine('visits', `{"id":1,"x":"${'x'.repeat(40 * 1024 * 1024)}"}`, emittedAt);
    const many = recordLine('visits', `{"id":2,"x":[${'1,'.repeat(1_000_000)}1]}`, emittedAt);
    const good = recordLine('visits', { id: 3 }, emittedAt);
    const { error } = await runWrite(server, [long, many, good], { catalog, config });
    assert.equal(error, undefined);
    const reasons = jsonRows(server, '_rejected/visits/').map((line) => line.slice(0, 40));
    assert.deepEqual(reasons, Array(2).fill('{"reason":"row_too_large","field":"data"'));
    assert.deepEqual(await queryParquet(server, 'data/visits/', 'SELECT id FROM files'), [{ id: '3' }]);
  });

  test('all at once are written, in as many files as it takes', async () => {
    const server = running();
    const rows = Array.from({ length: 6 }, (_, id) =>
      recordLine('visits', `{"id":${id},"x":"${'x'.repeat(20 * 1024 * 1024)}"}`, emittedAt),
    );
    const { error } = await runWrite(server, rows, { catalog, config });
    assert.equal(error, undefined);
    const [found] = await queryParquet(
      server,
      'data/visits/',
      'SELECT sum(id)::INTEGER AS ids, count(x)::INTEGER AS n FROM files',
    );
    assert.deepEqual(found, { ids: 15, n: 6 });
  });

  test('of a table with very many columns are written nevertheless', async () => {
    const server = running();
    const rows = Array.from({ length: 5000 }, (_, id) =>
      recordLine('visits', { id, [`k${id % 600}`]: `v${id}`, [`k${(id + 1) % 600}`]: 'v' }, emittedAt),
    );
    const { error } = await runWrite(server, rows, { catalog, config });
    assert.equal(error, undefined);
    const [found] = await queryParquet(
      server,
      'data/visits/',
      'SELECT count(*)::INTEGER AS n, count(k5)::INTEGER AS k5 FROM files',
    );
    assert.deepEqual(found, { n: 5000, k5: 18 });
  });
});

test('keys and cursors of any kind and size do not stop a stream set to append_dedup', async () => {
  const { startS3Server } = await import('../../../tools/s3-server/server.ts');
  const server = await startS3Server();
  server.createBucket(bucket);
  const stream = {
    name: 'visits',
    destination_sync_mode: 'append_dedup',
    primary_key: [['id'], ['o', 'x']],
    cursor_field: ['at'],
  };
  const kinds = [
    'null',
    '{}',
    '[]',
    '1e400',
    '"\\ud800"',
    `"${'k'.repeat(5_000_000)}"`,
    '9'.repeat(100_000),
    '{"a":[1]}',
  ];
  const rows = kinds.flatMap((id) => kinds.slice(0, 5).map((at) => `{"id":${id},"at":${at},"n":1}`));
  const lines = [...rows, '{}', '{"o":5}', '{"id":1,"at":1,"n":1}', '{"id":1,"at":2,"n":2}', ...rows];
  const input = lines.map((row) => recordLine('visits', row, emittedAt));
  const { error } = await runWrite(server, input, { catalog: catalogJson(stream), config: json });
  assert.equal(error, undefined);
  const stored = jsonRows(server, 'data/visits/');
  // One row for each key, all rows without a key, and the two empty ones.
  assert.equal(stored.length, kinds.length - 1 + 10 + 2 + 1);
  assert.equal(stored.filter((row) => row === '{"id":1,"n":2}' || row.includes('"n":2')).length, 1);
  await server.close();
});

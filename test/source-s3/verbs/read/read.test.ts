// read: what is printed in which order, and that a run can resume from every STATE.
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import { parquet } from '../../../support/parquet.ts';
import { ofType, traceErrors, type ProtocolMessage } from '../../../support/models/protocol-schema.ts';
import {
  catalogJson,
  configJson,
  readHere,
  runSource,
  serverWith,
  timeOf,
  bucket,
  type Json,
} from '../../support/source.ts';

const rowsPerFile = 5000;
const columns = { id: { type: 'integer' }, text: { type: 'string' } };
const catalog = catalogJson({ t: columns });
const objects: Record<string, Buffer> = {};
before(async () => {
  for (const file of [0, 1, 2]) {
    const sql = `SELECT i + ${file * rowsPerFile} AS id, repeat('x', 20) || i AS text, i AS unused FROM range(${rowsPerFile}) t(i)`;
    objects[`lake/t/day=0${file}/part.parquet`] = await parquet(sql, 'COMPRESSION zstd, ROW_GROUP_SIZE 2048');
  }
});

function ids(messages: readonly ProtocolMessage[]): readonly number[] {
  return ofType(messages, 'RECORD').map(({ record }) => Number(record.data['id']));
}

/** A word for each message, repeated ones once. */
function order(messages: readonly ProtocolMessage[]): readonly string[] {
  const words = messages.flatMap((message) => {
    if (message.type === 'LOG') return [];
    if (message.type !== 'TRACE') return [message.type];
    return [message.trace.type === 'STREAM_STATUS' ? message.trace.stream_status.status : message.trace.type];
  });
  return words.filter((word, index) => word !== words[index - 1]);
}

const all = Array.from({ length: 3 * rowsPerFile }, (_, index) => index);

suite('read', () => {
  test('prints statuses, an estimate, records and states in the order the protocol asks for', async () => {
    await using server = await serverWith(objects);
    const { messages, exitCode, stderr } = await runSource('read', { config: configJson(server), catalog });
    assert.equal(exitCode, 0);
    assert.equal(stderr, '');
    assert.deepEqual(ids(messages), all);
    const words = order(messages);
    assert.deepEqual(words.slice(0, 4), ['STARTED', 'ESTIMATE', 'RECORD', 'RUNNING']);
    assert.deepEqual(words.slice(-3), ['RECORD', 'STATE', 'COMPLETE']);
    const states = ofType(messages, 'STATE');
    assert.ok(states.length >= 9, `${states.length} states`); // One for each row group.
    let records = 0;
    let counted = 0;
    for (const message of messages) {
      if (message.type === 'RECORD') records++;
      if (message.type !== 'STATE') continue;
      counted += (message.state as { sourceStats: { recordCount: number } }).sourceStats.recordCount;
      assert.equal(counted, records);
    }
    assert.equal(counted, all.length);
    const estimate = ofType(messages, 'TRACE').flatMap(({ trace }) =>
      trace.type === 'ESTIMATE' ? [trace.estimate] : [],
    );
    const { row_estimate: rows = 0 } = estimate[0] ?? {};
    assert.ok(Math.abs(rows - all.length) < all.length / 5, `estimated ${rows}`);
  });

  test('resumes from every state it printed with exactly the records after it', async () => {
    await using server = await serverWith(objects);
    const { messages } = await readHere(server, { catalog });
    for (const [index, message] of messages.entries()) {
      if (message.type !== 'STATE') continue;
      const rest = await readHere(server, { catalog, state: [parseJson(JSON.stringify(message.state))] });
      assert.deepEqual(rest.failures, []);
      assert.deepEqual(ids(rest.messages), ids(messages.slice(index)));
      assert.equal(order(rest.messages).at(-2), 'STATE');
    }
  });

  test('resumes inside a row group', async () => {
    await using server = await serverWith(objects);
    const { etag = '', key = '' } = server.objects(bucket, 'lake/t/day=00')[0] ?? {};
    for (const [unit, rows, expected] of [
      [0, 0, 0],
      [0, 1, 1],
      [1, 2047, 4095],
      [1, 2048, 4096],
      [2, 903, 4999],
      [2, 904, 5000],
    ] as const) {
      const state = { version: 1, recent: '', settled: 0, unfinished: { key, etag, unit, rows } };
      const saved = [
        { stream: { stream_descriptor: { name: 't', namespace: 'lake' }, stream_state: state }, type: 'STREAM' },
      ];
      const { messages } = await readHere(server, { catalog, state: saved });
      assert.deepEqual(ids(messages), all.slice(expected));
    }
  });

  test('of a stream with nothing new prints one state and no record', async () => {
    await using server = await serverWith(objects);
    const { messages } = await readHere(server, { catalog });
    const state = ofType(messages, 'STATE').at(-1)?.state;
    const again = await runSource('read', { config: configJson(server), catalog, state: [state] });
    assert.deepEqual(order(again.messages), ['STARTED', 'STATE', 'COMPLETE']);
    assert.equal(again.exitCode, 0);
    server.seed(bucket, 'lake/t/late.parquet', objects['lake/t/day=02/part.parquet'] ?? '', {
      lastModified: timeOf(-60),
    });
    const late = await readHere(server, { catalog, state: [state] });
    assert.deepEqual(ids(late.messages), all.slice(2 * rowsPerFile));
  });

  test('takes a state as PyAirbyte keeps it, with explicit nulls', async () => {
    await using server = await serverWith(objects);
    const { messages } = await readHere(server, { catalog });
    const [message = assert.fail()] = ofType(messages, 'STATE').slice(1, 2);
    const index = messages.indexOf(message);
    const state = [{ ...message.state, global: null, data: null, sourceStats: null, destinationStats: null, id: 7 }];
    const rest = await runSource('read', { config: configJson(server), catalog, state });
    assert.equal(rest.exitCode, 0);
    assert.deepEqual(ids(rest.messages), ids(messages.slice(index)));
  });

  test('refuses a state of a newer version by name, and reads nothing', async () => {
    await using server = await serverWith(objects);
    const stream = { stream_descriptor: { name: 't', namespace: 'lake' }, stream_state: { version: 2, sharp: true } };
    const { messages, failures } = await readHere(server, { catalog, state: [{ type: 'STREAM', stream }] });
    assert.match(failures[0]?.message ?? '', /version 2.*Upgrade/u);
    assert.equal(failures[0]?.code, 'STATE_INVALID');
    assert.deepEqual(order(messages), ['STARTED', 'INCOMPLETE']);
  });

  test('fetches the bytes of the asked columns only', async () => {
    const sql =
      'SELECT i AS id, md5(i::VARCHAR) || md5((i + 7)::VARCHAR) || md5((i + 9)::VARCHAR) AS text FROM range(60000) t(i)';
    await using server = await serverWith({
      'lake/t/a.parquet': await parquet(sql, 'COMPRESSION zstd, ROW_GROUP_SIZE 30720'),
    });
    const size = server.object(bucket, 'lake/t/a.parquet')?.size ?? 0;
    const { messages } = await readHere(server, { catalog: catalogJson({ t: { id: { type: 'integer' } } }) });
    assert.equal(ids(messages).length, 60_000);
    const { bytesOut } = server.counts.of('GetObject');
    assert.ok(bytesOut < size / 2 && size > 1_000_000, `${bytesOut} of ${size} bytes`);
  });

  test('adds partition columns and where a row came from, and only what the catalog asks for', async () => {
    await using server = await serverWith(objects);
    const { messages } = await readHere(server, {
      catalog: catalogJson({
        t: {
          day: { type: 'string' },
          _ab_source_file_url: { type: 'string' },
          _ab_source_file_last_modified: { type: 'string', format: 'date-time' },
          absent: { type: 'integer' },
          id: { type: 'integer' },
        },
      }),
    });
    assert.deepEqual(ofType(messages, 'RECORD')[0]?.record.data, {
      day: '00',
      _ab_source_file_url: `s3://${bucket}/lake/t/day=00/part.parquet`,
      _ab_source_file_last_modified: '2026-01-15T12:00:00.000000Z',
      absent: null,
      id: 0,
    });
    const keys = Object.keys(ofType(messages, 'RECORD')[0]?.record.data ?? {});
    assert.deepEqual(keys, ['day', '_ab_source_file_url', '_ab_source_file_last_modified', 'absent', 'id']);
  });

  test('reads a file without rows, and a table whose files are all older than start_date', async () => {
    const body = await parquet("SELECT 1 AS id, 'x' AS text WHERE false");
    await using server = await serverWith({ 'lake/t/a.parquet': body });
    const { messages, failures } = await readHere(server, { catalog });
    assert.deepEqual(failures, []);
    assert.deepEqual(order(messages), ['STARTED', 'STATE', 'COMPLETE']);
    server.seed(bucket, 'lake/t/b.parquet', objects['lake/t/day=00/part.parquet'] ?? '', { lastModified: timeOf(0) });
    const later: Json = { start_date: '2026-01-15T12:00:01Z' };
    assert.deepEqual(ids((await readHere(server, { catalog, config: later })).messages), []);
    const then: Json = { start_date: '2026-01-15T12:00:00Z' };
    assert.equal(ids((await readHere(server, { catalog, config: then })).messages).length, rowsPerFile);
  });

  test('keys with quotes, stars, percent signs and letters of all scripts are read', async () => {
    const body = objects['lake/t/day=00/part.parquet'] ?? '';
    const keys = [
      "lake/t/it's.parquet",
      'lake/t/a*[b]?{c}.parquet',
      'lake/t/100%25 + "x".parquet',
      'lake/t/Zoë 日本.parquet',
    ];
    await using server = await serverWith(Object.fromEntries(keys.map((key) => [key, body])));
    const asked = catalogJson({ t: { id: { type: 'integer' }, _ab_source_file_url: { type: 'string' } } });
    const { messages, failures } = await readHere(server, { catalog: asked });
    assert.deepEqual(failures, []);
    const urls = new Set(ofType(messages, 'RECORD').map(({ record }) => record.data['_ab_source_file_url']));
    assert.deepEqual(
      [...urls],
      keys.map((key) => `s3://${bucket}/${key}`),
    );
  });

  test('names a stream of the catalog that the bucket does not have, and reads the others', async () => {
    await using server = await serverWith(objects);
    const asked = catalogJson({ gone: columns, t: columns });
    const { messages, exitCode } = await runSource('read', { config: configJson(server), catalog: asked });
    assert.equal(exitCode, 1);
    assert.equal(ids(messages).length, all.length);
    const [error = assert.fail()] = traceErrors(messages);
    assert.match(error.message, /"lake\.gone"|gone/u);
    assert.deepEqual(error.stream_descriptor, { name: 'gone', namespace: 'lake' });
    assert.equal(error.failure_type, 'config_error');
  });

  for (const [more, name] of [
    [{ name: 'ads of Q3' }, 'ads of Q3'],
    [{}, bucket],
  ] as const) {
    test(`says in its last log line whose requests it counts: "${name}"`, async () => {
      await using server = await serverWith({ 'lake/t/a.csv': 'id\n1\n' });
      const config = configJson(server, { data_format: { format: 'csv' }, ...more });
      const { messages } = await runSource('read', {
        config,
        catalog: catalogJson({ t: { id: { type: 'integer' } } }),
      });
      const texts = ofType(messages, 'LOG').map(({ log }) => log.message);
      assert.ok(texts.at(-1)?.startsWith(`Requests to S3 for "${name}": `), texts.join('\n'));
    });
  }
});

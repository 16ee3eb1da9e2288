// An S3 that throttles, cuts, and changes objects during the read: every row comes once, or the stream reports why not.
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';

import { parquet } from '../support/parquet.ts';
import { ofType, type ProtocolMessage } from '../support/models/protocol-schema.ts';
import { bucket, catalogJson, readHere, serverWith, timeOf } from './support/source.ts';

const catalog = catalogJson({ t: { id: { type: 'integer' }, text: { type: 'string' } } });
const key = 'lake/t/b.parquet';
let small: Buffer;
let large: Buffer;
let newer: Buffer;
before(async () => {
  // Larger than what is fetched with the footer, so that row groups need their own requests.
  const text = 'md5(i::VARCHAR) || md5((i + 7)::VARCHAR) || md5((i + 9)::VARCHAR) || md5((i + 3)::VARCHAR)';
  small = await parquet("SELECT i AS id, 'x' AS text FROM range(100000, 100010) t(i)");
  large = await parquet(
    `SELECT i AS id, ${text} AS text FROM range(20000) t(i)`,
    'COMPRESSION zstd, ROW_GROUP_SIZE 4096',
  );
  newer = await parquet("SELECT i AS id, 'new' AS text FROM range(500000, 500020) t(i)");
});

function ids(messages: readonly ProtocolMessage[]): readonly number[] {
  return ofType(messages, 'RECORD').map(({ record }) => Number(record.data['id']));
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

function statuses(messages: readonly ProtocolMessage[]): readonly string[] {
  return ofType(messages, 'TRACE').flatMap(({ trace }) =>
    trace.type === 'STREAM_STATUS' ? [trace.stream_status.status] : [],
  );
}

suite('an object that is replaced while it is read', () => {
  for (const skip of [0, 1, 2]) {
    test(`at its read number ${skip + 1} is read once more, whole, with a WARN`, async () => {
      await using server = await serverWith({ 'lake/t/a.parquet': small, [key]: large, 'lake/t/c.parquet': small });
      server.inject({
        operation: 'GetObject',
        prefix: key,
        skip,
        kind: 'replace',
        body: newer,
        lastModified: timeOf(30),
      });
      const { messages, said, failures } = await readHere(server, { catalog });
      assert.deepEqual(failures, []);
      const found = ids(messages);
      const old = found.filter((id) => id < 20_000);
      assert.ok(old.length < 20_000);
      assert.deepEqual(old, range(0, old.length));
      assert.deepEqual(found.slice(-20), range(500_000, 500_020));
      assert.equal(found.length, old.length + 40);
      const warning = said.find((line) => line.startsWith('WARN') && line.includes('replaced while it was read')) ?? '';
      assert.ok(warning.includes(`"${key}"`) && warning.includes(`${old.length} rows`), warning);
      const again = await readHere(server, { catalog, state: [ofType(messages, 'STATE').at(-1)?.state] });
      assert.deepEqual(ids(again.messages), []);
      assert.deepEqual(statuses(messages), ['STARTED', 'RUNNING', 'COMPLETE']);
    });
  }

  test('twice fails its stream, and the next run reads the last version', async () => {
    await using server = await serverWith({ 'lake/t/a.parquet': small, [key]: large });
    const fault = { operation: 'GetObject', prefix: key, kind: 'replace', lastModified: timeOf(30) } as const;
    server.inject({ ...fault, body: `${newer.toString('latin1')}x` });
    server.inject({ ...fault, body: newer });
    const { messages, failures } = await readHere(server, { catalog });
    assert.equal(failures[0]?.code, 'S3_OBJECT_CHANGED');
    assert.equal(failures[0].failureType, 'transient_error');
    assert.match(failures[0].message, /"lake\/t\/b\.parquet" was replaced twice/u);
    assert.equal(statuses(messages).at(-1), 'INCOMPLETE');
    assert.notEqual(ofType(messages, 'RECORD').length, 0);
    const state = ofType(messages, 'STATE').map((message) => message.state);
    const again = await readHere(server, { catalog, state });
    assert.deepEqual(ids(again.messages).slice(-20), range(500_000, 500_020));
  });
});

test('an object that is deleted while it is read is left, with a WARN', async () => {
  await using server = await serverWith({ 'lake/t/a.parquet': small, [key]: large, 'lake/t/c.parquet': small });
  let reads = 0;
  server.setHooks({
    onRequest: (call) => {
      if (call.operation === 'GetObject' && call.key === key && ++reads === 2) server.remove(bucket, key);
    },
  });
  const { messages, said, failures } = await readHere(server, { catalog });
  assert.deepEqual(failures, []);
  assert.ok(said.some((line) => line.startsWith('WARN') && line.includes(`"${key}" was deleted`)));
  assert.deepEqual(
    ids(messages).filter((id) => id >= 100_000),
    [...range(100_000, 100_010), ...range(100_000, 100_010)],
  );
  assert.equal(statuses(messages).at(-1), 'COMPLETE');
});

function objects(): Record<string, Buffer> {
  return Object.fromEntries([0, 1, 2].map((index) => [`lake/t/${index}.parquet`, large]));
}

suite('every row comes exactly once', () => {
  const expected = [0, 1, 2].flatMap(() => range(0, 20_000));

  test('though one request in twenty is refused', async () => {
    await using server = await serverWith(objects());
    const fault = server.inject({ kind: 'error', code: 'SlowDown', probability: 0.05, times: Infinity });
    const { messages, failures } = await readHere(server, { catalog });
    assert.deepEqual(failures, []);
    assert.deepEqual(ids(messages), expected);
    assert.ok(fault.fired > 0);
  });

  test('though connections are cut in the middle of bodies, and before answers', async () => {
    await using server = await serverWith(objects());
    const cut = server.inject({ operation: 'GetObject', kind: 'cut_in_body', afterBytes: 100_000, every: 3, times: 6 });
    server.inject({ operation: 'GetObject', kind: 'cut_before_answer', every: 5, times: 2 });
    const { messages, failures } = await readHere(server, { catalog });
    assert.deepEqual(failures, []);
    assert.deepEqual(ids(messages), expected);
    assert.ok(cut.fired > 2);
  });
});

suite('every row comes exactly once though all bodies drip', () => {
  const lines = range(0, 6000).map((id) => ({ id, text: `${id * 7919} some text`.repeat(3) }));
  const csv = `id,text\n${lines.map(({ id, text }) => `${id},"${text}"\n`).join('')}`;
  const jsonl = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
  const cases: readonly (readonly [format: string, name: string, body: () => string | Buffer, count: number])[] = [
    ['parquet', 'a.parquet', () => large, 20_000],
    ['csv', 'a.csv', () => csv, 6000],
    ['csv', 'a.csv.gz', () => gzipSync(csv), 6000],
    ['jsonl', 'a.jsonl', () => jsonl, 6000],
    ['jsonl', 'a.jsonl.zst', () => zstdCompressSync(jsonl), 6000],
  ];
  for (const [format, name, body, count] of cases) {
    test(`of ${name}`, async () => {
      await using server = await serverWith({ [`lake/t/${name}`]: body() });
      // In slices that end anywhere, in the middle of records and of characters.
      const slow = server.inject({
        operation: 'GetObject',
        kind: 'slow_body',
        bytesPerSecond: 1_000_020,
        times: Infinity,
      });
      const config = { data_format: { format } };
      const { messages, failures } = await readHere(server, { catalog, config });
      assert.deepEqual(failures, []);
      assert.deepEqual(ids(messages), range(0, count));
      assert.ok(slow.fired > 0);
      assert.deepEqual(statuses(messages), ['STARTED', 'RUNNING', 'COMPLETE']);
    });
  }
});

test('a stream that fails late keeps its states, and none of them is its last message', async () => {
  await using server = await serverWith({
    'lake/t/a.parquet': large,
    'lake/t/z.parquet': Buffer.from('no parquet at all'),
  });
  const { messages, failures } = await readHere(server, { catalog });
  assert.equal(failures.length, 1);
  const kinds = messages.filter(({ type }) => type === 'RECORD' || type === 'STATE').map(({ type }) => type);
  assert.ok(kinds.length === 0 || kinds.at(-1) === 'RECORD');
  server.seed(bucket, 'lake/t/z.parquet', small, { lastModified: timeOf(50) });
  const state = ofType(messages, 'STATE').map((message) => message.state);
  const rest = await readHere(server, { catalog, state });
  const acknowledged = state.reduce(
    (sum, { sourceStats }) => sum + ((sourceStats as { recordCount: number } | undefined)?.recordCount ?? 0),
    0,
  );
  assert.deepEqual(ids(rest.messages), [...range(acknowledged, 20_000), ...range(100_000, 100_010)]);
});

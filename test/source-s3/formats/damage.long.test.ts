// Files that cannot be read: each fails its own stream, with the object's name and without our local paths.
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';

import { parquet } from '../../support/parquet.ts';
import { ofType, traceErrors } from '../../support/models/protocol-schema.ts';
import { catalogJson, configJson, discoverHere, readHere, runSource, serverWith } from '../support/source.ts';

const sql = "SELECT i AS id, 'name ' || hash(i) AS name FROM range(4000) t(i)";
let whole: Buffer;
let plain: Buffer;
let lists: Buffer;
before(async () => {
  whole = await parquet(sql, 'COMPRESSION zstd, ROW_GROUP_SIZE 2048');
  plain = await parquet(sql, 'COMPRESSION uncompressed, ROW_GROUP_SIZE 2048');
  lists = await parquet('SELECT i AS id, range(10) AS name FROM range(1000) t(i)');
});

const catalog = catalogJson({
  bad: { id: { type: 'integer' }, name: { type: 'string' } },
  fine: { id: { type: 'integer' } },
});

function changed(body: Buffer, at: number, bytes: Uint8Array | string): Buffer {
  const copy = Buffer.from(body);
  Buffer.from(bytes).copy(copy, at < 0 ? copy.length + at : at);
  return copy;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

const damages: readonly (readonly [string, () => Buffer, RegExp])[] = [
  ['is cut', () => whole.subarray(0, whole.length - 1000), /may have been cut/u],
  ['has lost its beginning', () => whole.subarray(whole.length / 2), /./u],
  ['is too short', () => Buffer.from('PAR1'), /too short \(4 bytes\)/u],
  ['is no Parquet', () => Buffer.from('id,name\n1,x\n'.repeat(100)), /does not end as a Parquet file/u],
  ['is encrypted', () => changed(whole, -4, 'PARE'), /footer is encrypted/u],
  ['has a footer longer than itself', () => changed(whole, -8, uint32(0x7fffffff)), /footer is damaged/u],
  ['has a footer cut short', () => changed(whole, -8, uint32(20)), /./u],
  ['has an invalid footer', () => changed(changed(whole, -20, Buffer.alloc(12, 0x0d)), -8, uint32(12)), /./u],
  ['has an empty footer', () => changed(whole, -8, uint32(0)), /./u],
  ['has zeros for a footer', () => changed(whole, -300, Buffer.alloc(290)), /./u],
  [
    'tells of fewer values than its pages hold',
    () => {
      // ColumnMetaData.num_values (field 5 after field 4): 10,000 in Thrift's compact form becomes 9,000.
      const at = lists.lastIndexOf(Buffer.from([0x16, 0xa0, 0x9c, 0x01]));
      return changed(lists, at, Buffer.from([0x16, 0xd0, 0x8c, 0x01]));
    },
    /pages of its column "name\.list\.element" hold 10000 values, and its footer says 9000/u,
  ],
  ['has damaged data pages', () => changed(whole, 4, Buffer.alloc(4000, 0xff)), /./u],
  [
    'has damaged pages in its second row group',
    () => changed(whole, whole.length / 2 + 4000, Buffer.alloc(2000, 0xff)),
    /./u,
  ],
];

suite('a file that', () => {
  for (const [name, damage, reason] of damages) {
    test(`${name} fails its stream alone`, async () => {
      await using server = await serverWith({ 'lake/bad/x=1/a.parquet': damage(), 'lake/fine/a.parquet': whole });
      const { messages, failures, lines } = await readHere(server, { catalog });
      const [failure = assert.fail('no failure')] = failures;
      assert.equal(failures.length, 1);
      assert.match(failure.message, /"lake\/bad\/x=1\/a\.parquet" cannot be read/u);
      assert.match(failure.message, reason);
      assert.equal(failure.code, 'FILE_UNREADABLE');
      assert.deepEqual(failure.stream, { name: 'bad', namespace: 'lake' });
      assert.ok(!/\/tmp|source-s3-|footer-\d|\.fifo/u.test(failure.message), failure.message);
      assert.ok(!/\p{Cc}/u.test(failure.message), JSON.stringify(failure.message));
      const statuses = ofType(messages, 'TRACE').flatMap(({ trace }) =>
        trace.type === 'STREAM_STATUS'
          ? [`${trace.stream_status.stream_descriptor.name} ${trace.stream_status.status}`]
          : [],
      );
      assert.deepEqual(
        statuses.filter((status) => !status.endsWith('RUNNING')),
        ['bad STARTED', 'bad INCOMPLETE', 'fine STARTED', 'fine COMPLETE'],
      );
      assert.equal(lines.filter((line) => line.includes('"stream":"fine"') && line.includes('"RECORD"')).length, 4000);
      const last = ofType(messages, 'STATE')
        .map(({ state }) => JSON.stringify(state))
        .at(-1);
      assert.ok(last?.includes('"fine"'));
    });
  }

  test('is damaged is named by the program, with exit code 1', async () => {
    await using server = await serverWith({
      'lake/bad/a.parquet': whole.subarray(0, 5000),
      'lake/fine/a.parquet': whole,
    });
    const { messages, exitCode, stderr } = await runSource('read', { config: configJson(server), catalog });
    assert.equal(exitCode, 1);
    assert.equal(stderr, '');
    const [error = assert.fail()] = traceErrors(messages);
    assert.equal(error.failure_type, 'config_error');
    assert.match(error.message, /lake\/bad\/a\.parquet/u);
    assert.equal(ofType(messages, 'RECORD').length, 4000);
  });

  test('is damaged leaves its table out of the catalog', async () => {
    await using server = await serverWith({
      'lake/bad/a.parquet': whole.subarray(0, 5000),
      'lake/fine/a.parquet': whole,
    });
    const { catalog: found, said } = await discoverHere(server);
    assert.deepEqual(
      found.streams.map(({ name }) => name),
      ['fine'],
    );
    assert.ok(said.some((line) => line.startsWith('WARN') && line.includes('lake/bad/a.parquet')));
  });
});

test('a byte changed anywhere never stops the other streams, hangs, or tells our paths', async () => {
  const bodies = Array.from({ length: 24 }, (_, index) => {
    const at = index < 16 ? plain.length - 12 - index * 23 : Math.floor((plain.length * (index - 15)) / 10);
    return changed(plain, at, Uint8Array.of((plain[at] ?? 0) ^ (1 << (index % 8))));
  });
  const objects = Object.fromEntries(bodies.map((body, index) => [`lake/bad${index}/a.parquet`, body]));
  await using server = await serverWith({ ...objects, 'lake/fine/a.parquet': plain });
  const streams = bodies.map(
    (_, index) => [`bad${index}`, { id: { type: 'integer' }, name: { type: 'string' } }] as const,
  );
  const all = catalogJson({ ...Object.fromEntries(streams), fine: { id: { type: 'integer' } } });
  const { lines, failures } = await readHere(server, { catalog: all });
  assert.equal(lines.filter((line) => line.startsWith('{"type":"RECORD","record":{"stream":"fine"')).length, 4000);
  for (const { message } of failures) {
    assert.match(message, /"lake\/bad\d+\/a\.parquet"/u);
    assert.ok(!/\/tmp|\n/u.test(message), message);
  }
});

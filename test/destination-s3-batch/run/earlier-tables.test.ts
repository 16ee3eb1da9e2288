// Which tables are emptied when a stream is replaced: those that the registry says are its, and that it can have.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Area } from '@s3-connectors/common/destination/replacing/manifests.ts';
import type { StreamDescriptor } from '@s3-connectors/common/protocol/errors.ts';
import { writeRegistry } from '../../../destination-s3-batch/src/columns/registry/registry.ts';
import { earlierTables, isSameStream } from '../../../destination-s3-batch/src/run/earlier-tables.ts';
import { planStreams, type Target } from '../../../destination-s3-batch/src/run/plan.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { connect, testBucket } from '../../support/s3-connection.ts';

const { strays } = planStreams({ prefix: 'out/', streams: [], splitEvents: true }, [], () => undefined);
const type = { kind: 'struct', fields: [], rest: false } as const;

function target(index: number, descriptor: StreamDescriptor, more: Partial<Target> = {}): Target {
  return { ...strays, index, descriptor, label: descriptor.name, table: descriptor.name, ...more };
}

function split(index: number, descriptor: StreamDescriptor, more: Partial<Target> = {}): Target {
  return target(index, descriptor, { conversion: 'split_events', ...more });
}

const leftAs = (table: string, label = 'events') =>
  `WARN The table "${table}" is left as it is: _schemas/ says that its rows are of "${label}", which has no such table now.`;

suite('the tables that an earlier run made of a stream', () => {
  const running = emptyServer();

  async function opened(registry: readonly (readonly [table: string, stream: StreamDescriptor])[] = []) {
    const server = running();
    const connection = connect(server.endpoint);
    const area: Area = { s3: connection.s3, prefix: 'out/', headers: { encryption: { mode: 'bucket_default' } } };
    for (const [table, stream] of registry) await writeRegistry(area, { table, stream, type, etag: undefined });
    server.counts.reset();
    const lines: string[] = [];
    const log = (level: string, message: string) => void lines.push(`${level} ${message}`);
    const signal = new AbortController().signal;
    const find = (of: Target, targets: readonly Target[] = [of]) => earlierTables(area, of, targets, { log, signal });
    return { server, find, lines, [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose]() };
  }

  const events = { name: 'events' };

  test('are its own alone unless it is split, whatever the registry says', async () => {
    await using it = await opened([
      ['pageview_events', events],
      ['users', events],
    ]);
    assert.deepEqual(await it.find(target(0, events)), ['events']);
    assert.deepEqual(await it.find(target(0, events, { table: 'clicks' })), ['clicks']);
    assert.deepEqual([it.server.counts.total.requests, it.lines], [0, []]);
  });

  test('are those of its name and namespace, never those of another stream', async () => {
    const ofShop = { name: 'events', namespace: 'shop' };
    await using it = await opened([
      ['click_events', ofShop],
      ['events', events],
      ['other_events', events],
      ['pageview_events', events],
      ['video_events', { name: 'videos' }],
      ['x_events', { name: 'events', namespace: '' }], // As good as none.
    ]);
    assert.deepEqual(await it.find(split(0, events)), ['events', 'other_events', 'pageview_events', 'x_events']);
    assert.deepEqual(await it.find(split(0, ofShop)), ['click_events']);
    assert.deepEqual(await it.find(split(0, { name: 'gone' })), []);
    assert.deepEqual(it.lines, []);
  });

  test('are only tables of events and that of its rejected rows: any other is left as it is, and is named', async () => {
    const forged = ['Pageview_events', 'customers', 'events/../customers', 'my-shop_events', 'payroll', 'ü_events'];
    await using it = await opened([...forged, '_events', 'click_events'].map((table) => [table, events] as const));
    assert.deepEqual(await it.find(split(0, events)), ['_events', 'click_events']);
    assert.deepEqual(it.lines.toSorted(), forged.map((table) => leftAs(table)).toSorted());
  });

  test('are none that another stream of the catalog writes to now', async () => {
    await using it = await opened([
      ['click_events', events],
      ['events', events],
      ['pageview_events', events],
    ]);
    const own = split(1, events, { label: 'shop.events' });
    const others = [
      target(0, { name: 'clicks' }, { table: 'click_events' }),
      own,
      split(2, { name: 'b' }, { table: 'events' }),
    ];
    assert.deepEqual(await it.find(own, others), ['pageview_events']);
    assert.deepEqual(it.lines, [leftAs('click_events', 'shop.events'), leftAs('events', 'shop.events')]);
  });

  test('are not looked for any further once a document of the registry is not of its table', async () => {
    await using it = await opened([['pageview_events', events]]);
    const copy = it.server.object(testBucket, 'out/_schemas/pageview_events.json')?.body ?? assert.fail('No registry.');
    it.server.seed(testBucket, 'out/_schemas/customers.json', copy);
    await assert.rejects(it.find(split(0, events)), { code: 'BUCKET_DOCUMENT_INVALID', message: /customers\.json/u });
  });
});

test('two streams are the same only with the same name and the same namespace', () => {
  const streams: readonly StreamDescriptor[] = [
    { name: 'a' },
    { name: 'b' },
    { name: 'a', namespace: 'n' },
    { name: 'a', namespace: 'm' },
    { name: 'n.a' },
    { name: 'n', namespace: 'a' },
  ];
  for (const [index, one] of streams.entries()) {
    for (const [other, two] of streams.entries()) {
      assert.equal(isSameStream(one, { ...two }), index === other, JSON.stringify([one, two]));
    }
  }
});

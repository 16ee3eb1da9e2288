// feed-kafka with a real broker: a group of three replicas, fed while replicas are killed with -9 and started again, by both protocols of
// groups; what it says when it may not connect, or when messages are gone.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { startCannedServer, testCertificate } from '../test/support/canned-server.ts';
import { assertMetricsOf } from '../test/support/otlp/expected.ts';
import { startReceiver } from '../test/support/otlp/receiver.ts';

import { startFeed } from './support/feed.ts';
import { follow, page } from './support/pages.ts';
import { kafkaUser, startKafka, type Kafka } from './support/kafka.ts';

const killings = 7;
const longerThanSessionMs = 8000;

function tokenWithoutSignature(): string {
  const now = Math.floor(Date.now() / 1000);
  const parts = [{ alg: 'none' }, { sub: 'feeder', iat: now, exp: now + 3600 }];
  return `${parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;
}

suite('feed-kafka', { concurrency: 4 }, () => {
  let kafka: Kafka;
  before(async () => {
    kafka = await startKafka();
  });
  after(() => kafka[Symbol.asyncDispose]());

  for (const protocol of ['classic', 'consumer'] as const) {
    test(`stores every message of a topic while replicas are killed, and never commits ahead of S3, by the protocol ${protocol}`, async (context) => {
      await using feed = await startFeed(kafka.plain, { group_protocol: protocol });
      const producing = feed.produce();
      for (const name of ['a', 'b', 'c']) feed.start(name);
      await feed.until('each replica has a partition', () =>
        feed.replicas.every((one) => one.log.includes('Assigned: t')),
      );
      for (let count = 0; count < killings; count += 1) {
        const name = ['a', 'b', 'c'][count % 3] ?? '';
        await sleep(1000 + 2000 * Math.random());
        await feed.kill(name, count === 3 ? 'SIGTERM' : 'SIGKILL');
        await sleep(1500 * Math.random());
        feed.start(name);
        await feed.assertNotAhead();
      }
      await feed.pause('b', longerThanSessionMs);
      await feed.assertNotAhead();
      producing.stop();
      const produced = await producing.ids;
      await feed.until('every message is stored', () => feed.missing(produced) === 0);
      await feed.assertNotAhead();
      for (const name of ['a', 'b']) await feed.kill(name, 'SIGTERM');
      // It repeats what those before it stored and did not commit, from the offsets they left.
      await feed.until('the last replica has committed all', async () => (await feed.uncommitted()).length === 0);
      await feed.kill('c', 'SIGTERM');
      await feed.assertNotAhead();
      assert.deepEqual(await feed.uncommitted(), []);
      assert.equal(feed.missing(produced), 0);
      const { rows, checks } = feed.counts();
      assert.ok(produced > 10_000 && checks > 20, `${produced} messages, ${checks} looks at the offsets`);
      context.diagnostic(
        `${protocol}: ${produced} messages, ${rows} rows, ${checks} looks at the offsets, ${killings} killings`,
      );
    });
  }

  const logins: readonly (readonly [what: string, listener: 'tls' | 'sasl', more: () => Promise<object>])[] = [
    ['TLS', 'tls', async () => ({ tls: { mode: 'on', ca: await readFile(testCertificate, 'utf8') } })],
    ...(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const).map((mechanism) => {
      return [mechanism, 'sasl', async () => ({ sasl: { mechanism, ...kafkaUser } })] as const;
    }),
  ];
  for (const [what, listener, more] of logins) {
    test(`feeds by ${what}`, async () => {
      await using feed = await startFeed(kafka[listener], { ...(await more()) }, kafka.plain);
      await feed.produceSome(100);
      feed.start('a');
      await feed.until('all is stored', () => feed.missing(100) === 0);
      assert.equal(await feed.kill('a', 'SIGTERM'), 143);
      assert.deepEqual(await feed.uncommitted(), []);
    });
  }

  test('feeds by OAUTHBEARER, with a token from an OAuth server', async () => {
    await using oauth = await startCannedServer((request, response) => {
      request.resume();
      response.end(JSON.stringify({ access_token: tokenWithoutSignature(), expires_in: 3600 }));
    });
    const client = { endpoint: `${oauth.endpoint}/token`, client_id: 'feeder', client_secret: 'oauth-canary' };
    await using feed = await startFeed(kafka.sasl, { sasl: { mechanism: 'OAUTHBEARER', ...client } }, kafka.plain);
    await feed.produceSome(100);
    feed.start('a');
    await feed.until('all is stored', () => feed.missing(100) === 0);
  });

  const refusals: readonly (readonly [what: string, listener: 'plain' | 'tls' | 'sasl', more: object, text: RegExp])[] =
    [
      [
        'a wrong password',
        'sasl',
        { sasl: { mechanism: 'PLAIN', username: 'feeder', password: 'wrong-canary' } },
        /KAFKA_CREDENTIALS_INVALID/u,
      ],
      [
        'a wrong password by SCRAM',
        'sasl',
        { sasl: { mechanism: 'SCRAM-SHA-256', username: 'feeder', password: 'wrong-canary' } },
        /refused the login.*KAFKA_CREDENTIALS_INVALID/u,
      ],
      [
        'a login where none is asked for',
        'plain',
        { sasl: { mechanism: 'PLAIN', ...kafkaUser } },
        /mechanism.*KAFKA_CREDENTIALS_INVALID/u,
      ],
      ['no login where one is asked for', 'sasl', {}, /kafka\.sasl.*KAFKA_UNREACHABLE/u],
      ['no TLS where it is spoken', 'tls', {}, /Set kafka\.tls to \{"mode": "on"\}.*KAFKA_UNREACHABLE/u],
      ['TLS where it is not spoken', 'plain', { tls: { mode: 'on' } }, /"off".*KAFKA_UNREACHABLE/u],
      ['a certificate that is not trusted', 'tls', { tls: { mode: 'on' } }, /kafka\.tls\.ca.*KAFKA_UNREACHABLE/u],
      [
        'a topic that does not exist',
        'plain',
        { topics: [{ topic: 'no-such-topic' }] },
        /"no-such-topic".*KAFKA_TOPIC_MISSING/u,
      ],
    ];
  for (const [what, listener, more, text] of refusals) {
    test(`ends with what to change after ${what}, and tells no secret`, async () => {
      await using feed = await startFeed(kafka[listener], more, kafka.plain);
      const replica = feed.start('a');
      assert.equal(await replica.exited, 1);
      assert.match(replica.log, text);
      assert.doesNotMatch(replica.log, /canary/u);
    });
  }

  test('reads messages compressed by any codec of Kafka', async () => {
    await using feed = await startFeed(kafka.plain, {});
    for (const compression of ['gzip', 'snappy', 'lz4', 'zstd'] as const) await feed.produceSome(50, { compression });
    feed.start('a');
    await feed.until('all is stored', () => feed.missing(200) === 0);
  });

  test('stores no message of transactions that were rolled back, and commits their offsets', async () => {
    await using feed = await startFeed(kafka.plain, {});
    for (let count = 0; count < 3; count += 1) {
      await feed.rollBack();
      await feed.produceSome(10);
    }
    await feed.rollBack();
    feed.start('a');
    await feed.until('every message is stored', () => feed.missing(30) === 0);
    await feed.until('all is committed', async () => (await feed.uncommitted()).length === 0);
    await feed.kill('a', 'SIGTERM');
    assert.equal(feed.counts().rows, 30);
  });

  test('holds back what S3 does not take, in little memory, and stays in the group meanwhile', async (context) => {
    await using feed = await startFeed(kafka.plain, {}, kafka.plain);
    feed.server.inject({ kind: 'error', code: 'SlowDown', operation: 'PutObject', times: Infinity });
    const filler = 'x'.repeat(2000);
    for (let count = 0; count < 60; count += 1) await feed.produceSome(1000, { filler: `${count}${filler}` });
    const replica = feed.start('a');
    await feed.until('it has read some', () => replica.log.includes('Assigned: t'));
    await sleep(longerThanSessionMs);
    const megabytes = await feed.memory('a');
    assert.ok(megabytes < 500, `${megabytes} MB`);
    feed.server.clearFaults();
    await feed.until('all is stored', () => feed.missing(60_000) === 0);
    assert.equal(replica.log.match(/Assigned: t/gu)?.length, 1, replica.log);
    context.diagnostic(`${megabytes} MB while 120 MB waited`);
  });

  test('sends its lag by topic and partition, and its rebalances, to a collector', async () => {
    await using collector = await startReceiver();
    await using feed = await startFeed(kafka.plain, {});
    const sum = (name: string): number | undefined => {
      const points = collector.received.at(-1)?.metrics.get(name)?.points;
      return points?.reduce((total, { value }) => total + value, 0);
    };
    feed.server.inject({ kind: 'error', code: 'SlowDown', operation: 'PutObject', times: Infinity });
    await feed.produceSome(600);
    feed.start('a', {}, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_METRIC_EXPORT_INTERVAL: '500' });
    await feed.until('all is read and nothing stored', () => {
      return (sum('s3_connectors.kafka.lag') ?? 0) >= 600 && sum('s3_connectors.kafka.unread') === 0;
    });
    assert.equal(sum('s3_connectors.read.records'), sum('s3_connectors.kafka.lag')); // The producer may repeat some.
    const { points = [] } = collector.received.at(-1)?.metrics.get('s3_connectors.kafka.lag') ?? {};
    const of = points.map(({ attributes }) => attributes['messaging.destination.partition.id']);
    assert.deepEqual(
      of.toSorted((a, b) => Number(a) - Number(b)),
      ['0', '1', '2', '3', '4', '5'],
    );
    assert.ok((collector.value('s3_connectors.oldest_state.age') ?? 0) > 0);
    assert.ok((collector.value('s3_connectors.s3.retries', { 'error.type': 'SlowDown' }) ?? 0) > 0);
    feed.server.clearFaults();
    await feed.until('nothing is behind', () => sum('s3_connectors.kafka.lag') === 0);
    assert.equal(await feed.kill('a', 'SIGTERM'), 143);
    assert.ok((sum('s3_connectors.kafka.rebalances') ?? 0) >= 1);
    assertMetricsOf('feed-kafka', new Map(collector.received.flatMap(({ metrics }) => [...metrics])));
    assert.equal(collector.received.at(-1)?.resource['service.name'], 'feed-kafka');
  });

  test('commits nothing and leaves the group when S3 refuses what it writes', async () => {
    await using feed = await startFeed(kafka.plain, {});
    feed.server.inject({ kind: 'error', code: 'AccessDenied', operation: 'PutObject', times: Infinity });
    await feed.produceSome(100);
    const refused = feed.start('a');
    assert.equal(await refused.exited, 1);
    assert.match(refused.log, /S3_ACCESS_DENIED/u);
    feed.server.clearFaults();
    feed.start('b');
    await feed.until('all is stored', () => feed.missing(100) === 0);
  });

  for (const protocol of ['classic', 'consumer'] as const) {
    test(`reads partitions that a topic gets while it runs, by the protocol ${protocol}`, async () => {
      await using feed = await startFeed(kafka.plain, { group_protocol: protocol });
      await feed.produceSome(100);
      for (const name of ['a', 'b']) feed.start(name);
      await feed.until('all is stored', () => feed.missing(100) === 0);
      await feed.until('both own some', () =>
        feed.replicas.every(({ log }) => /Assigned: t\S+ \d, \d, \d \(/u.test(log)),
      );
      await feed.addPartitions(8);
      await feed.until('the new partitions are assigned', () =>
        feed.replicas.some(({ log }) => /Assigned: .*\b7\b/u.test(log)),
      );
      await feed.produceSome(400);
      await feed.until('all is stored', () => feed.missing(500) === 0);
    });
  }

  test('does not pass over messages that were deleted before it read them, unless it is allowed to', async () => {
    await using feed = await startFeed(kafka.plain, {});
    await feed.produceSome(600);
    feed.start('a');
    await feed.until('all is stored', () => feed.missing(600) === 0);
    await feed.kill('a', 'SIGTERM');
    await feed.produceSome(600);
    await feed.deleteAll();
    const refused = feed.start('a');
    assert.equal(await refused.exited, 1);
    assert.match(
      refused.log,
      /\d+ messages of partition \d of the topic "t\S+" were deleted before they were read.*KAFKA_OFFSETS_LOST/u,
    );
    const allowed = feed.start('b', { lost_messages: 'skip' });
    await feed.until('a warning', () => /WARN: \d+ messages of partition/u.test(allowed.log));
    await feed.produceSome(60);
    await feed.until('the new messages are stored', () => feed.counts().rows >= 660);
  });
});

suite('the page docs/tutorial/streaming-from-kafka.md', () => {
  test('works step by step as it is written, with a broker that is there already', async () => {
    await using kafka = await startKafka();
    const docker = join(import.meta.dirname, 'kafka/docker.ts');
    const prelude = `docker() { BROKER=${kafka.plain} node ${docker} "$@"; }\n`;
    const { script } = await page('tutorial/streaming-from-kafka.md');
    const said = await follow({ script: script.replace('localhost:9092\n', `${kafka.plain}\n`) }, prelude);
    assert.match(said, /^1000\n/mu);
  });
});

suite('feed-kafka while the broker is away', () => {
  test('waits, keeps running and resumes, by both protocols', async () => {
    await using kafka = await startKafka();
    await using classic = await startFeed(kafka.plain, { group_protocol: 'classic' });
    await using consumer = await startFeed(kafka.plain, { group_protocol: 'consumer' });
    const feeds = [classic, consumer];
    for (const feed of feeds) {
      await feed.produceSome(1000);
      for (const name of ['a', 'b']) feed.start(name);
      await feed.until('all is stored', () => feed.missing(1000) === 0);
    }
    await kafka.restart(15_000);
    for (const feed of feeds) {
      await feed.produceSome(1000);
      await feed.until('all is stored', () => feed.missing(2000) === 0);
      await feed.assertNotAhead();
      for (const name of ['a', 'b']) assert.equal(await feed.kill(name, 'SIGTERM'), 143);
      assert.deepEqual(await feed.uncommitted(), []);
    }
  });
});

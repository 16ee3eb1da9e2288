// The streaming destination as a process with a collector that accepts its metrics, refuses them, or does not answer.
import assert from 'node:assert/strict';
import { copyFile, mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { buildOnce } from '../support/build-once.ts';
import { bucket, catalogJson, recordLine, stateLine } from '../support/destination-input.ts';
import { emptyServer } from '../support/empty-server.ts';
import { assertKnown, assertMetricsOf } from '../support/otlp/expected.ts';
import { startReceiver, type Receiver } from '../support/otlp/receiver.ts';
import { jsonFile } from '../support/json-files.ts';
import { runProgram, type Ended } from '../support/program.ts';
import { assertProtocolLines, ofType } from '../support/models/protocol-schema.ts';
import { startDestination } from './support/process.ts';
import { configJson } from './support/streaming.ts';

const target = join(import.meta.dirname, '../../destination-s3-streaming/src/target.ts');

const at = Date.now() - 3_600_000;
const row = recordLine('events', { time: at });
const unknown = recordLine('elsewhere', { time: at });
const catalog = catalogJson('events');
const headers = 'authorization=Bearer%20header-canary,x-tenant=tenant-canary';

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

function warnings({ stdout }: Ended): readonly string[] {
  const logs = ofType(assertProtocolLines(stdout), 'LOG').map(({ log }) => log);
  return logs
    .filter(({ level, message }) => level === 'WARN' && /metrics/iu.test(message))
    .map(({ message }) => message);
}

suite('the metrics of destination-s3-streaming', () => {
  const running = emptyServer();

  async function write(env: Readonly<Record<string, string>>, input = row + row + stateLine('events', { n: 2 })) {
    await using program = await startDestination('write', running(), { catalog, env });
    program.child.stdin.end(input);
    const ended = await program.ended();
    assert.equal(ended.stderr, '');
    assert.doesNotMatch(ended.stdout, /canary/u);
    return ended;
  }

  function assertCounts(collector: Receiver): void {
    const value: Receiver['value'] = (...asked) => collector.value(...asked);
    assert.equal(value('s3_connectors.read.records', { 's3_connectors.stream': 'events' }), 2);
    assert.equal(value('s3_connectors.read.states'), 1);
    assert.equal(value('s3_connectors.stored.files'), 2);
    assert.equal(value('s3_connectors.closed.files', { 's3_connectors.reason': 'end' }), 2);
    assert.equal(value('s3_connectors.s3.requests', { 's3_connectors.operation': 'PutObject' }), 2);
    assert.equal(value('s3_connectors.s3.put.duration'), 2);
    assert.equal(value('s3_connectors.row.arrival_to_visible.duration'), 2);
    assert.equal(value('s3_connectors.rejected.records', { 's3_connectors.reason': 'unknown_stream' }), 1);
    const stored = running()
      .objects(bucket)
      .reduce((sum, { body }) => sum + body.length, 0);
    assert.equal(value('s3_connectors.stored.io'), stored);
    assert.equal(value('s3_connectors.s3.io', { 'network.io.direction': 'transmit' }), stored);
  }

  for (const protocol of ['http/protobuf', 'http/json']) {
    test(`reach a collector by ${protocol} at the end of a run, with its headers, and with what the environment says of the resource`, async () => {
      await using collector = await startReceiver();
      const ended = await write(
        {
          OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.endpoint}/`,
          OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
          OTEL_EXPORTER_OTLP_HEADERS: headers,
          OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
          OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.instance.id=replica-1',
        },
        row + row + unknown + stateLine('events', { n: 2 }),
      );
      assert.equal(ended.exitCode, 0);
      assert.deepEqual(warnings(ended), []);
      assert.equal(collector.received.length, 1);
      assertCounts(collector);
      const [{ headers: sent, resource, metrics } = assert.fail()] = collector.received;
      assert.deepEqual([sent['authorization'], sent['x-tenant']], ['Bearer header-canary', 'tenant-canary']);
      assert.equal(sent['content-encoding'], 'gzip');
      const { 'service.name': name, 'service.version': version, 'service.instance.id': instance } = resource;
      assert.deepEqual([name, version, instance], ['destination-s3-streaming', '0.1.0', 'replica-1']);
      assert.equal(resource['deployment.environment.name'], 'test');
      assertKnown('destination-s3-streaming', metrics);
      for (const { name: metric, kind, temporality } of metrics.values()) {
        assert.equal(temporality, kind === 'gauge' ? undefined : 2, metric);
      }
    });
  }

  test('are sent in the interval that is asked for while a STATE is held, and say how old it is', async () => {
    await using collector = await startReceiver();
    const env = {
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${collector.endpoint}/v1/metrics`,
      OTEL_METRIC_EXPORT_INTERVAL: '100',
    };
    await using program = await startDestination('write', running(), { catalog, env });
    program.child.stdin.write(row + stateLine('events', { canary: 'state-canary' }));
    await until(() => collector.value('s3_connectors.held.states') === 1);
    const age = collector.value('s3_connectors.oldest_state.age') ?? -1;
    await until(() => (collector.value('s3_connectors.oldest_state.age') ?? -1) > age);
    assert.equal(collector.value('s3_connectors.open.files'), 1);
    assert.ok((collector.value('s3_connectors.buffer.usage') ?? 0) > 0);
    program.child.stdin.end();
    const { exitCode } = await program.ended();
    assert.equal(exitCode, 0);
    for (const ended of ['held.states', 'oldest_state.age', 'open.files', 'buffer.usage']) {
      assert.equal(collector.value(`s3_connectors.${ended}`), 0, ended);
    }
    const all = collector.received.flatMap(({ metrics }) => [...metrics]);
    assertMetricsOf('destination-s3-streaming', new Map(all));
    assert.doesNotMatch(JSON.stringify(all), /canary/u);
  });

  test('have only what is new since the last time, where that is asked for', async () => {
    await using collector = await startReceiver();
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_METRIC_EXPORT_INTERVAL: '100',
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
    };
    await using program = await startDestination('write', running(), {
      catalog,
      env,
      config: { max_file_age_seconds: 1 },
    });
    program.child.stdin.write(row);
    await until(() => running().objects(bucket).length > 0);
    program.child.stdin.end(row + row);
    await program.ended();
    const sumOf = (name: string): number => {
      const points = collector.received.flatMap(({ metrics }) => metrics.get(name)?.points ?? []);
      return points.reduce((sum, { value }) => sum + value, 0);
    };
    assert.equal(sumOf('s3_connectors.read.records'), 3);
    assert.equal(sumOf('s3_connectors.row.arrival_to_visible.duration'), 3);
    assert.equal(sumOf('s3_connectors.s3.put.duration'), 2);
    assert.ok(collector.received.length > 3);
  });

  test('count retries by the code of S3', async () => {
    await using collector = await startReceiver();
    running().inject({ kind: 'error', code: 'SlowDown', operation: 'PutObject', times: 2 });
    await write({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    assert.equal(collector.value('s3_connectors.s3.retries', { 'error.type': 'SlowDown' }), 2);
  });

  const echo = 'header-canary echo';
  const collectors = {
    refuses: (response, { authorization }) => response.writeHead(401, `No ${authorization}`).end(`${authorization}`),
    'is overloaded': (response) => response.writeHead(503).end(echo),
    'answers nonsense': (response) => response.end(echo),
    'never answers': () => undefined,
    'never ends its answer': (response) => response.writeHead(200).write('x'),
    'cuts the connection': (response) => response.destroy(),
  } satisfies Readonly<Record<string, Parameters<typeof startReceiver>[0]>>;

  suite('at a collector that', { concurrency: true }, () => {
    for (const [what, answer] of Object.entries(collectors)) {
      test(`${what} change nothing in a run but for one warning without a secret`, async () => {
        await using collector = await startReceiver(answer);
        const env = {
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
          OTEL_EXPORTER_OTLP_HEADERS: headers,
          OTEL_METRIC_EXPORT_INTERVAL: '50',
        };
        await using program = await startDestination('write', running(), { catalog, env });
        program.child.stdin.write(row);
        await until(() => collector.received.length > 0);
        program.child.stdin.end(row + stateLine('events', { n: 2 }));
        const ended = await program.ended();
        assert.deepEqual([ended.exitCode, ended.signal, ended.stderr], [0, null, '']);
        assert.doesNotMatch(ended.stdout, /canary/u);
        const messages = assertProtocolLines(ended.stdout);
        assert.equal(ofType(messages, 'STATE').length, 1);
        assert.equal(warnings(ended).length, what === 'answers nonsense' ? 0 : 1, warnings(ended).join('\n'));
      });
    }
  });

  test('change nothing in a run whose collector is not there', async () => {
    const collector = await startReceiver();
    await collector[Symbol.asyncDispose]();
    const ended = await write({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    assert.equal(ended.exitCode, 0);
    assert.equal(ofType(assertProtocolLines(ended.stdout), 'STATE').length, 1);
    const [warning = '', ...more] = warnings(ended);
    assert.match(warning, /^Metrics cannot be sent to 127\.0\.0\.1:\d+ \(.*\)\. The run continues without them\.$/u);
    assert.deepEqual(more, []);
  });

  test('are not sent by a program without the file next to it that sends them, which a warning says', async () => {
    const built = await buildOnce('destination-s3-streaming');
    const alone = join(dirname(built), 'alone');
    await mkdir(alone, { recursive: true });
    await copyFile(built, join(alone, basename(built)));
    const files = { config: configJson(running()), catalog };
    const args = await Promise.all(
      Object.entries(files).map(async ([name, json]) => [`--${name}`, await jsonFile(json)]),
    );
    const ended = await runProgram(join(alone, basename(built)), ['write', ...args.flat()], {
      input: row + stateLine('events', {}),
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' },
    });
    assert.deepEqual([ended.exitCode, ended.stderr], [0, '']);
    const [warning = '', ...more] = warnings(ended);
    assert.match(warning, /^Metrics cannot be sent to 127\.0\.0\.1:1 \((?:ERR_)?MODULE_NOT_FOUND\)\./u);
    assert.deepEqual(more, []);
    assert.equal(running().objects(bucket).length, 1);
  });

  test('are not sent by a setting that cannot be used, which a warning names', async () => {
    const ended = await write({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_HEADERS: headers,
    });
    assert.equal(ended.exitCode, 0);
    assert.match(warnings(ended).join('\n'), /^Metrics are not sent: OTEL_EXPORTER_OTLP_PROTOCOL must be/u);
  });

  test('of a run that SIGTERM stops are sent before it ends', async () => {
    await using collector = await startReceiver();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_METRIC_EXPORT_INTERVAL: '200' };
    await using program = await startDestination('write', running(), { catalog, env });
    program.child.stdin.write(row + stateLine('events', { n: 1 }));
    await until(() => collector.value('s3_connectors.held.states') === 1);
    program.child.kill('SIGTERM');
    assert.equal((await program.ended()).exitCode, 143);
    assert.equal(collector.value('s3_connectors.stored.files'), 1);
  });

  test('of the Singer target have all of its streams, each of which begins a run of its own', async () => {
    await using collector = await startReceiver();
    const lines = ['a', 'b', 'c'].flatMap((stream) => [
      { type: 'SCHEMA', stream, schema: { properties: { id: { type: 'integer' } } }, key_properties: ['id'] },
      { type: 'RECORD', stream, record: { id: 1 } },
      { type: 'STATE', value: { stream } },
    ]);
    const { exitCode, stderr } = await runProgram(target, ['--config', await jsonFile(configJson(running()))], {
      input: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint },
    });
    assert.equal(exitCode, 0, stderr);
    for (const stream of ['a', 'b', 'c']) {
      assert.equal(collector.value('s3_connectors.read.records', { 's3_connectors.stream': stream }), 1, stream);
    }
    assert.equal(collector.value('s3_connectors.stored.files'), 3);
    assert.equal(collector.value('s3_connectors.row.arrival_to_visible.duration'), 3);
    assert.equal(collector.received.at(-1)?.resource['service.name'], 'target-s3-streaming');
  });
});

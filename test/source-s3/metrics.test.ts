// The source as a process with a collector.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import { jsonFile } from '../support/json-files.ts';
import { assertMetricsOf } from '../support/otlp/expected.ts';
import { startReceiver } from '../support/otlp/receiver.ts';
import { runProgram } from '../support/program.ts';
import { catalogJson, configJson, runSource, serverWith } from './support/source.ts';

const tap = join(import.meta.dirname, '../../source-s3/src/tap.ts');
const objects = { 'lake/t/a.csv': 'id\n1\n2\n', 'lake/t/b.csv': 'id\n3\n', 'lake/u/a.csv': 'id\n4\n' };
const more = { data_format: { format: 'csv' }, data_partitioning: { mode: 'not_partitioned' } };
const columns = { id: { type: 'string' } };

test('source-s3 sends records, bytes and files of each stream, and its requests', async () => {
  await using collector = await startReceiver();
  await using server = await serverWith(objects);
  server.inject({ kind: 'error', code: 'SlowDown', operation: 'GetObject', times: 1 });
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
  const run = { config: configJson(server, more), catalog: catalogJson({ t: columns, u: columns }), env };
  const { stdout, exitCode } = await runSource('read', run);
  assert.equal(exitCode, 0);
  const [{ resource, metrics } = assert.fail()] = collector.received;
  assertMetricsOf('source-s3', metrics);
  assert.equal(resource['service.name'], 'source-s3');
  const { points = [] } = metrics.get('s3_connectors.read.records') ?? {};
  const records = points.map(({ attributes, value }) => [attributes['s3_connectors.stream'], value]);
  assert.deepEqual(Object.fromEntries(records), { 'lake.t': 3, 'lake.u': 1 });
  const lines = stdout.split('\n').filter((line) => line.startsWith('{"type":"RECORD"'));
  const bytes = (metrics.get('s3_connectors.read.io')?.points ?? []).reduce((sum, { value }) => sum + value, 0);
  assert.equal(bytes, Buffer.byteLength(lines.map((line) => `${line}\n`).join('')));
  assert.equal(collector.value('s3_connectors.read.files', { 's3_connectors.stream': 'lake.t' }), 2);
  assert.equal(collector.value('s3_connectors.s3.retries', { 'error.type': 'SlowDown' }), 1);
  const requests = collector.value('s3_connectors.s3.requests', { 's3_connectors.operation': 'GetObject' });
  assert.equal(requests, server.counts.of('GetObject').requests);
});

test('tap-s3-tables sends the same by its own name', async () => {
  await using collector = await startReceiver();
  await using server = await serverWith(objects);
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
  const { exitCode, stderr } = await runProgram(tap, ['--config', await jsonFile(configJson(server, more))], { env });
  assert.equal(exitCode, 0, stderr);
  assert.equal(collector.received.at(-1)?.resource['service.name'], 'tap-s3-tables');
  assert.equal(collector.value('s3_connectors.read.records', { 's3_connectors.stream': 'lake.t' }), 3);
});

// The batch destination as a process that is watched by a collector.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { bucket, catalogJson, recordLine, stateLine } from '../support/destination-input.ts';
import { emptyServer } from '../support/empty-server.ts';
import { jsonFile } from '../support/json-files.ts';
import { assertMetricsOf } from '../support/otlp/expected.ts';
import { startReceiver } from '../support/otlp/receiver.ts';
import { startProgram } from '../support/program.ts';
import { configJson } from './support/batch.ts';

const main = join(import.meta.dirname, '../../destination-s3-batch/src/main.ts');

suite('the metrics of destination-s3-batch', () => {
  const running = emptyServer();

  test('say while rows are gathered how many are on disk and how many STATEs wait, and in the end what was stored', async () => {
    await using collector = await startReceiver();
    const files = [
      ['config', configJson(running())],
      ['catalog', catalogJson({ name: 'visits', properties: { n: { type: 'integer' }, t: { type: 'string' } } })],
    ] as const;
    const args = await Promise.all(files.map(async ([name, json]) => [`--${name}`, await jsonFile(json)]));
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_METRIC_EXPORT_INTERVAL: '200' };
    await using program = startProgram(main, ['write', ...args.flat()], { env });
    const rows = [{ n: 1 }, { n: 2 }, { n: 'three' }, { n: 4, t: 4 }].map((row) => recordLine('visits', row));
    program.child.stdin.write(rows.join('') + recordLine('elsewhere', {}) + stateLine('visits', { n: 4 }));
    for (let isHeld = false; !isHeld;) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      isHeld = collector.value('s3_connectors.held.states') === 1;
    }
    assert.equal(collector.value('s3_connectors.stored.files'), 0);
    program.child.stdin.end();
    const { exitCode, stdout } = await program.ended();
    assert.equal(exitCode, 0, stdout);
    const [last = assert.fail()] = collector.received.slice(-1);
    assertMetricsOf('destination-s3-batch', new Map(collector.received.flatMap(({ metrics }) => [...metrics])));
    assert.equal(last.resource['service.name'], 'destination-s3-batch');
    assert.equal(collector.value('s3_connectors.read.records', { 's3_connectors.stream': 'visits' }), 4);
    assert.equal(collector.value('s3_connectors.rejected.records', { 's3_connectors.reason': 'unknown_stream' }), 1);
    assert.equal(collector.value('s3_connectors.changed.values', { 's3_connectors.change': 'misfit' }), 1);
    assert.equal(collector.value('s3_connectors.changed.values', { 's3_connectors.change': 'coerced' }), 1);
    const stored = running().objects(bucket, 'permutive/data/').length;
    const rejected = running().objects(bucket, 'permutive/_rejected/').length;
    assert.equal(collector.value('s3_connectors.stored.files'), stored + rejected);
  });
});

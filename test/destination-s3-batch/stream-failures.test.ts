// What says something of one stream fails that stream, and the others of the batch destination come to their ends.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { catalogJson, recordLine, stateLine, statusLine } from '../support/destination-input.ts';
import { emptyServer } from '../support/empty-server.ts';
import { jsonRows, runWrite } from './support/batch.ts';

const overwrite = { destination_sync_mode: 'overwrite', sync_mode: 'full_refresh' };
const generation = { generation_id: 2, minimum_generation_id: 2, sync_id: 5 };
const config = { output_format: 'json' };

function rows(stream: string, id: number): string {
  return recordLine(stream, { id }) + stateLine(stream, { id }) + statusLine(stream, 'COMPLETE');
}

suite('a conflict with another run', () => {
  const running = emptyServer();

  for (const [mode, more, key] of [
    ['replaced', overwrite, '_manifests/users/latest.json'],
    ['replaced', overwrite, '_manifests/users/2'],
    ['of a new generation', generation, '_manifests/users/generations/'],
  ] as const) {
    test(`on ${key} of a stream that is ${mode} fails that stream alone`, async () => {
      const server = running();
      const catalog = catalogJson({ name: 'users', ...more }, { name: 'visits', ...more });
      const prefix = `permutive/${key}`;
      server.inject({ kind: 'error', code: 'PreconditionFailed', operation: 'PutObject', prefix, times: 1 });
      const { error, failures, lines } = await runWrite(server, [rows('users', 1), rows('visits', 2)], {
        catalog,
        config,
      });
      assert.equal(error, undefined);
      assert.deepEqual(
        failures.map(({ code, stream }) => [code, stream?.name]),
        [['S3_OBJECT_CONFLICT', 'users']],
      );
      assert.deepEqual([lines.length, lines[0]?.includes('visits')], [1, true]);
      assert.deepEqual(jsonRows(server, 'data/users/'), []);
      assert.deepEqual(jsonRows(server, 'data/visits/'), ['{"id":2}']);
      assert.deepEqual(server.objects('publisher-data', 'permutive/_staging/'), []);
    });
  }

  test('a generation whose record is damaged meanwhile fails its own stream, and the next one is replaced', async () => {
    const server = running();
    const catalog = catalogJson({ name: 'users', ...generation }, { name: 'visits', ...overwrite });
    async function* input() {
      yield rows('users', 1);
      server.seed('publisher-data', 'permutive/_manifests/users/generations/2.json', '{"version":1}');
      yield recordLine('visits', { id: 2 }) + stateLine('visits', {});
    }
    const { error, failures } = await runWrite(server, input(), { catalog, config });
    assert.equal(error, undefined);
    assert.deepEqual(
      failures.map(({ code, stream }) => [code, stream?.name]),
      [['BUCKET_DOCUMENT_INVALID', 'users']],
    );
    assert.deepEqual(jsonRows(server, 'data/visits/'), ['{"id":2}']);
  });
});

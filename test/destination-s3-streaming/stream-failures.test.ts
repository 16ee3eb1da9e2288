// What says something of one stream fails that stream, and the others come to their ends.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { catalogJson, recordLine, stateLine, statusLine } from '../support/destination-input.ts';
import { emptyServer } from '../support/empty-server.ts';
import { runWrite, storedRows } from './support/streaming.ts';

const overwrite = { destination_sync_mode: 'overwrite', sync_mode: 'full_refresh' };
const generation = { generation_id: 2, minimum_generation_id: 2, sync_id: 5 };
const config = {
  streams: [
    { stream: 'users', kind: 'snapshot' },
    { stream: 'visits', kind: 'snapshot' },
  ],
};

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
      assert.deepEqual(storedRows(server, 'permutive/type=users/'), []);
      assert.deepEqual(storedRows(server, 'permutive/type=visits/'), ['{"id":2}']);
      assert.deepEqual(server.objects('publisher-data', 'permutive/_staging/'), []);
    });
  }
});

// What happens to the earlier rows of an appended stream, by its generation.
import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';

import { catalogJson, recordLine, stateLine, statusLine, type Json } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { idsOf, rowsWithState, type DestinationUnderTest } from './under-test.ts';

const modern = { generation_id: 4, minimum_generation_id: 4, sync_id: 17 };
const pyAirbyte = { generation_id: 1, minimum_generation_id: 1, sync_id: 1 };
const complete = statusLine('users', 'COMPLETE');

export function registerGenerationTests(destination: DestinationUnderTest): void {
  suite(`a stream that ${destination.name} appends`, () => {
    const running = emptyServer();
    let server: S3TestServer;
    beforeEach(() => (server = running()));

    async function run(more: Json, ...input: readonly string[]) {
      const { error, failures, lines } = await destination.write(server, input, {
        catalog: catalogJson({ name: 'users', ...more }),
      });
      assert.deepEqual([error, failures], [undefined, []]);
      return lines;
    }
    const ids = (): readonly number[] => idsOf(destination, server, 'users');

    test('by a generation that outlives the others loses at COMPLETE the rows from before it was first seen', async () => {
      await run({}, rowsWithState('users', 1));
      const lines = await run(modern, rowsWithState('users', 2));
      assert.deepEqual([ids(), lines.length], [[1, 2], 1]);
      await run(modern, rowsWithState('users', 3), complete);
      assert.deepEqual(ids(), [2, 3]);
      await run(modern, rowsWithState('users', 4), complete);
      assert.deepEqual(ids(), [2, 3, 4], 'rows of the generation itself must stay');
      await run({ ...modern, generation_id: 5, minimum_generation_id: 5 }, complete);
      assert.deepEqual(ids(), []);
    });

    test('keeps rows that an earlier generation had written under the same name', async () => {
      await run({}, rowsWithState('users', 1));
      await run(modern, rowsWithState('users', 1));
      await run(modern, rowsWithState('users', 2), complete);
      assert.deepEqual(ids(), [1, 2]);
    });

    test('keeps everything with the ids that PyAirbyte sends, and without a minimum', async () => {
      await run({}, rowsWithState('users', 1));
      await run(pyAirbyte, rowsWithState('users', 2), complete);
      await run({ ...modern, minimum_generation_id: 0 }, rowsWithState('users', 3), complete);
      await run({ destination_sync_mode: 'append_dedup' }, rowsWithState('users', 4));
      assert.deepEqual(ids(), [1, 2, 3, 4]);
    });

    test('needs no proof of completeness to be acknowledged', async () => {
      const rows = recordLine('users', { id: 1 }) + stateLine('users', {}) + recordLine('users', { id: 2 });
      const lines = await run({ generation_id: 2 }, rows);
      assert.deepEqual([lines.length, ids()], [1, [1, 2]]);
    });
  });
}

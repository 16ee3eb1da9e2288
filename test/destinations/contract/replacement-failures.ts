// Replacements that fail with an error instead of a kill, and runs that replace while others do.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { emptyServer } from '../../support/empty-server.ts';
import { bucket, catalogJson } from '../../support/destination-input.ts';
import { idsOf, keysInStaging, overwrite, rowsWithState, type DestinationUnderTest } from './under-test.ts';

const catalog = catalogJson({ name: 'users', ...overwrite });
const latestJson = 'permutive/_manifests/users/latest.json';

function users(...ids: readonly number[]): readonly string[] {
  return [rowsWithState('users', ...ids)];
}

export function registerReplacementFailures(destination: DestinationUnderTest): void {
  const { name, write, folderOf } = destination;

  suite(`a replacement of ${name} that S3 refuses`, () => {
    const running = emptyServer();

    for (const [operation, prefix] of [
      ['CopyObject', `permutive/${folderOf('users')}`],
      ['PutObject', latestJson],
      ['PutObject', 'permutive/_manifests/users/2'],
      ['HeadObject', 'permutive/_staging/'],
    ] as const) {
      for (const times of [1, Infinity]) {
        test(`at ${operation} of ${prefix}… (${times}×) fails the run, acknowledges nothing and keeps the previous rows`, async () => {
          const server = running();
          await write(server, users(1, 2), { catalog });
          const current = (): unknown =>
            (JSON.parse(server.object(bucket, latestJson)?.body.toString() ?? '{}') as { export?: string }).export;
          const before = current();
          server.inject({ kind: 'error', code: 'AccessDenied', operation, prefix, times });
          const { error, lines } = await write(server, users(3), { catalog });
          assert.equal((error as { code?: string } | undefined)?.code, 'S3_ACCESS_DENIED');
          assert.deepEqual([lines, current()], [[], before]);
          server.clearFaults();
          // What could not be cleaned up at once is cleaned up by the next run.
          await write(server, [], { catalog: catalogJson('users') });
          assert.deepEqual([idsOf(destination, server, 'users'), keysInStaging(server)], [[1, 2], []]);
        });
      }
    }
  });

  suite(`two runs of ${name} that replace`, () => {
    const running = emptyServer();

    test('at the same time by two worker ids: neither removes what the other has in staging', async () => {
      const server = running();
      const run = (worker: string, lines: readonly string[]) =>
        write(server, lines, { catalog, config: { worker_id: worker } });
      await run('a', users(1));
      let isPaused = false;
      let other: Awaited<ReturnType<typeof run>> | undefined;
      server.setHooks({
        async onRequest({ operation, key }) {
          if (isPaused || operation !== 'HeadObject' || !key.includes('/_staging/')) return;
          isPaused = true; // All of it is in staging.
          other = await run('b', users(2));
        },
      });
      const { error, failures, lines } = await run('a', users(3));
      assert.deepEqual([other?.error, other?.failures, other?.lines.length], [undefined, [], 1]);
      assert.deepEqual([error, failures, lines.length], [undefined, [], 1]);
      assert.deepEqual([idsOf(destination, server, 'users'), keysInStaging(server)], [[3], []]);
    });
  });
}

// Errors about one stream fail that stream, and the others finish.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { catalogJson, recordLine, stateLine, statusLine } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { idsOf, keysInStaging, overwrite, type DestinationUnderTest } from './under-test.ts';

const generation = { generation_id: 2, minimum_generation_id: 2, sync_id: 5 };

function rows(stream: string, id: number): string {
  return recordLine(stream, { id }) + stateLine(stream, { id }) + statusLine(stream, 'COMPLETE');
}

export function registerStreamFailures(destination: DestinationUnderTest): void {
  suite(`a conflict of ${destination.name} with another run`, () => {
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
        const { error, failures, lines } = await destination.write(server, [rows('users', 1), rows('visits', 2)], {
          catalog,
        });
        assert.equal(error, undefined);
        assert.deepEqual(
          failures.map(({ code, stream }) => [code, stream?.name]),
          [['S3_OBJECT_CONFLICT', 'users']],
        );
        assert.deepEqual([lines.length, lines[0]?.includes('visits')], [1, true]);
        const stored = ['users', 'visits'].map((name) => idsOf(destination, server, name));
        assert.deepEqual([stored, keysInStaging(server)], [[[], [2]], []]);
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
      const { error, failures } = await destination.write(server, input(), { catalog });
      assert.equal(error, undefined);
      assert.deepEqual(
        failures.map(({ code, stream }) => [code, stream?.name]),
        [['BUCKET_DOCUMENT_INVALID', 'users']],
      );
      assert.deepEqual(idsOf(destination, server, 'visits'), [2]);
    });
  });
}

// What a configured stream requires for its earlier data, and how its end is reported: every combination of ids.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { regimeOf, successionOf } from '@s3-connectors/common/destination/replacing/generations.ts';
import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

type Ids = Pick<ConfiguredStream, 'generationId' | 'minimumGenerationId' | 'syncId'>;

function configured(destinationSyncMode: ConfiguredStream['destinationSyncMode'], ids: Ids = {}): ConfiguredStream {
  return {
    name: 's',
    namespace: 'n',
    jsonSchema: {},
    syncMode: 'full_refresh',
    destinationSyncMode,
    cursorField: [],
    primaryKey: [],
    ...ids,
  };
}

const ids = [undefined, 0, 1, 2, 7];

function all(name: keyof Ids): readonly Ids[] {
  return ids.map((id) => (id === undefined ? {} : { [name]: id }));
}

function everyStream(): readonly ConfiguredStream[] {
  return (['append', 'append_dedup', 'overwrite'] as const).flatMap((mode) =>
    all('generationId').flatMap((generation) =>
      all('minimumGenerationId').flatMap((minimum) =>
        all('syncId').map((sync) => configured(mode, { ...generation, ...minimum, ...sync })),
      ),
    ),
  );
}

suite('a stream', () => {
  test('is kept, replaced or outlived, by every combination of mode and ids', () => {
    for (const stream of everyStream()) {
      const { destinationSyncMode, generationId: generation = 0, minimumGenerationId: minimum = 0, syncId } = stream;
      const what = JSON.stringify(stream);
      if (minimum !== 0 && minimum !== generation) {
        assert.throws(() => successionOf(stream), { code: 'CATALOG_INVALID' }, what);
        continue;
      }
      const outlives = minimum !== 0 && !(generation === 1 && syncId === 1);
      const appended = outlives ? { kind: 'outlive', generation } : { kind: 'keep' };
      assert.deepEqual(
        successionOf(stream),
        destinationSyncMode === 'overwrite' ? { kind: 'replace' } : appended,
        what,
      );
    }
  });

  test('is refused by its name, with the ids that do not go together', () => {
    const stream = configured('append', { generationId: 5, minimumGenerationId: 3 });
    assert.throws(
      () => successionOf(stream),
      (error: unknown) => {
        assert.ok(error instanceof ConnectorError);
        assert.deepEqual(error.stream, { name: 's', namespace: 'n' });
        assert.match(error.message, /"n\.s".*minimum_generation_id 3 and the generation_id 5/u);
        return true;
      },
    );
  });

  test('that is a part of the split events keeps what is there, or outlives it by its generation, and ends as Singer’s do', () => {
    for (const mode of ['append', 'append_dedup', 'overwrite'] as const) {
      const part = { ...configured(mode, { minimumGenerationId: 3 }), isPart: true as const };
      assert.deepEqual([successionOf(part), regimeOf(part)], [{ kind: 'keep' }, 'singer']);
      for (const generationId of [0, 1, 7]) {
        const known = { ...part, generationId, syncId: 1 };
        assert.deepEqual(
          [successionOf(known), regimeOf(known)],
          [{ kind: 'outlive', generation: generationId }, 'singer'],
        );
      }
    }
  });

  test('has its end reported in the modern way once it has a generation, be it 0', () => {
    assert.equal(regimeOf(configured('append')), 'legacy');
    for (const generationId of [0, 1]) assert.equal(regimeOf(configured('append', { generationId })), 'modern');
  });
});

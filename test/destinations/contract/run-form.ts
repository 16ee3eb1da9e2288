// Several writers of one run with other settings, with folders by field, and with a name that was used before.
import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';

import { bucket, type Json } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { partInput, runCatalog as catalog } from './shared-run.ts';
import { idsOf, keysInStaging, type DestinationUnderTest } from './under-test.ts';

/** Settings of the batch destination that change the form of its files. */
const batchForms: readonly (readonly [setting: string, config: Json])[] = [
  ['output_format', { output_format: 'parquet' }],
  ['time_as', { time_as: 'time_micros' }],
  ['json_columns', { streams: [{ stream: 'visits', json_columns: ['id'] }] }],
];

export function registerRunFormTests(destination: DestinationUnderTest): void {
  const { name, write, folderOf } = destination;

  suite(`the form and the name of a run of several writers of ${name}`, () => {
    const running = emptyServer();
    let server: S3TestServer;
    beforeEach(() => (server = running()));

    const tryPart = (run: Json, input: string, more: Json = {}) => {
      return write(server, [input], { catalog, config: { run: { count: 3, ...run }, ...more } });
    };
    async function part(run: Json, input: string, more: Json = {}): Promise<void> {
      const { error, failures, said } = await tryPart(run, input, more);
      assert.match(said.join(), /Part \d of 3 of the run ".": nothing is visible, and no state is printed, before/u);
      assert.deepEqual([error, failures], [undefined, []]);
    }
    const ids = (stream: string): readonly number[] => idsOf(destination, server, stream);
    const documents = (run: string) => {
      const folder = `permutive/_runs/${run}/`;
      return server.objects(bucket, folder).map(({ key }) => key.slice(folder.length));
    };
    const latest = () => {
      const body = server.object(bucket, 'permutive/_manifests/users/latest.json')?.body.toString() ?? '{}';
      return (JSON.parse(body) as { readonly run?: { readonly id: string } }).run?.id;
    };

    test('is refused with settings by which its files would look unlike those of the other writers', async () => {
      await part({ id: 'r', index: 0 }, partInput(0, 1));
      const entry = { stream: 'visits' };
      const others: readonly (readonly [setting: string, config: Json])[] = [
        ['partition_by', { streams: [{ ...entry, partition_by: ['id'] }] }],
        ['airbyte_metadata', { airbyte_metadata: true }],
        ['time_field', { streams: [{ ...entry, time_field: 'at' }] }],
        ...(name === 'the batch destination' ? batchForms : []),
      ];
      for (const [setting, config] of others) {
        const { error } = await tryPart({ id: 'r', index: 1 }, partInput(1, 2), config);
        assert.match(String(error), new RegExp(`another value of .*"${setting}"`, 'u'));
      }
      assert.deepEqual(documents('r'), ['parts/0.json', 'run.json']);
    });

    test('replaces a table that is in folders of a field', async () => {
      const streams = [
        { stream: 'users', partition_by: ['id'] },
        { stream: 'visits', partition_by: ['id'] },
      ];
      for (const id of ['r', 's']) {
        for (const index of [0, 1, 2]) await part({ id, index }, partInput(index, index), { streams });
        const keys = server.objects(bucket, `permutive/${folderOf('users')}`).map(({ key }) => key);
        assert.deepEqual(new Set(keys.map((key) => /\/id=(\d)\//u.exec(key)?.[1])), new Set(['0', '1', '2']));
        assert.deepEqual([keys.length, latest(), keysInStaging(server)], [3, id, []]);
      }
    });

    test('fails when it is committed long before a writer begins, because each run needs an id of its own', async () => {
      for (const index of [0, 1, 2]) await part({ id: 'r', index }, partInput(index, index));
      const key = 'permutive/_runs/r/commit.json';
      const { time, ...outcome } = JSON.parse(server.object(bucket, key)?.body.toString() ?? '') as { time: string };
      const tryAt = async (hours: number | undefined) => {
        const earlier = hours && { time: new Date(Date.parse(time) - hours * 3_600_000).toISOString() };
        server.seed(bucket, key, JSON.stringify({ ...outcome, ...earlier }));
        const { error, said } = await tryPart({ id: 'r', index: 1 }, partInput(1, 9));
        const isWarned = said.some(
          ([level, text]) => level === 'WARN' && text.includes('this input is neither read nor written'),
        );
        assert.equal(isWarned, error === undefined);
        return String(error);
      };
      assert.deepEqual([await tryAt(11), await tryAt(undefined)], ['undefined', 'undefined']);
      assert.match(
        await tryAt(13),
        /"r" was committed at .* neither read nor written\. Each run needs an id of its own/u,
      );
      assert.deepEqual(ids('users'), [0, 1, 2]);
    });
  });
}

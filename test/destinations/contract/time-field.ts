// A setting `time_field` that no record of its stream has.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { startS3Server } from '../../../tools/s3-server/server.ts';
import { bucket, catalogJson, recordLine } from '../../support/destination-input.ts';
import type { DestinationUnderTest } from './under-test.ts';

export function registerTimeFieldTests({ name, write }: DestinationUnderTest): void {
  suite(`a time_field of ${name}`, () => {
    const warnings = async (timeField: string | undefined, ...rows: readonly string[]): Promise<readonly string[]> => {
      await using server = await startS3Server();
      server.createBucket(bucket);
      const entry = { stream: 'visits', ...(timeField === undefined ? {} : { time_field: timeField }) };
      const input = rows.map((row) => recordLine('visits', row));
      const { error, said } = await write(server, input, {
        catalog: catalogJson('visits'),
        config: { streams: [entry] },
      });
      assert.equal(error, undefined);
      return said.flatMap(([level, text]) => (level === 'WARN' ? [text] : []));
    };

    test('is a WARN that names it if no record of the stream has a valid time there', async () => {
      assert.deepEqual(await warnings('att', '{"at":1768462200000}', '{"at":1768462200001}'), [
        'No record of the stream "visits" has a valid time in "att", its time_field in "streams", so all are placed by emitted_at. Correct the name if it is misspelled.',
      ]);
    });

    test('is no WARN if it is the default, if one record has a valid time there, or if there is no record', async () => {
      assert.deepEqual(await warnings(undefined, '{"at":1768462200000}'), []);
      assert.deepEqual(await warnings('at', '{"at":1768462200000}', '{}'), []);
      assert.deepEqual(await warnings('att'), []);
    });
  });
}

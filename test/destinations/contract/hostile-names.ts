// Streams, namespaces and fields of any name: rows are stored byte for byte, and everything else that is printed or stored is JSON.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import * as fc from 'fast-check';

import { bucket } from '../../support/destination-input.ts';
import {
  catalogOf,
  hostileStreams,
  linesOf,
  printedStates,
  statesOf,
  type HostileStream,
} from '../../support/hostile/hostile-streams.ts';
import { startS3Server } from '../../../tools/s3-server/server.ts';
import type { DestinationUnderTest } from './under-test.ts';

export function registerNameTests({ name, write, names }: DestinationUnderTest): void {
  const { variants, numRuns, stored, sent } = names;
  const sentBy = (streams: readonly HostileStream[]): ReadonlyMap<string, readonly unknown[]> =>
    new Map(streams.map((stream) => [stream.name, stream.rows.map((row) => sent(JSON.stringify(row)))]));

  suite(`hostile names through ${name}`, () => {
    for (const [what, mode, config] of variants) {
      test(`come back from rows, folders, states and documents that are JSON (${what})`, async () => {
        const property = fc.asyncProperty(hostileStreams(), async (streams) => {
          await using server = await startS3Server();
          server.createBucket(bucket);
          const { lines, error, failures } = await write(server, linesOf(streams), {
            catalog: catalogOf(streams, mode),
            config,
          });
          assert.deepEqual([error, failures], [undefined, []]);
          assert.deepEqual(printedStates(lines), statesOf(streams));
          assert.deepEqual(await stored(server), sentBy(streams));
          const documents = server.objects(bucket).filter(({ key }) => key.endsWith('.json'));
          for (const { body } of documents) parseJson(body.toString());
          assert.ok(mode === 'append' || documents.length >= streams.length, `${documents.length} documents`);
        });
        await fc.assert(property, { numRuns, seed: 14, endOnFailure: true });
      });
    }
  });
}

// Streams, namespaces and fields of any name: rows are stored as they came, and all that is printed or stored beside them is JSON.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import * as fc from 'fast-check';

import { bucket } from '../support/destination-input.ts';
import {
  catalogOf,
  hostileStreams,
  linesOf,
  printedStates,
  statesOf,
  type HostileStream,
} from '../support/hostile-streams.ts';
import { startS3Server } from '../../tools/s3-server/server.ts';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { runWrite, storedFiles } from './support/streaming.ts';

/** Rows by the type that their folder says. */
function rowsByType(server: S3TestServer): ReadonlyMap<string, readonly string[]> {
  const rows = [...storedFiles(server, 'permutive/type=')].map(([key, lines]) => {
    const [, type = ''] = /^permutive\/type=([^/]+)\//u.exec(key) ?? [];
    return [decodeURIComponent(type), lines] as const;
  });
  return new Map(rows);
}

function sent(streams: readonly HostileStream[]): ReadonlyMap<string, readonly string[]> {
  return new Map(streams.map(({ name, rows }) => [name, rows.map((row) => JSON.stringify(row))]));
}

suite('hostile names through the streaming destination', () => {
  for (const mode of ['append', 'overwrite'] as const) {
    test(`come back from rows, folders, states and documents that are JSON (${mode})`, async () => {
      const property = fc.asyncProperty(hostileStreams(), async (streams) => {
        await using server = await startS3Server();
        server.createBucket(bucket);
        const { lines, error, failures } = await runWrite(server, linesOf(streams), {
          catalog: catalogOf(streams, mode),
        });
        assert.deepEqual([error, failures], [undefined, []]);
        assert.deepEqual(printedStates(lines), statesOf(streams));
        assert.deepEqual(rowsByType(server), sent(streams));
        const documents = server.objects(bucket).filter(({ key }) => !key.endsWith('.gz'));
        for (const { body } of documents) parseJson(body.toString());
        assert.equal(documents.length > 0, mode === 'overwrite');
      });
      await fc.assert(property, { numRuns: 30, seed: 14, endOnFailure: true });
    });
  }
});

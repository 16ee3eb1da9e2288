// Streams, namespaces and fields of any name: every value is found in the files, as the engine reads them, under its name; and
// all that is printed or stored beside them is JSON.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

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
import type { S3TestServer, StoredObject } from '../../tools/s3-server/types.ts';
import { parquetJson } from '../support/parquet.ts';
import { runWrite } from './support/batch.ts';
import { content, parseExactly, restored } from './support/restored.ts';

async function rowsIn({ key, body }: StoredObject): Promise<readonly string[]> {
  return key.endsWith('.parquet') ? parquetJson(body) : gunzipSync(body).toString().split('\n').slice(0, -1);
}

/** What the rows hold, in whatever fields, by the table that their folder says. */
async function rowsByTable(server: S3TestServer): Promise<ReadonlyMap<string, readonly unknown[]>> {
  const tables = new Map<string, readonly unknown[]>();
  for (const object of server.objects(bucket, 'permutive/data/')) {
    const [, table = ''] = /^permutive\/data\/([^/]+)\//u.exec(object.key) ?? [];
    const rows = await rowsIn(object);
    tables.set(
      decodeURIComponent(table),
      rows.map((row) => content(restored(parseExactly(row)))),
    );
  }
  return tables;
}

function sent(streams: readonly HostileStream[]): ReadonlyMap<string, readonly unknown[]> {
  return new Map(
    streams.map(({ name, rows }) => [name, rows.map((row) => content(parseExactly(JSON.stringify(row))))]),
  );
}

suite('hostile names through the batch destination', () => {
  for (const [format, mode] of [
    ['parquet', 'append'],
    ['parquet', 'overwrite'],
    ['json', 'append'],
  ] as const) {
    test(`come back from rows, folders, states and documents that are JSON (${format}, ${mode})`, async () => {
      const property = fc.asyncProperty(hostileStreams(), async (streams) => {
        await using server = await startS3Server();
        server.createBucket(bucket);
        const options = { catalog: catalogOf(streams, mode), config: { output_format: format } };
        const { lines, error, failures } = await runWrite(server, linesOf(streams), options);
        assert.deepEqual([error, failures], [undefined, []]);
        assert.deepEqual(printedStates(lines), statesOf(streams));
        assert.deepEqual(await rowsByTable(server), sent(streams));
        const documents = server.objects(bucket).filter(({ key }) => key.endsWith('.json'));
        for (const { body } of documents) parseJson(body.toString());
        assert.ok(documents.length >= streams.length);
      });
      await fc.assert(property, { numRuns: 25, seed: 14, endOnFailure: true });
    });
  }
});

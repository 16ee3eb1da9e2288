// The batch destination, as the tests of every destination know it.
import { gunzipSync } from 'node:zlib';

import type { DestinationUnderTest } from '../../destinations/contract/under-test.ts';
import { bucket, recordLine, stateLine } from '../../support/destination-input.ts';
import { parquetJson } from '../../support/parquet.ts';
import type { S3TestServer, StoredObject } from '../../../tools/s3-server/types.ts';
import { runWrite } from './batch.ts';
import { eventJson, publishedStream } from './published.ts';
import { content, parseExactly, restored } from './restored.ts';

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

export const batchDestination: DestinationUnderTest = {
  name: 'the batch destination',
  write: (server, input, { config = {}, ...more }) => {
    return runWrite(server, input, { config: { output_format: 'json', ...config }, ...more });
  },
  folderOf: (stream) => `data/${stream}/`,
  extension: '.json.gz',
  rowsBelow: (server, path) =>
    server
      .objects(bucket, path)
      .flatMap(({ body }) => gunzipSync(body).toString().split('\n').slice(0, -1))
      .sort(),
  hostile: {
    realm: {
      parent: 'data/',
      extensions: ['.snappy.parquet', '.json.gz'],
      names: ['users', 'pageview_events', 'linkclick_events', 'customers_events', 'other_events'],
      generation: 7,
    },
    stream: publishedStream('events'),
    lines: recordLine('events', eventJson({ event_name: 'Pageview' })) + stateLine('events', {}),
  },
  names: {
    variants: [
      ['parquet, append', 'append', { output_format: 'parquet' }],
      ['parquet, overwrite', 'overwrite', { output_format: 'parquet' }],
      ['json, append', 'append', {}],
    ],
    numRuns: 25,
    stored: rowsByTable,
    sent: (row) => content(parseExactly(row)),
  },
};

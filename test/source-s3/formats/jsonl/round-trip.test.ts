// What the streaming destination wrote is a table for the source: folders `type=x` are streams, and rows come back unchanged.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { catalogJson, recordLine, stateLine } from '../../../support/destination-input.ts';
import { runWrite } from '../../../destination-s3-streaming/support/streaming.ts';
import { ofType } from '../../../support/models/protocol-schema.ts';
import { startS3Server } from '../../../../tools/s3-server/server.ts';
import { bucket, dataText, discoverHere, readHere } from '../../support/source.ts';

test('rows that the streaming destination wrote come back byte by byte, with the hours of their folders', async () => {
  await using server = await startS3Server();
  server.createBucket(bucket);
  const time = Date.UTC(2026, 2, 1, 9);
  const rows = Array.from({ length: 2000 }, (_, index) => {
    return `{"time":${time + index * 10_000},"id":1234567890${1000 + index}67890,"price":1.10,"tags":["é","\\u00e9"],"x":{"y":null}}`;
  });
  const pages = ['{"time":"2026-03-01T09:30:00Z","url":"https://example.org/?a=b"}'];
  const catalog = catalogJson('visits', { name: 'page views', properties: { time: { type: 'string' } } });
  const input = [
    ...rows.map((row) => recordLine('visits', row)),
    ...pages.map((row) => recordLine('page views', row)),
    stateLine('visits', { page: 1 }),
  ];
  const { error } = await runWrite(server, input, { config: { bucket, prefix: 'out' }, catalog });
  assert.equal(error, undefined);

  const config = { schema_prefixes: ['out'], data_format: { format: 'jsonl' } };
  const { catalog: found } = await discoverHere(server, config);
  assert.deepEqual(
    found.streams.map(({ name, namespace }) => [name, namespace]),
    [
      ['page views', 'out'],
      ['visits', 'out'],
    ],
  );
  const { lines, messages, failures } = await readHere(server, { config });
  assert.deepEqual(failures, []);
  const sent = lines.filter((line) => line.includes('"type":"RECORD"')).map(dataText);
  const bare = sent.map((data) =>
    data.replace(/,"year":"\d{4}","month":"\d\d","day":"\d\d","hour":"\d\d","_ab_.*$/u, '}'),
  );
  assert.deepEqual(bare.toSorted(), [...rows, ...pages].toSorted());
  for (const { record } of ofType(messages, 'RECORD')) {
    const folders = ['year', 'month', 'day', 'hour'].map((column) => record.data[column]);
    const time = new Date(record.data['time'] as number | string).toISOString();
    assert.deepEqual(folders, time.slice(0, 13).split(/[-T]/u));
  }
});

// What the next run reads of a table that has changed meanwhile, and what it reports.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ofType } from '../support/models/protocol-schema.ts';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { bucket, catalogJson, readHere, serverWith, timeOf } from './support/source.ts';

const catalog = catalogJson({ t: { v: { type: 'string' } } });
const format = { data_format: { format: 'csv' }, lookback_hours: 1 };

function file(value: string): string {
  return `v\n${value}\n`;
}

async function sync(server: S3TestServer, state?: unknown) {
  const { messages, said, failures } = await readHere(server, { config: format, catalog, state });
  assert.deepEqual(failures, []);
  return {
    values: ofType(messages, 'RECORD').map(({ record }) => record.data['v']),
    warnings: said.filter((line) => line.startsWith('WARN')),
    state: [ofType(messages, 'STATE').at(-1)?.state],
  };
}

test('a file that was replaced is read again, whole, and said so', async () => {
  await using server = await serverWith({ 'lake/t/a.csv': file('a'), 'lake/t/b.csv': file('b') });
  const { state } = await sync(server);
  server.seed(bucket, 'lake/t/a.csv', `${file('a2')}a3\n`, { lastModified: timeOf(5) });
  const next = await sync(server, state);
  assert.deepEqual(next.values, ['a2', 'a3']);
  assert.deepEqual(next.warnings, [
    'WARN lake.t: 1 file was replaced since it was read and is read again from the start, such as "lake/t/a.csv"',
  ]);
  assert.deepEqual((await sync(server, next.state)).values, []);
});

test('a file that appears late is read inside the look-back window, and counted in a WARN beyond it', async () => {
  await using server = await serverWith({ 'lake/t/a.csv': file('a') });
  server.seed(bucket, 'lake/t/z.csv', file('z'), { lastModified: timeOf(300) });
  const { state } = await sync(server);
  server.seed(bucket, 'lake/t/late.csv', file('late'), { lastModified: timeOf(250) });
  server.seed(bucket, 'lake/t/too-late.csv', file('too late'), { lastModified: timeOf(100) });
  const next = await sync(server, state);
  assert.deepEqual(next.values, ['late']);
  assert.equal(next.warnings.length, 1);
  assert.match(
    next.warnings[0] ?? '',
    /1 file older than the look-back window of 1 hour was never read.*raise lookback_hours and reset the stream/u,
  );
});

test('a file that was deleted is not missed, and none is read again for it', async () => {
  await using server = await serverWith({
    'lake/t/a.csv': file('a'),
    'lake/t/b.csv': file('b'),
    'lake/t/c.csv': file('c'),
  });
  const { state } = await sync(server);
  server.remove(bucket, 'lake/t/b.csv');
  server.seed(bucket, 'lake/t/d.csv', file('d'), { lastModified: timeOf(9) });
  const next = await sync(server, state);
  assert.deepEqual([next.values, next.warnings], [['d'], []]);
});

test('a file written again with the same bytes is not read again', async () => {
  await using server = await serverWith({ 'lake/t/a.csv': file('a') });
  const { state } = await sync(server);
  server.seed(bucket, 'lake/t/a.csv', file('a'), { lastModified: timeOf(30) });
  const next = await sync(server, state);
  assert.deepEqual(next.values, []);
});

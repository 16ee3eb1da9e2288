// A table's listing: complete whatever its size, a page at a time, and skipped objects are counted.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import { listTable } from '../../../source-s3/src/listing/list-table.ts';
import { openResources } from '../../../source-s3/src/verbs/verb-resources.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { bucket, serverWith, sourceConfig, timeOf, type Json } from '../support/source.ts';

async function list(server: S3TestServer, more: Json = {}) {
  const config = sourceConfig(server, more);
  await using session = await openResources(config, { log: silentLog });
  const table = { stream: { name: 't', namespace: 'lake' }, prefix: 'lake/t/' };
  const naming = { extensions: ['parquet'], compressible: false };
  const { pages, report } = listTable(session.s3, table, { ...config, naming }, new AbortController().signal);
  const objects: ListedObject[] = [];
  let longest = 0;
  for await (const page of pages) {
    objects.push(...page.objects);
    longest = Math.max(longest, page.objects.length);
  }
  return { objects, report, longest };
}

function entries(folders: number, files: number) {
  return Array.from({ length: folders * files }, (_, index) => ({
    key: `lake/t/day=${10 + Math.floor(index / files)}/${String(index).padStart(6, '0')}.parquet`,
    size: 10,
    lastModified: timeOf(0),
  }));
}

test('folders larger than a page are listed whole, in order, a page at a time', async () => {
  await using server = await serverWith({});
  const all = entries(12, 2500);
  server.seedListing(bucket, all);
  const plain = await list(server);
  assert.deepEqual(
    plain.objects.map(({ key }) => key),
    all.map(({ key }) => key),
  );
  assert.equal(plain.longest, 1000);
  server.counts.reset();
  const filtered = await list(server, { partition_filter: [{ column: 'day', from: '11', to: '20' }] });
  assert.deepEqual(
    filtered.objects.map(({ key }) => key),
    all.slice(2500, 11 * 2500).map(({ key }) => key),
  );
  assert.equal(filtered.longest, 1000);
  assert.equal(server.counts.total.requests, 1 + 10 * 3); // The table's folders, and three pages of each of ten.
  assert.ok(server.counts.maxConcurrent <= 8);
});

test('what is no data file is counted by its reason, with an example', async () => {
  await using server = await serverWith({});
  const keys = [
    '/',
    'a_$folder$',
    '_SUCCESS',
    '.x',
    '_temporary/0/a',
    'a.crc',
    'a.csv',
    'empty.parquet',
    'cold.parquet',
  ];
  for (const key of keys) {
    const storageClass = key.startsWith('cold') ? 'GLACIER' : 'STANDARD';
    server.seed(bucket, `lake/t/${key}`, key.startsWith('empty') || key === '/' ? '' : 'x', { storageClass });
  }
  server.seed(bucket, 'lake/t/data.parquet', 'x');
  const { objects, report } = await list(server);
  assert.deepEqual(
    objects.map(({ key }) => key),
    ['lake/t/data.parquet'],
  );
  const counted = Object.fromEntries(
    [...report.skips].map(([reason, { count, example }]) => [reason, [count, example]]),
  );
  assert.deepEqual(counted, {
    hidden: [2, 'lake/t/.x'],
    marker: [2, 'lake/t//'],
    temporary: [1, 'lake/t/_temporary/0/a'],
    checksum: [1, 'lake/t/a.crc'],
    extension: [1, 'lake/t/a.csv'],
    archived: [1, 'lake/t/cold.parquet'],
    empty: [1, 'lake/t/empty.parquet'],
  });
});

// An S3 that lists a million files and holds a thousand of them, those that are read first or are in the last partition: the
// tests' server, with a generated listing.
//   node listing-server.ts BUCKET SHAPE FILES BODY
// SHAPE: `flat` (one folder, the names of one Spark job), `long` (300 characters, two UUIDs in each), `folders` (ten files in
// each partition). BODY: a file with the content of those it holds.
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';

import { startS3Server } from '../../s3-server/server.ts';

/** Files that are there, not only listed: the oldest, since they are read first, and the last by their keys. */
const heldOldest = 1000;
const heldLast = 10;
const [bucket = '', shape = '', files = '', bodyFile = ''] = process.argv.slice(2);
const start = Date.UTC(2026, 0, 1);

function keyOf(index: number): string {
  const number = String(index).padStart(8, '0');
  switch (shape) {
    case 'long':
      return `tables/t/account=0123456789/region=eu-central-1/service=clickstream-production/year=2026/month=01/${'delivery-stream-with-a-long-name-'.repeat(3)}${number}-${uuid(index)}-${uuid(-index)}.snappy.parquet`;
    case 'folders':
      return `tables/t/customer=${number.slice(0, -1)}/part-${number.slice(-1)}-4f6e0b8c-8a39-4f6c-9d0e-5b2f8b7a1c3d.c000.snappy.parquet`;
    default:
      return `tables/t/part-${number}-4f6e0b8c-8a39-4f6c-9d0e-5b2f8b7a1c3d.c000.snappy.parquet`;
  }
}

function uuid(number: number): string {
  return hash('md5', String(number)).replace(/^(.{8})(.{4})(.{4})(.{4})/u, '$1-$2-$3-$4-');
}

const count = Number(files);
const body = await readFile(bodyFile);
await using server = await startS3Server();
server.createBucket(bucket);
server.seedListing(bucket, entries());
process.stdout.write(`${server.endpoint}\n`);
await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);

/** As many seconds as files, in no order. */
function* entries() {
  for (let index = 0; index < count; index++) {
    const second = (index * 7_919) % count;
    const lastModified = new Date(start + second * 1000);
    const key = keyOf(index);
    if (second < heldOldest || index >= count - heldLast) server.seed(bucket, key, body, { lastModified });
    else yield { key, size: body.length, lastModified, etag: `"${hash('md5', key)}"` };
  }
}

// `status` of a large bucket: a million keys of a year in little memory, with one request for each thousand keys.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { runProgram } from '../test/support/program.ts';
import { startS3Server } from '../tools/s3-server/server.ts';
import type { ListingEntry } from '../tools/s3-server/types.ts';
import { executables, jsonFile } from './support/programs.ts';

const bucket = 'publisher-data';
const hourMs = 3_600_000;
const hours = 365 * 24;
const peakMemory = join(import.meta.dirname, '../test/support/programs/peak-memory.ts');
const most = { megabytes: 300, lists: 1100 };
/** Of keys that are not below the prefix, and of what is looked at after the listing. */
const otherLists = 30;

/** As many files in each hour of a year. */
function* filesOf(count: number): Generator<ListingEntry> {
  const end = Math.floor(Date.now() / hourMs) * hourMs;
  for (let at = 0; at < count; at += 1) {
    const time = end - (at % hours) * hourMs - Math.floor(at / hours) * 1000;
    const [day = '', rest = ''] = new Date(time).toISOString().split('T');
    const [year, month, date] = day.split('-');
    const folder = `permutive/type=events/year=${year}/month=${month}/day=${date}/hour=${rest.slice(0, 2)}/`;
    const key = `${folder}${time}-0123456789abcdef-0.jsonl.gz`;
    yield { key, size: 1000, lastModified: new Date(time + 240_000) };
  }
}

async function statusOf(count: number): Promise<{ readonly lists: number; readonly megabytes: number }> {
  await using server = await startS3Server();
  server.createBucket(bucket);
  server.seedListing(bucket, filesOf(count));
  const credentials = { auth_type: 'access_key', access_key_id: 'any', secret_access_key: 'canary-secret' };
  const place = { bucket, region: 'eu-central-1', prefix: 'permutive', endpoint: server.endpoint };
  const args = ['status', '--config', await jsonFile({ ...place, credentials }), '--json'];
  const env = { NODE_OPTIONS: `--import=${peakMemory}` };
  const { stdout, stderr, exitCode } = await runProgram(executables.destination, args, { env });
  assert.equal(exitCode, 0, stderr);
  const report = JSON.parse(stdout) as { readonly objects_listed: number; readonly list_requests: number };
  assert.equal(report.objects_listed, count);
  const lists = server.counts.of('ListObjectsV2').requests;
  assert.equal(report.list_requests, lists);
  return { lists, megabytes: Number(/^peak (\d+) MiB$/mu.exec(stderr)?.[1]) * 1.048576 };
}

suite('status of a large bucket', () => {
  test('of a million keys stays within 300 MB and 1,100 LIST requests, of which there are as many for each thousand keys', async (context) => {
    const small = await statusOf(100_000);
    const large = await statusOf(1_000_000);
    context.diagnostic(`100,000 keys: ${JSON.stringify(small)}; 1,000,000 keys: ${JSON.stringify(large)}`);
    assert.ok(large.megabytes <= most.megabytes, `${large.megabytes} MB`);
    assert.ok(large.lists <= most.lists, `${large.lists} requests`);
    assert.ok(small.lists - 100 <= otherLists, `${small.lists} requests`);
    assert.equal(large.lists - 1000, small.lists - 100);
  });
});

// docs/how-to/coming-from.md on what real writers put out by their defaults: the settings of the page read every value.
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';

import { settingsOf, writers } from '../test/docs/support/writers.ts';
import { startS3Server } from '../tools/s3-server/server.ts';
import { ask, type Json, judgePrintedLines, temporaryFolder } from './support/programs.ts';
import { runScript } from './support/python.ts';
import { catalogOf } from './support/setting.ts';

const bucket = 'files-of-others';

/** The rows of the one table below `folder`, by their ids, without the columns that say where they came from. */
async function readFolder(folder: string, settings: Json): Promise<readonly Json[]> {
  await using server = await startS3Server();
  server.createBucket(bucket);
  for (const path of globSync(join(folder, '**/[!.]*.*')))
    server.seedFile(bucket, `lake/users/${relative(folder, path)}`, path);
  const credentials = { auth_type: 'access_key', access_key_id: 'any', secret_access_key: 'any' };
  const { endpoint } = server;
  const config = { bucket, region: 'us-east-1', endpoint, credentials, schema_prefixes: ['lake'], ...settings };
  const discovered = await ask('source', 'discover', { config });
  const found = discovered.messages.find(({ type }) => type === 'CATALOG');
  const { streams } = (found?.['catalog'] ?? { streams: [] }) as { readonly streams: readonly Json[] };
  const { messages, exitCode } = await ask('source', 'read', { config, catalog: catalogOf(...streams) });
  assert.equal(exitCode, 0);
  return messages.flatMap((message) => {
    const { data } = (message['record'] ?? {}) as { readonly data?: Json };
    if (data === undefined) return [];
    return [Object.fromEntries(Object.entries(data).filter(([name]) => !name.startsWith('_ab_')))];
  });
}

test('what pandas, polars, DuckDB and Spark write by default is read by the settings of docs/how-to/coming-from.md', async () => {
  const folder = join(await temporaryFolder(), 'common');
  const blocks = JSON.parse(await runScript('write_common.py', [folder], { runner: 'readers' })) as Record<
    string,
    string
  >;
  assert.equal(Object.keys(blocks).length, 6);
  for (const [name, block] of Object.entries(blocks)) {
    const expected = (await writers[block]?.())?.rows;
    assert.deepEqual(await readFolder(join(folder, name), settingsOf(block)), expected, name);
  }
});

judgePrintedLines();

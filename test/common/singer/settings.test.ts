import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';

import { readSettings } from '@s3-connectors/common/singer/settings.ts';

const schema = {
  properties: {
    bucket: { type: 'string' },
    max_memory_mb: { type: 'integer' },
    force_path_style: { type: 'boolean' },
    schema_prefixes: { type: 'array' },
    credentials: { type: 'object' },
  },
};
const plugin = { name: 'tap-s3-tables', schema };

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-connectors-settings-'));
});
after(() => rm(folder, { recursive: true }));

async function file(name: string, json: unknown): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify(json));
  return path;
}

suite('the settings of a tap or target', () => {
  test('are those of the last file that has them', async () => {
    const files = [await file('a', { bucket: 'a', region: 'r' }), await file('b', { bucket: 'b' })];
    assert.deepEqual(await readSettings(files, plugin, {}), { bucket: 'b', region: 'r' });
  });

  test('are those of the environment before all files, in the types of the config', async () => {
    const environment = {
      TAP_S3_TABLES_BUCKET: '12345',
      TAP_S3_TABLES_MAX_MEMORY_MB: '512',
      TAP_S3_TABLES_FORCE_PATH_STYLE: 'True',
      TAP_S3_TABLES_SCHEMA_PREFIXES: '["a","b"]',
      TAP_S3_TABLES_CREDENTIALS: '{"auth_type":"default_chain"}',
      TAP_S3_TABLES_UNKNOWN: 'x',
      TARGET_S3_STREAMING_BUCKET: 'y',
    };
    const sources = ['ENV', await file('c', { bucket: 'c', region: 'r' })];
    assert.deepEqual(await readSettings(sources, plugin, environment), {
      bucket: '12345',
      region: 'r',
      max_memory_mb: 512,
      force_path_style: true,
      schema_prefixes: ['a', 'b'],
      credentials: { auth_type: 'default_chain' },
    });
  });

  test('are read from the environment only with ENV', async () => {
    assert.deepEqual(await readSettings([await file('d', {})], plugin, { TAP_S3_TABLES_BUCKET: 'x' }), {});
  });

  test('keep a variable that is not JSON for the config check, which names the setting', async () => {
    assert.deepEqual(await readSettings(['ENV'], plugin, { TAP_S3_TABLES_MAX_MEMORY_MB: 'many' }), {
      max_memory_mb: 'many',
    });
  });

  test('cannot be a list', async () => {
    await assert.rejects(readSettings([await file('e', [])], plugin, {}), /is not a JSON object/u);
  });
});

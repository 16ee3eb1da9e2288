// The recipe examples/airbyte: what it asks Airbyte's API for, and that the programs, with the configs that it sends, copy each row once.
// There is no Airbyte to run it on.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';

import { startCannedServer } from '../test/support/canned-server.ts';
import { runPipe } from '../test/support/pipe.ts';
import { filesOfTable, idsOf, startTable } from './support/parted-table.ts';
import { executables, jsonFile, type Json } from './support/programs.ts';

const execute = promisify(execFile);
const recipe = join(import.meta.dirname, '../examples/airbyte/connections.py');
const count = 3;

type Asked = { readonly kind: string; readonly token: string | undefined; readonly body: Json };

test('connections that the recipe creates copy each row once, each with its shard and its worker', async () => {
  await using table = await startTable({ sync: 'incremental', name: 'visits' });
  table.add(0, filesOfTable);
  const asked: Asked[] = [];
  await using api = await startCannedServer((request, response) => {
    const kind = String(request.url?.split('/').at(-1));
    void json(request).then((body) => {
      asked.push({ kind, token: request.headers.authorization, body: body as Json });
      response.end(JSON.stringify({ [`${kind.slice(0, -1)}Id`]: `${kind}-${asked.length}` }));
    });
  });
  const source = JSON.parse(await readFile(join(table.folder, 'source.json'), 'utf8')) as Json;
  const { modified_before: _, ...always } = source;
  await writeFile(join(table.folder, 'source.json'), JSON.stringify(always));
  await writeFile(join(table.folder, 'streams.json'), '["visits"]');
  const ids = { AIRBYTE_WORKSPACE: 'w', AIRBYTE_SOURCE_DEFINITION: 's', AIRBYTE_DESTINATION_DEFINITION: 'd' };
  const env = { ...process.env, ...ids, AIRBYTE_API: `${api.endpoint}/api/public/v1`, AIRBYTE_TOKEN: 'token' };
  await execute('python3', [recipe, String(count)], { cwd: table.folder, env });
  assert.ok(asked.every(({ token }) => token === 'Bearer token'));
  const bodies = (kind: string) => asked.filter((one) => one.kind === kind).map(({ body }) => body);
  assert.deepEqual(bodies('connections')[1], {
    name: `S3 tables 1 of ${count}`,
    sourceId: 'sources-4',
    destinationId: 'destinations-5',
    schedule: { scheduleType: 'manual' },
    configurations: { streams: [{ name: 'visits', syncMode: 'incremental_append' }] },
  });
  const catalog = join(table.folder, 'catalog.json');
  for (let index = 0; index < count; index += 1) {
    const [from, to] = ['sources', 'destinations'].map((kind) => bodies(kind)[index]?.['configuration']);
    const read = ['read', '--config', await jsonFile(from), '--catalog', catalog];
    const write = ['write', '--config', await jsonFile(to), '--catalog', catalog];
    const { first, second } = await runPipe(
      [
        { file: executables.source, args: read },
        { file: executables.batch, args: write },
      ],
      {},
    );
    assert.deepEqual([first.exitCode, second.exitCode], [0, 0]);
  }
  assert.deepEqual(table.ids(), idsOf(filesOfTable));
});

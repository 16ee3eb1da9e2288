// The batch destination as a Singer target, run as a process.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { beforeEach, suite, test } from 'node:test';

import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { emptyServer } from '../support/empty-server.ts';
import { jsonFile } from '../support/json-files.ts';
import { runProgram } from '../support/program.ts';
import { configJson, jsonRows } from './support/batch.ts';

const target = join(import.meta.dirname, '../../destination-s3-batch/src/target.ts');

const schema = (stream: string): string =>
  `{"type":"SCHEMA","stream":"${stream}","schema":{"properties":{"id":{"type":"integer"}}},"key_properties":[]}\n`;
const record = (stream: string, id: number, version: number): string =>
  `{"type":"RECORD","stream":"${stream}","record":{"id":${id}},"version":${version}}\n`;
const activate = (stream: string, version: number): string =>
  `{"type":"ACTIVATE_VERSION","stream":"${stream}","version":${version}}\n`;
const state = '{"type":"STATE","value":1}\n';

suite('target-s3-batch', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  async function send(input: string): Promise<{ readonly stderr: string; readonly ids: string }> {
    const config = await jsonFile(configJson(server, { output_format: 'json' }));
    const { stdout, stderr, exitCode } = await runProgram(target, ['--config', config], { input });
    assert.deepEqual([stdout, exitCode], ['1\n', 0], stderr);
    const rows = jsonRows(server, 'data/a/').map((row) => /"id":\d+/u.exec(row)?.[0] ?? row);
    return { stderr, ids: rows.sort().join() };
  }

  test('keeps the rows of the earlier version when the new one was activated only before its records', async () => {
    assert.equal((await send(schema('a') + record('a', 1, 1) + activate('a', 1) + state)).ids, '"id":1');
    const early = schema('a') + schema('b') + activate('a', 2) + activate('b', 2);
    const { ids, stderr } = await send(early + record('a', 2, 2) + record('b', 2, 2) + state);
    assert.equal(ids, '"id":1,"id":2');
    assert.match(stderr, /WARN.* The rows of "a" were appended: no ACTIVATE_VERSION came after them/u);
    assert.doesNotMatch(stderr, /is complete/u);
  });

  test('lets them go when an activation came after the last record, though another stream came between', async () => {
    await send(schema('a') + record('a', 1, 1) + activate('a', 1) + state);
    const input = schema('a') + record('a', 2, 2) + schema('b') + record('b', 2, 2) + activate('a', 2) + state;
    const { ids, stderr } = await send(input + record('b', 3, 2));
    assert.equal(ids, '"id":2');
    assert.doesNotMatch(stderr, /WARN.*"a"/u);
  });
});

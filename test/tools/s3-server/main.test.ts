import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';

const main = join(import.meta.dirname, '../../../tools/s3-server/main.ts');

test('by hand it serves a directory as a bucket until SIGTERM', async () => {
  const directory = await mkdtemp(join(tmpdir(), 's3-server-'));
  try {
    await mkdir(join(directory, 'data/day=1'), { recursive: true });
    await writeFile(join(directory, 'data/day=1/a.txt'), 'body');
    const child = spawn(process.execPath, [main, '--bucket', 'hand', '--directory', directory]);
    const exit = once(child, 'exit');
    const [endpoint] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    assert.match(endpoint, /^http:\/\/127\.0\.0\.1:\d+\n$/);
    const answer = await fetch(`${endpoint.trim()}/hand/data/day=1/a.txt`);
    assert.equal(await answer.text(), 'body');
    child.kill('SIGTERM');
    assert.deepEqual(await exit, [0, null]);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('by hand it writes its objects into the folder of --save when it stops', async () => {
  const folder = await mkdtemp(join(tmpdir(), 's3-server-'));
  try {
    const child = spawn(process.execPath, [main, '--bucket', 'hand', '--save', join(folder, 'copy')]);
    const exit = once(child, 'exit');
    const [endpoint] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
    const put = await fetch(`${endpoint.trim()}/hand/data/day=1/a.txt`, { method: 'PUT', body: 'body' });
    assert.equal(put.status, 200);
    child.kill('SIGTERM');
    assert.deepEqual(await exit, [0, null]);
    assert.equal(await readFile(join(folder, 'copy/data/day=1/a.txt'), 'utf8'), 'body');
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('without a bucket it says how it is used', async () => {
  const child = spawn(process.execPath, [main]);
  const exit = once(child, 'exit');
  assert.match(await text(child.stderr), /^usage: /);
  assert.deepEqual(await exit, [2, null]);
});

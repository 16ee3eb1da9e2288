import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';

import { wideBytes, widenPipes } from '@s3-connectors/common/streams/pipe-size.ts';

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-connectors-pipe-'));
});
after(() => rm(folder, { recursive: true }));

/** How much a writer that doesn't wait gets into the pipe. */
function capacity(descriptor: number): number {
  let bytes = 0;
  try {
    for (;;) bytes += writeSync(descriptor, Buffer.alloc(4096));
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'EAGAIN');
    return bytes;
  }
}

function hasPerl(): boolean {
  return process.platform === 'linux' && execFileSync('sh', ['-c', 'command -v perl || true']).length > 0;
}

suite('widening pipes', () => {
  test('lets a named pipe hold 1 MiB on Linux with Perl, and changes nothing elsewhere', async () => {
    const path = join(folder, 'lines.fifo');
    execFileSync('mkfifo', [path]);
    const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    await widenPipes([path]);
    assert.equal(capacity(descriptor) >= wideBytes, hasPerl());
    closeSync(descriptor);
  });

  test('reaches a pipe by its descriptor, and does not make it blocking', async () => {
    const path = join(folder, 'input.fifo');
    execFileSync('mkfifo', [path]);
    const descriptor = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    await widenPipes([descriptor]);
    assert.equal(capacity(descriptor) >= wideBytes, hasPerl());
    closeSync(descriptor);
  });

  test('ignores a path that is missing or not a pipe', async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'as it was');
    await widenPipes([file, join(folder, 'nowhere'), '| touch gone']);
    assert.equal(execFileSync('cat', [file], { encoding: 'utf8' }), 'as it was');
  });
});

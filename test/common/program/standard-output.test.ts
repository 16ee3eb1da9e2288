// Standard output that is a file on a disk that becomes full: nothing is lost without an error, and the error is seen.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, suite, test } from 'node:test';

import { runLimited } from '../../support/limited.ts';

const root = join(import.meta.dirname, '../../..');
const fixture = join(root, 'test/support/fixture-connector.ts');
let folder: string;
let output: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-connectors-output-'));
  output = join(folder, 'output.jsonl');
  await writeFile(join(folder, 'catalog.json'), JSON.stringify({ streams: [] }));
});
after(() => rm(folder, { recursive: true }));

async function readRows(behaviour: 'lines' | 'messages' | 'config_error', fileBytes: number) {
  await writeFile(join(folder, 'config.json'), JSON.stringify({ behaviour, count: 200 }));
  const files = ['--config', join(folder, 'config.json'), '--catalog', join(folder, 'catalog.json')];
  return await runLimited(fixture, ['read', ...files], { fileBytes, output });
}

const failure =
  /^Standard output cannot be written \(EFBIG: .*\)\. What was printed before may be incomplete\. \(OUTPUT_CLOSED\)\n/u;

suite('standard output that is a file', () => {
  for (const behaviour of ['lines', 'messages'] as const) {
    test(`has all ${behaviour}, or the program fails and says so on standard error`, async () => {
      const { exitCode, stderr } = await readRows(behaviour, 10 * 1024 * 1024);
      assert.deepEqual([exitCode, stderr], [0, '']);
      const complete = await readFile(output, 'utf8');
      assert.ok(complete.endsWith('\n') && complete.length > 200_000);
      // A last write that is cut short is the one that Node takes for a complete one.
      for (const fileBytes of [0, 512, 1024, 100_352, Math.floor(complete.length / 512) * 512]) {
        const ended = await readRows(behaviour, fileBytes);
        assert.equal(ended.exitCode, 1, `${fileBytes} bytes`);
        assert.match(ended.stderr, failure, `${fileBytes} bytes`);
      }
    });
  }

  test('that fails takes no error with it: standard error has both', async () => {
    const { exitCode, stderr } = await readRows('config_error', 0);
    assert.equal(exitCode, 1);
    assert.match(stderr, failure);
    assert.match(stderr, /\nThere is no bucket; .* \(S3_BUCKET_MISSING\)\n$/u);
  });

  for (const name of ['source-s3', 'destination-s3-streaming', 'destination-s3-batch']) {
    test(`fails spec, check and help of ${name} with a text and the exit code 1`, async () => {
      const config = join(folder, 'none.json');
      for (const args of [['spec'], ['check', '--config', config], ['--help'], ['policy', '--help']]) {
        const main = join(root, name, 'src/main.ts');
        const { exitCode, stderr } = await runLimited(main, args, { fileBytes: 0, output });
        assert.equal(exitCode, 1, args.join(' '));
        assert.match(stderr, failure, args.join(' '));
      }
    });
  }
});

const programs = {
  'source-s3/src/main.ts': [['spec'], ['check', '--config', 'none.json'], ['--help'], ['policy', '--help']],
  'source-s3/src/tap.ts': [['--about'], ['--help']],
  'destination-s3-streaming/src/main.ts': [['spec'], ['policy', '--help']],
  'destination-s3-streaming/src/target.ts': [['--about', '--format', 'json']],
  'destination-s3-batch/src/main.ts': [['spec'], ['policy', '--help']],
  'destination-s3-batch/src/target.ts': [['--about', '--format', 'json']],
};

/** Runs a program as a shell does, with `redirection` of standard output. Standard input stays open. */
async function runWith(redirection: string, [file, ...args]: readonly [file: string, ...args: readonly string[]]) {
  const script = `exec "$@" ${redirection}`;
  const child = spawn('sh', ['-c', script, 'sh', process.execPath, join(root, file), ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 30_000, // Should it wait for its input.
  });
  const exited = once(child, 'exit');
  const [stderr] = await Promise.all([text(child.stderr), exited]);
  child.stdin.destroy();
  return { exitCode: child.exitCode, stderr };
}

async function verbArguments(verb: string): Promise<readonly string[]> {
  await writeFile(join(folder, 'config.json'), JSON.stringify({ behaviour: 'lines', count: 200 }));
  const files = ['--config', join(folder, 'config.json')];
  if (verb === 'spec') return [verb];
  return verb === 'read' || verb === 'write'
    ? [verb, ...files, '--catalog', join(folder, 'catalog.json')]
    : [verb, ...files];
}

suite('standard output that takes nothing', () => {
  const fixtureFile = 'test/support/fixture-connector.ts';
  const closed = /^Standard output is closed.*> \/dev\/null.* \(OUTPUT_CLOSED\)\n/u;
  const verbs = ['spec', 'check', 'discover', 'read', 'write', 'count'];
  const isLinux = process.platform === 'linux'; // Elsewhere a process cannot learn how a file was opened.

  for (const verb of isLinux ? verbs : []) {
    test(`because it is closed makes ${verb} fail with a text on standard error`, async () => {
      const { exitCode, stderr } = await runWith('>&-', [fixtureFile, ...(await verbArguments(verb))]);
      assert.equal(exitCode, 1);
      assert.match(stderr.split('\n').at(-2) + '\n', closed);
    });
  }

  for (const [file, commands] of Object.entries(isLinux ? programs : {})) {
    test(`because it is closed makes ${file} fail with a text on standard error`, async () => {
      for (const args of commands) {
        const { exitCode, stderr } = await runWith('>&-', [file, ...args]);
        assert.equal(exitCode, 1, args.join(' '));
        assert.match(stderr, closed, args.join(' '));
      }
    });
  }

  test('because it is a folder or opened for reading makes a verb fail', async () => {
    for (const redirection of ['1< /tmp', '1< /dev/null', `1< '${fixture}'`]) {
      const { exitCode, stderr } = await runWith(redirection, [fixtureFile, 'spec']);
      assert.equal(exitCode, 1, redirection);
      assert.match(stderr, /^Standard output cannot be written \(EBADF: .*\(OUTPUT_CLOSED\)\n/u, redirection);
    }
  });

  test('may be asked for: what goes to /dev/null is no failure', async () => {
    assert.deepEqual(await runWith('> /dev/null', [fixtureFile, 'spec']), { exitCode: 0, stderr: '' });
  });
});

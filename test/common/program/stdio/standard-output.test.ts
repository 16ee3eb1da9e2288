// Standard output that is a file on a disk that becomes full: nothing is lost without an error, and the error is seen.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, suite, test } from 'node:test';

import { runLimited } from '../../../support/programs/limited.ts';

const root = join(import.meta.dirname, '../../../..');
const fixture = join(root, 'test/support/programs/fixture-connector.ts');
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
  /^Standard output cannot be written \(EFBIG: .*\)\. The output may be incomplete\. \(OUTPUT_CLOSED\)\n/u;

suite('standard output that is a file', () => {
  for (const behaviour of ['lines', 'messages'] as const) {
    test(`has all ${behaviour}, or the program fails with an error on standard error`, async () => {
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

  test('that fails hides no other error: standard error has both', async () => {
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

suite('standard output that accepts no data', () => {
  const fixtureFile = 'test/support/programs/fixture-connector.ts';
  test('because it is a folder or opened for reading makes a verb fail', async () => {
    for (const redirection of ['1< /tmp', '1< /dev/null', `1< '${fixture}'`]) {
      const { exitCode, stderr } = await runWith(redirection, [fixtureFile, 'spec']);
      assert.equal(exitCode, 1, redirection);
      assert.match(stderr, /^Standard output cannot be written \(EBADF: .*\(OUTPUT_CLOSED\)\n/u, redirection);
    }
  });

  test('may be /dev/null without a failure, however it was opened', async () => {
    // Python's subprocess.DEVNULL and Node's `stdio: 'ignore'` open it as Node does in the place of a closed one.
    for (const redirection of ['> /dev/null', '1<> /dev/null', '>&-']) {
      const ended = await runWith(redirection, [fixtureFile, 'spec']);
      assert.deepEqual(ended, { exitCode: 0, stderr: '' }, redirection);
    }
  });
});

suite('standard error that accepts no data', () => {
  for (const redirection of ['2> /dev/full', '2>&-', '2< /dev/null', '2> >(exec true)']) {
    test(`as with ${redirection} loses texts but does not stop the run`, async () => {
      const config = join(folder, 'config.json');
      await writeFile(config, JSON.stringify({ api_key: 'canary-secret-value', behaviour: 'lines', count: 10 }));
      const child = spawn(
        'bash',
        ['-c', `sleep 0.2; exec "$@" ${redirection}`, 'bash', process.execPath, fixture, 'count', '--config', config],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
          timeout: 30_000,
          killSignal: 'SIGKILL',
        },
      );
      const exited = once(child, 'exit');
      const [stdout] = await Promise.all([text(child.stdout), exited]);
      assert.deepEqual([stdout, child.exitCode], ['10 rows ****\n', 0]);
    });
  }
});

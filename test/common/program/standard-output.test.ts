// Standard output that is a file on a disk that becomes full: nothing is lost without an error, and the error is seen.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';

import { buildOnce } from '../../support/build-once.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { runDemo } from '../../../tools/demo/demo.ts';
import { bucket, destinationPrefix } from '../../../tools/demo/programs.ts';

/** The demo with the first 10,000 flights. */
async function demo(beforeComparing?: (server: S3TestServer) => void): Promise<{ equal: boolean; said: string }> {
  const programs = {
    source: await buildOnce('source-s3'),
    destination: await buildOnce('destination-s3-streaming'),
  };
  const said: string[] = [];
  const screen = {
    say: (text: string) => void said.push(text),
    watch: () => ({ [Symbol.dispose]: () => undefined }),
  };
  const options = { programs, screen, rows: 10_000, ...(beforeComparing === undefined ? {} : { beforeComparing }) };
  const equal = await runDemo(options, new AbortController().signal);
  return { equal, said: said.join('\n') };
}

suite('the demo', { concurrency: 2 }, () => {
  test('finds all rows equal when none was touched', async () => {
    const { equal, said } = await demo();
    assert.match(said, /rows in +10,000 .*\n +rows out +10,000\n/u);
    assert.match(said, /\nall rows equal$/u);
    assert.ok(equal);
  });

  test('fails and shows the row when one was changed on purpose', async () => {
    const { equal, said } = await demo((server) => {
      const [file] = server.objects(bucket, `${destinationPrefix}/`);
      assert.ok(file);
      const rows = gunzipSync(file.body).toString();
      server.seed(bucket, file.key, gzipSync(rows.replace(/"distance":\d+/u, '"distance":123456')));
    });
    assert.match(said, /NOT EQUAL\n {2}1 row of the source did not arrive, such as \{.*\n {2}1 row arrived that/u);
    assert.match(said, /"distance":"?123456/u);
    assert.ok(!equal);
  });

  test('says which program failed, in its own words', async () => {
    const destination = join(import.meta.dirname, '../../support/no-such-program.mjs');
    const screen = {
      say: (text: string) => void said.push(text),
      watch: () => ({ [Symbol.dispose]: () => undefined }),
    };
    const said: string[] = [];
    const programs = { source: await buildOnce('source-s3'), destination };
    assert.ok(!(await runDemo({ programs, screen, rows: 10_000 }, new AbortController().signal)));
    assert.match(said.at(-1) ?? '', /^destination-s3-streaming check ended with exit code 1\n/u);
  });
});

suite('the demo, stopped', () => {
  for (const [when, text] of [
    ['while it makes its data', 'Laying out'],
    ['while the programs run', 'source-s3 read |'],
    ['while it compares', 'Comparing'],
  ] as const) {
    test(`${when}, leaves no process and no file behind`, async (context) => {
      const temporary = await mkdtemp(join(tmpdir(), 's3-connectors-demo-test-'));
      context.after(() => rm(temporary, { recursive: true }));
      const programs = [await buildOnce('source-s3'), await buildOnce('destination-s3-streaming')];
      const child = spawn(process.execPath, [join(import.meta.dirname, 'small-demo.ts'), ...programs], {
        detached: true, // A process group of its own, as a terminal gives one to what it starts.
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, TMPDIR: temporary },
      });
      const { pid } = child;
      assert.ok(pid !== undefined);
      const exited = once(child, 'exit');
      let shown = '';
      for await (const chunk of child.stdout) {
        const before = shown;
        shown += String(chunk);
        if (shown.includes(text) && !before.includes(text)) process.kill(-pid, 'SIGINT');
      }
      assert.deepEqual(await exited, [130, null]);
      assert.throws(() => process.kill(-pid, 0), { code: 'ESRCH' });
      assert.deepEqual(await readdir(temporary), []);
    });
  }
});

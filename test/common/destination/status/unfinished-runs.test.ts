// What status reports about unfinished runs of several writers, and that it does not report what is kept of others.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { bucket } from '../../../support/destination-input.ts';
import { emptyServer } from '../../../support/empty-server.ts';
import { batchLayout, codesOf, hourMs, keyOf, now, prefix, reportOf, seedFile, taskFor } from './support.ts';

suite('status of runs of several writers', () => {
  const running = emptyServer();
  const lastModified = new Date(now - hourMs);
  const seed = (path: string) => running().seed(bucket, prefix + path, 'x', { lastModified });
  const report = async () => {
    seedFile(running(), batchLayout, { name: 'users', time: now - hourMs });
    return await reportOf(taskFor(running(), batchLayout));
  };

  test('names one that waits for parts, with what is there and what to do', async () => {
    for (const file of ['run', 'parts/0', 'parts/12']) seed(`_runs/nightly/${file}.json`);
    const file = keyOf(batchLayout, 'users', now - hourMs).slice(prefix.length);
    seed(`_staging/nightly/0-0123456789abcdef/${file}`);
    const { json, text } = await report();
    assert.deepEqual(codesOf(json), ['unfinished_run']);
    const newest = lastModified.toISOString();
    assert.deepEqual(json.unfinished_runs, [{ run: 'nightly', parts: 2, files: 1, newest, is_committing: false }]);
    assert.match(text.replaceAll(/\s+/gu, ' '), /run the missing parts again and "commit --run nightly", or abort it/u);
  });

  test('names one whose commit was not brought to its end', async () => {
    for (const file of ['run', 'parts/0', 'commit']) seed(`_runs/nightly/${file}.json`);
    const { json } = await report();
    assert.deepEqual(
      json.unfinished_runs.map(({ run, is_committing: isCommitting }) => [run, isCommitting]),
      [['nightly', true]],
    );
  });

  test('accepts runs that are committed or aborted', async () => {
    for (const file of ['done/run', 'done/commit', 'aborted/commit']) seed(`_runs/${file}.json`);
    const { json } = await report();
    assert.deepEqual([codesOf(json), json.unfinished_runs], [[], []]);
  });

  test('takes what others put below _runs/ for what it is', async () => {
    for (const file of ['x', 'nightly/parts/x.json', '../run.json']) seed(`_runs/${file}`);
    const { json } = await report();
    assert.deepEqual([codesOf(json), json.unfinished_runs], [['foreign'], []]);
  });
});

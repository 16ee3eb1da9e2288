// The recipe examples/slurm on a real Slurm: arrays of eight tasks replace and extend tables, each in one run, while tasks are killed,
// doubled, refused and late. A reader that follows `latest.json` watches all the time.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';

import { isFile, isPart, isStaged, type Fault } from './support/parted-faults.ts';
import {
  filesOfTable,
  idsOf,
  keyOf,
  keyOfShard,
  parts,
  shardOf,
  startTable,
  type PartedTable,
} from './support/parted-table.ts';
import { openRuns, type Runs, type SlurmRun } from './support/slurm-run.ts';
import { startSlurm, type Slurm } from './support/slurm.ts';

const completed: readonly string[] = Array.from({ length: parts }, () => 'COMPLETED');
const failedAt = (index: number): readonly string[] => completed.with(index, 'FAILED');

const isLatest = (key: string): boolean => key === 'copy/_manifests/users/latest.json';

let slurm: Slurm;
before(async () => {
  slurm = await startSlurm();
});
after(() => slurm[Symbol.asyncDispose]());

suite('a table that arrays of eight tasks replace, read by its latest.json all the time,', () => {
  let table: PartedTable;
  let runs: Runs;
  before(async () => {
    table = await startTable({ sync: 'full_refresh' });
    runs = openRuns(slurm, table);
  });
  after(() => table[Symbol.asyncDispose]());

  /** After a fresh look of the reader: the table is this version, and nothing is left of the run. */
  async function isExactly(version: number, { id }: SlurmRun): Promise<void> {
    await table.sees(version);
    assert.deepEqual(table.ids(), idsOf(filesOfTable));
    assert.deepEqual([table.keys(`_staging/${id}/`), runs.faults.left()], [[], 0]);
  }
  async function publishes(run: SlurmRun, version: number): Promise<void> {
    await runs.succeed(run);
    const states = (await runs.log(run, 'states.jsonl')).match(/"shard":\{"index":\d,"count":8\}/gu);
    assert.deepEqual(
      states?.toSorted(),
      completed.map((_, index) => `"shard":{"index":${index},"count":8}`),
    );
    await isExactly(version, run);
  }
  function refuse(index: number): void {
    const prefix = keyOfShard('users', index);
    table.server.inject({ kind: 'error', code: 'AccessDenied', operation: 'GetObject', prefix, times: Infinity });
  }
  /** A task that has failed permanently is started by hand, and the commit after it. */
  async function repeat(run: SlurmRun, index: number): Promise<void> {
    await runs.again(`${run.array}_${index}`);
    await runs.untilOver(run.array);
    await runs.again(run.commit);
  }

  test('is complete after a run without faults', async () => {
    table.write(1);
    await publishes(await runs.submit(), 1);
  });

  test('is exact after readers, writers and a task’s script were killed by -9 and started again', async () => {
    table.write(2);
    const kills: readonly Fault[] = [
      { whom: 'writer', index: 0, operation: 'PutObject', key: isStaged(0), moment: 'onRequest' },
      { whom: 'writer', index: 1, operation: 'PutObject', key: isStaged(1), moment: 'onAnswer' },
      { whom: 'writer', index: 2, operation: 'PutObject', key: isPart(2), moment: 'onRequest' },
      { whom: 'writer', index: 3, operation: 'PutObject', key: isPart(3), moment: 'onAnswer' },
      { whom: 'reader', index: 4, operation: 'GetObject', key: isFile(4), moment: 'onRequest' },
      { whom: 'reader', index: 5, operation: 'GetObject', key: isFile(5), moment: 'onAnswer' },
      { whom: 'script', index: 6, operation: 'PutObject', key: isStaged(6), moment: 'onRequest' },
    ];
    const run = await runs.submit({}, kills);
    assert.deepEqual(await runs.untilOver(run.array), failedAt(6), 'Slurm leaves a task whose script was killed');
    assert.deepEqual(await runs.untilOver(run.commit), ['FAILED']);
    assert.match(await runs.log(run, 'commit.log'), /1 of its 8 parts is missing \(index 6\)\./u);
    await table.sees(1);
    await repeat(run, 6);
    await publishes(run, 2);
  });

  test('is exact after the node was lost, and Slurm started all of its tasks again', async () => {
    table.write(3);
    const first = runs.faults.stop({ whom: 'writer', index: 0, operation: 'PutObject', key: isStaged(0) });
    const run = await runs.submit();
    await first.reached;
    await slurm.loseNode();
    first.release();
    await publishes(run, 3);
    assert.ok((await runs.restarts(run.array)) > 0);
  });

  test('has the rows of one attempt at a part where two end one after the other, also after the commit', async () => {
    table.write(4);
    const [loser, last, late] = [3, 4, 5].map((index) => {
      return runs.faults.stop({ whom: 'writer', index, operation: 'PutObject', key: isPart(index) });
    });
    const run = await runs.submit();
    for (const index of [3, 5]) {
      await (index === 3 ? loser : late)?.reached;
      assert.deepEqual(await runs.untilOver(await runs.duplicate(run, index)), ['COMPLETED']);
    }
    loser?.release();
    await runs.untilOver(`${run.array}_3`);
    assert.match(await runs.log(run, 'part-3.log'), /was finished by another attempt: the files of this one/u);
    last?.release();
    await runs.untilOver(`${run.array}_4`);
    await table.sees(4);
    late?.release();
    await publishes(run, 4);
  });

  test('stays what it was while an index fails, and is replaced once that has been started again', async () => {
    table.write(5);
    refuse(5);
    const run = await runs.submit({ RETRIES: '1' });
    assert.deepEqual(await runs.untilOver(run.array), failedAt(5));
    assert.deepEqual(await runs.untilOver(run.commit), ['FAILED']);
    assert.match(await runs.log(run, 'part-5.log'), /S3_ACCESS_DENIED/u);
    await table.sees(4);
    table.server.clearFaults();
    await repeat(run, 5);
    await publishes(run, 5);
  });

  test('stays what a newer run made it when an older one ends late', async () => {
    table.write(6);
    refuse(7);
    const late = await runs.submit({ RETRIES: '0' });
    assert.deepEqual(await runs.untilOver(late.array), failedAt(7));
    table.server.clearFaults();
    table.write(7);
    await publishes(await runs.submit(), 7);
    await repeat(late, 7);
    assert.deepEqual(await runs.untilOver(late.array), failedAt(7));
    assert.deepEqual(await runs.untilOver(late.commit), ['FAILED']);
    for (const log of ['part-7.log', 'commit.log']) assert.match(await runs.log(late, log), /REPLACEMENT_REFUSED/u);
    await runs.abort(late);
    await isExactly(7, late);
  });

  for (const [moment, version, before] of [
    ['onRequest', 8, 7],
    ['onAnswer', 9, 9],
  ] as const) {
    test(`is exact after the commit was killed ${moment === 'onRequest' ? 'before' : 'after'} latest.json named the new set`, async () => {
      table.write(version);
      const kill: Fault = { whom: 'writer', operation: 'PutObject', key: isLatest, moment };
      const run = await runs.submit({ RETRIES: '0' }, [kill]);
      await slurm.run('scontrol', 'hold', run.commit);
      assert.ok((await runs.untilOver(run.array)).includes('FAILED'));
      await table.sees(before);
      await slurm.run('scontrol', 'release', run.commit);
      assert.deepEqual(await runs.untilOver(run.commit), ['COMPLETED'], 'it finds all parts');
      await isExactly(version, run);
    });
  }
});

suite('a table that arrays of eight tasks extend', () => {
  test('has each row once after two runs, the second of which begins at the states of the first', async () => {
    await using table = await startTable({ name: 'visits', sync: 'incremental' });
    const runs = openRuns(slurm, table);
    table.add(0, filesOfTable);
    const first = await runs.submit();
    await runs.succeed(first);
    assert.deepEqual(table.ids(), idsOf(filesOfTable));
    const more = filesOfTable + 8;
    table.add(filesOfTable, more);
    const index = shardOf(keyOf('visits', filesOfTable));
    const kills: readonly Fault[] = [
      { whom: 'writer', index, operation: 'PutObject', key: isStaged(index), moment: 'onAnswer' },
      { whom: 'writer', operation: 'CopyObject', key: (key) => key.startsWith('copy/data/'), moment: 'onAnswer' },
    ];
    const second = await runs.submit({ STATES: runs.path(first, 'states.jsonl') }, kills);
    await runs.succeed(second);
    assert.deepEqual([table.ids(), table.keys('_staging/'), runs.faults.left()], [idsOf(more), [], 0]);
  });
});

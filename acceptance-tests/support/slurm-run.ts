// Runs of the recipe examples/slurm on a real Slurm: its own scripts, and what becomes of their tasks.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { openFaults, type Fault } from './parted-faults.ts';
import { runProgram } from '../../test/support/program.ts';
import { parts, type PartedTable } from './parted-table.ts';
import { executables } from './programs.ts';
import type { Slurm } from './slurm.ts';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const recipe = join(root, 'examples/slurm');
const withinMs = 120_000;
const ended: readonly string[] = ['COMPLETED', 'FAILED', 'CANCELLED', 'NODE_FAIL', 'TIMEOUT'];

export type SlurmRun = {
  readonly id: string;
  /** The job of the array, and of the commit. */
  readonly array: string;
  readonly commit: string;
};

export type Runs = ReturnType<typeof openRuns>;

export function openRuns(slurm: Slurm, table: PartedTable) {
  const { folder } = table;
  const folders = join(folder, 'runs');
  const env = { ...slurm.env, PATH: `${join(root, 'node_modules/.bin')}:${slurm.env['PATH']}` };
  const faults = openFaults(table);

  const untilOver = async (job: string): Promise<readonly string[]> => {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const jobs = await slurm.jobs(job);
      if (jobs.every(({ state }) => ended.includes(state))) {
        return jobs.toSorted((a, b) => (a.index ?? 0) - (b.index ?? 0)).map(({ state }) => state);
      }
      // Slurm waits two minutes before it starts a task again.
      const late = jobs.filter(({ state, reason }) => state === 'PENDING' && reason === 'BeginTime');
      for (const { id } of late) await slurm.run('scontrol', 'update', `JobId=${id}`, 'StartTime=now');
      assert.ok(Date.now() < deadline, `not over: ${JSON.stringify(jobs)}`);
      await sleep(200);
    }
  };

  return {
    /** As a user starts it. */
    async submit(more: Readonly<Record<string, string>> = {}, kills: readonly Fault[] = []): Promise<SlurmRun> {
      faults.plan(kills);
      const options = { cwd: folder, env: { ...env, ...more } };
      const { stdout } = await execute(join(recipe, 'submit.sh'), [String(parts)], options);
      const [id = '', array = '', commit = ''] = stdout.trim().split(' ');
      return { id, array, commit };
    },
    /** Another attempt at a part, as a job of its own. @returns its job. */
    duplicate({ id }: SlurmRun, index: number): Promise<string> {
      const place = [`--chdir=${join(folders, id)}`, `--array=${index}`, '--output=duplicate.log'];
      const set = `--export=ALL,SYNC_RUN=${id},SHARD_COUNT=${parts},PATH=${env.PATH}`;
      return slurm.run('sbatch', '--parsable', ...place, set, join(recipe, 'part.sbatch'));
    },
    /** The states of the tasks of a job that is over, in the order of their indexes. */
    untilOver,
    /** All parts and the commit have succeeded: else what the tasks that failed have said. */
    async succeed({ id, array, commit }: SlurmRun): Promise<void> {
      const states = await untilOver(array);
      const failed = states.flatMap((state, index) => (state === 'COMPLETED' ? [] : [index]));
      const logs = failed.map((index) => readFile(join(folders, id, `part-${index}.log`), 'utf8').catch(String));
      const text = `${JSON.stringify(await slurm.jobs(array))}\n${(await Promise.all(logs)).join('\n')}`;
      assert.deepEqual(failed, [], text);
      assert.deepEqual(await untilOver(commit), ['COMPLETED']);
    },
    async restarts(job: string): Promise<number> {
      return (await slurm.jobs(job)).reduce((sum, { restarts }) => sum + restarts, 0);
    },
    async again(job: string): Promise<void> {
      await slurm.run('scontrol', 'requeue', job);
    },
    async abort({ id }: SlurmRun): Promise<void> {
      const args = ['commit', '--abort', '--run', id, '--config', join(folder, 'destination.json')];
      const { exitCode, stdout } = await runProgram(executables.batch, args);
      assert.equal(exitCode, 0, stdout);
    },
    path: (run: SlurmRun, file: string): string => join(folders, run.id, file),
    log: (run: SlurmRun, file: string): Promise<string> => readFile(join(folders, run.id, file), 'utf8'),
    faults,
  };
}

// The index of this process among several equal ones, from the config or from the scheduler's environment variables.
import * as z from 'zod';

import { ConnectorError } from '../protocol/errors.ts';
import type { Environment } from '../s3/address/hosted.ts';

/** One of `count` processes; `index` counts from 0. */
export type Shard = { readonly index: number; readonly count: number };

export const mostShards = 65_536;

export const shardIndex = z
  .int()
  .min(0)
  .max(mostShards - 1);
export const shardCount = z.int().min(1).max(mostShards);

/** For a refinement of an object with both fields. */
export const withinCount = {
  path: ['index'],
  error: 'must be less than count: the first of 4 has the index 0, the last one 3',
};

type Scheduler = {
  readonly index: string;
  /** The number of the first index, if it is not 0. */
  readonly first?: string;
  readonly count: string;
  /** The variable that is the same in all processes of one job. */
  readonly job?: string;
};

/** The first one whose index is set applies. */
const schedulers: readonly Scheduler[] = [
  { index: 'SHARD_INDEX', count: 'SHARD_COUNT' },
  { index: 'JOB_COMPLETION_INDEX', count: 'SHARD_COUNT' },
  { index: 'AWS_BATCH_JOB_ARRAY_INDEX', count: 'AWS_BATCH_JOB_ARRAY_SIZE', job: 'AWS_BATCH_JOB_ID' },
  {
    index: 'SLURM_ARRAY_TASK_ID',
    first: 'SLURM_ARRAY_TASK_MIN',
    count: 'SLURM_ARRAY_TASK_COUNT',
    job: 'SLURM_ARRAY_JOB_ID',
  },
];

const runVariable = 'SYNC_RUN';

/** The environment variable with the index of this process; undefined if there is none. */
export function indexVariable(env: Environment): string | undefined {
  return schedulerIn(env)?.index;
}

/**
 * `field`: the config field for the same setting.
 * @throws CONFIG_INVALID for an index without a count, and for an invalid shard.
 */
export function shardIn(env: Environment, field: string): Shard | undefined {
  const scheduler = schedulerIn(env);
  if (scheduler === undefined) return undefined;
  const { index: name, first, count } = scheduler;
  const numberIn = (variable: string): number => {
    const text = given(env[variable]);
    if (text !== undefined && /^\d{1,9}$/u.test(text)) return Number(text);
    const why = `${variable} in the environment must be a whole number from 0. Correct it, or set "${field}" in the config.`;
    throw new ConnectorError('CONFIG_INVALID', why);
  };
  const index = numberIn(name) - (first === undefined ? 0 : numberIn(first));
  if (given(env[count]) === undefined) {
    throw new ConnectorError(
      'CONFIG_INVALID',
      `The environment sets ${name}, so this is one of several processes, but it does not set their number, ${count}. Set ${count} (to 1 if this is the only process), or "${field}" in the config.`,
    );
  }
  const shard = { index, count: numberIn(count) };
  const isShard = shardIndex.safeParse(index).success && shardCount.safeParse(shard.count).success;
  if (isShard && index < shard.count) return shard;
  throw new ConnectorError(
    'CONFIG_INVALID',
    `${name} and ${count} in the environment are not a valid shard: the index must be less than the count, and the count at most ${mostShards}. Correct them, or set "${field}" in the config.`,
  );
}

/** Whether the environment makes the process part of a run. A scheduler's array alone does not. */
export function namesRun(env: Environment): boolean {
  return given(env[runVariable]) !== undefined;
}

/** The run of the process: `SYNC_RUN`, or the job of the scheduler whose index applies. AWS Batch adds `:index` to it. */
export function runIn(env: Environment): string | undefined {
  const job = schedulerIn(env)?.job;
  return given(env[runVariable]) ?? (job === undefined ? undefined : given(env[job])?.split(':', 1)[0]);
}

function schedulerIn(env: Environment): Scheduler | undefined {
  return schedulers.find(({ index }) => given(env[index]) !== undefined);
}

function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

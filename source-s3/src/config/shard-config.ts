// Which shard this process reads: by the config, or by what the scheduler that started it has put into the environment.
import * as z from 'zod';

import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import { mostShards, wholeTable, type Shard } from '../layout/shard.ts';

export const shardSchema = z
  .object({
    index: z
      .int()
      .min(0)
      .max(mostShards - 1)
      .meta({ title: 'Index', description: 'Which of the readers this one is, from 0.', order: 0 }),
    count: z.int().min(1).max(mostShards).meta({
      title: 'Count',
      description: 'How many readers there are. Choose it high (64), since a smaller count means a full refresh.',
      order: 1,
    }),
  })
  .refine(({ index, count }) => index < count, {
    path: ['index'],
    error: 'must be less than count: the first of 4 readers has the index 0, the last one 3',
  });

type Environment = Readonly<Record<string, string | undefined>>;

type Scheduler = {
  readonly index: string;
  /** What the first index is called, if it is not 0. */
  readonly first?: string;
  readonly count: string;
};

/** The first whose index is set counts. */
const schedulers: readonly Scheduler[] = [
  { index: 'SHARD_INDEX', count: 'SHARD_COUNT' },
  { index: 'JOB_COMPLETION_INDEX', count: 'SHARD_COUNT' },
  { index: 'AWS_BATCH_JOB_ARRAY_INDEX', count: 'AWS_BATCH_JOB_ARRAY_SIZE' },
  { index: 'SLURM_ARRAY_TASK_ID', first: 'SLURM_ARRAY_TASK_MIN', count: 'SLURM_ARRAY_TASK_COUNT' },
];

/** The config beats the environment. @throws CONFIG_INVALID for an index without a count, and for what is no shard. */
export function resolveShard(configured: Shard | undefined, env: Environment): Shard {
  if (configured !== undefined) return configured;
  const scheduler = schedulers.find(({ index }) => given(env[index]) !== undefined);
  if (scheduler === undefined) return wholeTable;
  const index = numberIn(env, scheduler.index) - (scheduler.first === undefined ? 0 : numberIn(env, scheduler.first));
  if (given(env[scheduler.count]) === undefined) {
    throw invalid(
      `The environment has ${scheduler.index}, so this is one of several readers, but not ${scheduler.count}, how many there are. Set ${scheduler.count} (to 1 if this reader takes all files), or "shard" in the config.`,
    );
  }
  const shard = shardSchema.safeParse({ index, count: numberIn(env, scheduler.count) });
  if (shard.success) return shard.data;
  throw invalid(
    `${scheduler.index} and ${scheduler.count} in the environment are no shard: the index must be less than the count, and the count at most ${mostShards}. Correct them, or set "shard" in the config.`,
  );
}

function numberIn(env: Environment, name: string): number {
  const text = given(env[name]);
  if (text !== undefined && /^\d{1,9}$/u.test(text)) return Number(text);
  throw invalid(`${name} in the environment must be a whole number from 0. Correct it, or set "shard" in the config.`);
}

function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function invalid(text: string): ConnectorError {
  return new ConnectorError('CONFIG_INVALID', text);
}

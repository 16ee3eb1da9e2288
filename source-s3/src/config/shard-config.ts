// The shard that this process reads: from the config, or from the environment of its scheduler.
import * as z from 'zod';

import { shardCount, shardIn, shardIndex, withinCount, type Shard } from '@s3-connectors/common/program/scheduler.ts';
import type { Environment } from '@s3-connectors/common/s3/address/hosted.ts';

import { wholeTable } from '../layout/shard.ts';

export const shardSchema = z
  .object({
    index: shardIndex.meta({ title: 'Index', description: 'The number of this reader, from 0.', order: 0 }),
    count: shardCount.meta({
      title: 'Count',
      description: 'The number of readers. Choose a high number (64), because reducing it requires a full refresh.',
      order: 1,
    }),
  })
  .refine(({ index, count }) => index < count, withinCount);

/** The config overrides the environment. @throws CONFIG_INVALID for an index without a count, and for an invalid shard. */
export function resolveShard(configured: Shard | undefined, env: Environment): Shard {
  return configured ?? shardIn(env, 'shard') ?? wholeTable;
}

// The run of several writers that this process belongs to, and its part: from the config, or else from the environment of a
// scheduler. A scheduler's array alone does not make a run, because its tasks may be unrelated.
import * as z from 'zod';

import { namesRun, runIn, shardCount, shardIn, shardIndex, withinCount } from '../../program/scheduler.ts';
import type { Environment } from '../../s3/address/hosted.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import { isRunId, type RunPart } from '../replacing/run-id.ts';

const idRemedy =
  'must begin with a letter or digit, and have at most 100 letters, digits and . _ : + = @ -, such as "nightly-2026-01-15"';

/** Spread into a destination's config. */
export const runShape = {
  run: z
    .object({
      id: z
        .string()
        .refine(isRunId, idRemedy)
        .optional()
        .meta({
          title: 'Run',
          description:
            'The ID of the run: the same for all of its writers, and different in every other run. Leave it empty to use SYNC_RUN of the environment, or the job of an AWS Batch or Slurm array.',
          examples: ['nightly-2026-01-15'],
          order: 0,
        }),
      index: shardIndex.optional().meta({
        title: 'Index',
        description: 'The number of this writer, from 0. Leave it empty to use the index of the scheduler.',
        order: 1,
      }),
      count: shardCount.optional().meta({
        title: 'Count',
        description: 'The number of writers. Leave it empty to use the count of the scheduler.',
        order: 2,
      }),
    })
    .refine(({ index, count }) => (index === undefined) === (count === undefined), {
      error: 'needs both index and count, or neither',
    })
    .refine(({ index = 0, count = Infinity }) => index < count, withinCount)
    .optional()
    .meta({
      title: 'Run of several writers',
      description:
        'Several processes write one export. It is published once, after all of them have finished. Leave it empty for a single writer.',
      order: 30,
    }),
};

/**
 * Undefined for a single writer. The error of a run whose parts are not known is returned, because verbs that write nothing do
 * not need the parts.
 */
export function resolveRun(
  configured: { readonly [Key in keyof RunPart]?: RunPart[Key] | undefined } | undefined,
  env: Environment,
  isConditional: boolean,
): RunPart | ConnectorError | undefined {
  if (configured === undefined && !namesRun(env)) return undefined;
  try {
    if (!isConditional) throw needsConditions();
    const { id = runIn(env), index, count } = configured ?? {};
    if (id === undefined) {
      throw invalid(
        '"run" has no "id", and the environment has none: set it, or SYNC_RUN, to the same for all writers.',
      );
    }
    if (!isRunId(id)) throw invalid(`The name of the run (SYNC_RUN, or the job of the scheduler) ${idRemedy}.`);
    const shard = index === undefined || count === undefined ? shardIn(env, 'run') : { index, count };
    if (shard === undefined) {
      const text = `The run "${id}" has no index and count: set them in "run", or let the scheduler set them (SHARD_INDEX and SHARD_COUNT).`;
      throw invalid(text);
    }
    return { id, ...shard };
  } catch (error) {
    if (error instanceof ConnectorError) return error;
    throw error;
  }
}

export function needsConditions(): ConnectorError {
  return invalid(
    'A run of several writers needs conditional writes: set "conditional_writes" to true, or use a storage that has them.',
  );
}

function invalid(text: string): ConnectorError {
  return new ConnectorError('CONFIG_INVALID', text);
}

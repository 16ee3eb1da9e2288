import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { resolveShard, shardSchema } from '../../../source-s3/src/config/shard-config.ts';

suite('the shard that a process reads', () => {
  for (const [what, env, shard] of [
    ['the complete table by default', {}, { index: 0, count: 1 }],
    ['by SHARD_INDEX and SHARD_COUNT', { SHARD_INDEX: '2', SHARD_COUNT: '5' }, { index: 2, count: 5 }],
    ['by an indexed job of Kubernetes', { JOB_COMPLETION_INDEX: '0', SHARD_COUNT: '64' }, { index: 0, count: 64 }],
    [
      'by an array job of AWS Batch',
      { AWS_BATCH_JOB_ARRAY_INDEX: '3', AWS_BATCH_JOB_ARRAY_SIZE: '4' },
      { index: 3, count: 4 },
    ],
    [
      'by an array of Slurm, which may begin at any number',
      { SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_MIN: '5', SLURM_ARRAY_TASK_COUNT: '3' },
      { index: 2, count: 3 },
    ],
    [
      'by its own variables rather than by those of the scheduler',
      { SHARD_INDEX: '1', SHARD_COUNT: '2', AWS_BATCH_JOB_ARRAY_INDEX: '3', AWS_BATCH_JOB_ARRAY_SIZE: '4' },
      { index: 1, count: 2 },
    ],
    ['not by a count alone', { SHARD_COUNT: '4' }, { index: 0, count: 1 }],
    ['not by an empty variable', { SHARD_INDEX: '', SHARD_COUNT: '' }, { index: 0, count: 1 }],
  ] as const) {
    test(`is known ${what}`, () => assert.deepEqual(resolveShard(undefined, env), shard));
  }

  test('is that of the config, whatever the environment says', () => {
    const configured = { index: 1, count: 3 };
    assert.deepEqual(resolveShard(configured, { SHARD_INDEX: '7', SHARD_COUNT: '2' }), configured);
  });

  for (const [env, message] of [
    [
      { SHARD_INDEX: '1' },
      /SHARD_INDEX, so this is one of several processes, but it does not set their number, SHARD_COUNT/u,
    ],
    [{ JOB_COMPLETION_INDEX: '0' }, /JOB_COMPLETION_INDEX, .* does not set their number, SHARD_COUNT/u],
    [{ SHARD_INDEX: '4', SHARD_COUNT: '4' }, /are not a valid shard: the index must be less than the count/u],
    [{ SHARD_INDEX: '0', SHARD_COUNT: '0' }, /are not a valid shard/u],
    [{ SHARD_INDEX: '0', SHARD_COUNT: '99999999' }, /are not a valid shard/u],
    [{ SHARD_INDEX: '-1', SHARD_COUNT: '4' }, /SHARD_INDEX in the environment must be a whole number/u],
    [{ SHARD_INDEX: '1', SHARD_COUNT: 'four' }, /SHARD_COUNT in the environment must be a whole number/u],
    [{ SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_COUNT: '2' }, /SLURM_ARRAY_TASK_MIN in the environment must/u],
  ] as const) {
    test(`is refused as a config error where the environment has ${JSON.stringify(env)}`, () => {
      assert.throws(() => resolveShard(undefined, env), { code: 'CONFIG_INVALID', message });
    });
  }

  test('has an index below its count', () => {
    for (const shard of [
      { index: 2, count: 2 },
      { index: -1, count: 2 },
      { index: 0, count: 0 },
      { index: 0.5, count: 2 },
    ]) {
      assert.equal(shardSchema.safeParse(shard).success, false, JSON.stringify(shard));
    }
  });
});

// The run and part of a destination: from its config, or else from the environment of a scheduler.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';

import { configSchema, resolveConfig } from '../../../../destination-s3-streaming/src/config/config.ts';
import { placeJson, type Json } from '../../../support/destination-input.ts';

const shard = { SHARD_INDEX: '2', SHARD_COUNT: '5' };

function resolved(run: Json | undefined, env: Readonly<Record<string, string>> = {}, more: Json = {}) {
  const json = { ...placeJson({ endpoint: 'http://127.0.0.1:1' }), ...(run === undefined ? {} : { run }), ...more };
  return resolveConfig(parseConfig(configSchema, json, silentLog), env);
}

suite('the run of a destination', () => {
  for (const [what, run, env, expected] of [
    ['none by default', undefined, {}, undefined],
    ['none by a scheduler’s array alone, whose tasks may have nothing in common', undefined, shard, undefined],
    [
      'by SYNC_RUN and the index of the scheduler',
      undefined,
      { SYNC_RUN: 'a', ...shard },
      { id: 'a', index: 2, count: 5 },
    ],
    [
      'by SYNC_RUN and an indexed job of Kubernetes',
      undefined,
      { SYNC_RUN: 'nightly-x', JOB_COMPLETION_INDEX: '0', SHARD_COUNT: '8' },
      { id: 'nightly-x', index: 0, count: 8 },
    ],
    [
      'by an array job of AWS Batch, whose id is before the colon',
      {},
      { AWS_BATCH_JOB_ARRAY_INDEX: '3', AWS_BATCH_JOB_ARRAY_SIZE: '4', AWS_BATCH_JOB_ID: '12ab-34:3' },
      { id: '12ab-34', index: 3, count: 4 },
    ],
    [
      'by an array of Slurm',
      {},
      { SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_MIN: '5', SLURM_ARRAY_TASK_COUNT: '3', SLURM_ARRAY_JOB_ID: '991' },
      { id: '991', index: 2, count: 3 },
    ],
    [
      'by the config, whatever the environment says',
      { id: 'c', index: 0, count: 2 },
      { SYNC_RUN: 'a', ...shard },
      { id: 'c', index: 0, count: 2 },
    ],
    ['by a name in the config and the index of the scheduler', { id: 'c' }, shard, { id: 'c', index: 2, count: 5 }],
    [
      'with a name as Airflow gives it',
      { id: 'manual__2026-01-15T14:30:00.5+00:00', index: 0, count: 1 },
      {},
      { id: 'manual__2026-01-15T14:30:00.5+00:00', index: 0, count: 1 },
    ],
  ] as const) {
    test(`is known: ${what}`, () => assert.deepEqual(resolved(run, env).run, expected));
  }

  for (const [what, run, env, message, more] of [
    ['no name', {}, shard, /"run" has no "id", and the environment has none/u],
    ['no index', { id: 'a' }, {}, /The run "a" has no index and count/u],
    [
      'an index without a count',
      undefined,
      { SYNC_RUN: 'a', SHARD_INDEX: '1' },
      /does not set their number, SHARD_COUNT/u,
    ],
    [
      'an index beyond the count',
      undefined,
      { SYNC_RUN: 'a', SHARD_INDEX: '5', SHARD_COUNT: '5' },
      /are not a valid shard/u,
    ],
    ['a name that leads elsewhere', undefined, { SYNC_RUN: '../x', ...shard }, /must begin with a letter or digit/u],
    [
      'no conditional writes',
      { id: 'a', index: 0, count: 1 },
      {},
      /needs conditional writes/u,
      { conditional_writes: false },
    ],
  ] as const) {
    test(`is an error of whoever writes, and of no other verb, where it has ${what}`, () => {
      const { run: error } = resolved(run, env, more);
      assert.ok(error instanceof ConnectorError);
      assert.equal(error.code, 'CONFIG_INVALID');
      assert.match(error.message, message);
    });
  }

  for (const [run, message] of [
    [{ id: 'a/b', index: 0, count: 1 }, /must begin with a letter or digit/u],
    [{ id: 'x'.repeat(101), index: 0, count: 1 }, /at most 100/u],
    [{ id: 'a', index: 1 }, /needs both index and count/u],
    [{ id: 'a', index: 2, count: 2 }, /must be less than count/u],
  ] as const) {
    test(`is refused in the config as ${JSON.stringify(run).slice(0, 40)}`, () => {
      assert.throws(() => resolved(run), { code: 'CONFIG_INVALID', message });
    });
  }

  test('puts the index into the names of files, so that no two parts have the same', () => {
    const run = { id: 'a', index: 12, count: 20 };
    assert.equal(resolved(run).workerId, '12');
    assert.equal(resolved(run, {}, { worker_id: 'eu' }).workerId, 'eu_12');
    const names = [1, 12].map((index) => resolved({ ...run, index }, {}, { worker_id: 'w'.repeat(32) }).workerId);
    assert.deepEqual(names, [`${'w'.repeat(30)}_1`, `${'w'.repeat(29)}_12`]);
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import {
  configSchema,
  resolveConfig,
  type StreamingConfig,
} from '../../../destination-s3-streaming/src/config/config.ts';
import type { Json } from '../../support/destination-input.ts';
import { configJson } from '../support/streaming.ts';

function resolve(more: Json, env: Readonly<Record<string, string>> = {}): StreamingConfig {
  const json = configJson({ endpoint: 'http://127.0.0.1:9000' }, more);
  return resolveConfig(parseConfig(configSchema, json, silentLog), env);
}

suite('the config of the streaming destination', () => {
  test('fills in the defaults', () => {
    const { connection: _, ...config } = resolve({ prefix: undefined });
    assert.deepEqual(config, {
      prefix: '',
      headers: { acl: 'bucket-owner-full-control', encryption: { mode: 'bucket_default' } },
      streams: [],
      namespaceInPath: false,
      airbyteMetadata: false,
      rules: {
        workspaceId: undefined,
        invalidRecords: 'dead_letter',
        late: { maxLatenessMs: 48 * 3_600_000, policy: 'own_partition' },
      },
      maxFileAgeMs: 240_000,
      maxFileBytes: 64 * 1024 * 1024,
      maxMemoryBytes: 256 * 1024 * 1024,
      maxCores: undefined,
      gzipLevel: 6,
      workerId: '0',
      arrayIndex: undefined,
      run: undefined,
    });
  });

  test('means the same by a prefix with and without a slash at its end', () => {
    assert.equal(resolve({ prefix: 'a/b' }).prefix, 'a/b/');
    assert.equal(resolve({ prefix: 'a/b/' }).prefix, 'a/b/');
  });

  test('takes the worker from the job’s index unless one is given', () => {
    assert.equal(resolve({}, { JOB_COMPLETION_INDEX: '7' }).workerId, '7');
    assert.equal(resolve({ worker_id: 'eu_1' }, { JOB_COMPLETION_INDEX: '7' }).workerId, 'eu_1');
    assert.equal(resolve({}, { JOB_COMPLETION_INDEX: 'no/such' }).workerId, '0');
  });

  test('knows that it is one of several workers by the variable that the scheduler sets', () => {
    for (const name of ['SHARD_INDEX', 'JOB_COMPLETION_INDEX', 'AWS_BATCH_JOB_ARRAY_INDEX', 'SLURM_ARRAY_TASK_ID']) {
      assert.equal(resolve({ worker_id: 'eu_1' }, { [name]: '0' }).arrayIndex, name);
      assert.equal(resolve({}, { [name]: '' }).arrayIndex, undefined);
    }
  });

  test('passes ACL and encryption on as headers', () => {
    const encryption = { mode: 'sse_kms', kms_key_id: 'arn:aws:kms:eu-central-1:1:key/k' };
    assert.deepEqual(resolve({ acl: 'none', encryption }).headers, {
      encryption: { mode: 'sse_kms', kmsKeyId: 'arn:aws:kms:eu-central-1:1:key/k' },
    });
    assert.deepEqual(resolve({ encryption: { mode: 'sse_s3' } }).headers.encryption, { mode: 'sse_s3' });
  });

  test('takes a part of late_data, with defaults for the rest', () => {
    const { rules } = resolve({ late_data: { policy: 'dead_letter' }, workspace_id: 'w', invalid_records: 'write' });
    const maxLatenessMs = 48 * 3_600_000;
    assert.deepEqual(rules, {
      workspaceId: 'w',
      invalidRecords: 'write',
      late: { maxLatenessMs, policy: 'dead_letter' },
    });
    assert.equal(resolve({ late_data: { max_lateness_hours: 1 } }).rules.late?.maxLatenessMs, 3_600_000);
  });

  const mistakes: readonly (readonly [Json, RegExp])[] = [
    [{ prefix: '/permutive' }, /"prefix".*begins with a slash.*"permutive"/u],
    [{ prefix: 's3://publisher-data/permutive/' }, /"prefix".*is an address.*"permutive"/u],
    [{ prefix: 'publisher-data/permutive' }, /"prefix".*begins with the bucket’s name.*"permutive"/u],
    [{ prefix: 'a//b' }, /"prefix".*two slashes/u],
    [{ prefix: 'a/../b' }, /"prefix".*"\.\."/u],
    [{ prefix: 'a\u0000b' }, /"prefix".*no key can have/u],
    [{ worker_id: 'a-b' }, /"worker_id".*letters, digits or underscores/u],
    [{ workspace_id: '' }, /"workspace_id".*leave the field out/u],
    [{ invalid_records: 'skip' }, /"invalid_records"/u],
    [{ late_data: { max_lateness_hours: 0 } }, /"late_data\.max_lateness_hours"/u],
    [{ gzip_level: 0 }, /"gzip_level"/u],
    [{ max_file_age_seconds: 0.5 }, /"max_file_age_seconds"/u],
    [{ streams: [{ stream: '' }] }, /"streams\[0\]\.stream"/u],
    [{ streams: [{ stream: 'a', type: '\ud800' }] }, /"streams\[0\]\.type".*Unicode/u],
    [{ encryption: { mode: 'sse_kms' } }, /kms_key_id/u],
    [{ acl: 'public-read' }, /"acl"/u],
  ];
  for (const [more, message] of mistakes) {
    test(`refuses ${JSON.stringify(more)} with the remedy`, () => {
      assert.throws(
        () => resolve(more),
        (error) => error instanceof ConnectorError && error.code === 'CONFIG_INVALID' && message.test(error.message),
      );
    });
  }
});

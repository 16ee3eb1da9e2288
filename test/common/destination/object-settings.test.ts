import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import { iamPolicy } from '@s3-connectors/common/permissions/policy/policy.ts';
import { needsOf } from '@s3-connectors/common/permissions/needs/needs.ts';
import { check } from '@s3-connectors/common/destination/check/check.ts';
import { streamingAccess } from '@s3-connectors/common/permissions/needs/access.ts';
import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import { configSchema as batchSchema } from '../../../destination-s3-batch/src/config/config.ts';
import { startS3Server } from '../../../tools/s3-server/server.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { configJson, runWrite as runBatch } from '../../destination-s3-batch/support/batch.ts';
import { runWrite as runStreaming } from '../../destination-s3-streaming/support/streaming.ts';
import { bucket, catalogJson, recordLine, stateLine, type Json } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { user as arn } from '../../support/models/iam.ts';
import { withTags } from '../permissions/samples.ts';

const settings = {
  storage_class: 'STANDARD_IA',
  object_tags: [{ key: 'team', value: 'data + ads = ü/@' }, { key: 'cost centre' }],
};
const tags = { team: 'data + ads = ü/@', 'cost centre': '' };

suite('storage_class and object_tags', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  for (const { side, run } of [
    { side: 'batch', run: runBatch },
    { side: 'streaming', run: runStreaming },
  ] as const) {
    for (const destination_sync_mode of ['append', 'overwrite']) {
      test(`are those of every object that the ${side} destination writes, stages or copies (${destination_sync_mode})`, async () => {
        const written = new Map<string, Json>();
        server.setHooks({
          onAnswer: ({ operation, key }) => {
            if (operation !== 'PutObject' && operation !== 'CopyObject') return;
            const { storageClass, tags: own } = server.object(bucket, key)?.headers ?? {};
            written.set(`${operation} ${key}`, { storageClass, tags: own });
          },
        });
        const rows = Array.from({ length: 20 }, (_, n) => recordLine('visits', { n, x: 'x'.repeat(n) }));
        const input = [...rows, stateLine('visits', { at: 1 })];
        const catalog = catalogJson({ name: 'visits', destination_sync_mode });
        for (const _ of [1, 2]) {
          const { error, failures } = await run(server, input, { config: settings, catalog });
          assert.deepEqual([error, failures], [undefined, []]);
        }
        const expected = { storageClass: 'STANDARD_IA', tags };
        assert.ok(written.size >= (destination_sync_mode === 'append' ? 1 : 4), [...written.keys()].join());
        for (const [key, headers] of written) assert.deepEqual(headers, expected, key);
      });
    }

    test(`are not sent by the ${side} destination without the settings`, async () => {
      server.setUnsupported([
        { header: 'x-amz-storage-class', answer: 'NotImplemented' },
        { header: 'x-amz-tagging', answer: 'NotImplemented' },
      ]);
      const { error, failures } = await run(server, [recordLine('visits', { n: 1 }), stateLine('visits', {})], {
        catalog: catalogJson({ name: 'visits', destination_sync_mode: 'overwrite' }),
      });
      assert.deepEqual([error, failures], [undefined, []]);
    });
  }

  for (const [header, remedy] of [
    ['x-amz-storage-class', /the storage refused the storage class.*Correct "storage_class", or leave it empty/u],
    ['x-amz-tagging', /the storage refused the tags.*Correct "object_tags", or remove it/u],
  ] as const) {
    test(`that a storage does not know (${header}) are named by the error`, async () => {
      server.setUnsupported([{ header, answer: 'NotImplemented' }]);
      const { error, failures } = await runBatch(server, [recordLine('visits', { n: 1 })], {
        config: settings,
        catalog: catalogJson('visits'),
      });
      const [found] = [error, ...failures].filter((one) => one instanceof ConnectorError);
      assert.equal(found?.code, 'S3_REQUEST_REFUSED');
      assert.match(found.message, remedy);
    });
  }

  for (const [what, config, path] of [
    ['a class from which nothing can be read at once', { storage_class: 'GLACIER' }, /storage_class/u],
    ['eleven tags', { object_tags: Array.from({ length: 11 }, (_, n) => ({ key: `${n}` })) }, /more than 10 tags/u],
    ['a key twice', { object_tags: [{ key: 'a' }, { key: 'a', value: 'b' }] }, /names a key twice/u],
    ['a key of AWS', { object_tags: [{ key: 'aws:team' }] }, /begins with aws:/u],
    ['a key of AWS in other case', { object_tags: [{ key: 'AWS:team' }] }, /begins with aws:/u],
    ['an empty key', { object_tags: [{ key: '' }] }, /is empty/u],
    ['a character that S3 does not take', { object_tags: [{ key: 'a', value: 'b,c' }] }, /does not take in a tag/u],
    ['a value that is too long', { object_tags: [{ key: 'a', value: 'b'.repeat(257) }] }, /more than 256 characters/u],
  ] satisfies readonly (readonly [string, Json, RegExp])[]) {
    test(`refuse ${what}`, () => {
      assert.throws(() => parseConfig(batchSchema, configJson(server, config), silentLog), {
        code: 'CONFIG_INVALID',
        message: path,
      });
    });
  }
});

suite('check with tags', () => {
  const writing = { bucket, region: 'eu-central-1', prefix: 'permutive/', headers: withTags };

  async function rehearse(remove: readonly string[]) {
    const access = streamingAccess({ ...writing, endpoint: 'http://127.0.0.1' });
    const { Statement, ...policy } = iamPolicy(needsOf(access));
    const statements = Statement.map(({ Action, ...rest }) => ({
      ...rest,
      Action: Action.filter((action) => !remove.includes(action)),
    })).filter(({ Action }) => Action.length > 0);
    const user = {
      accessKeyId: 'AKIATEST',
      secretAccessKey: 'canary',
      arn,
      policies: [{ ...policy, Statement: statements }],
    };
    await using server = await startS3Server({ users: [user] });
    server.createBucket(bucket, { owner: '111122223333' });
    const log: string[] = [];
    const context = {
      log: (level: string, message: string) => void log.push(`${level} ${message}`),
      signal: new AbortController().signal,
      fail: () => undefined,
    };
    const credentials = { auth_type: 'access_key', access_key_id: 'AKIATEST', secret_access_key: 'canary' } as const;
    const { endpoint } = server;
    const connection = { bucket, region: 'eu-central-1', endpoint, forcePathStyle: true, credentials };
    const error = await check({ connection, prefix: 'permutive/', headers: withTags }, access, context).then(
      () => undefined,
      (thrown: unknown) => (thrown instanceof ConnectorError ? thrown : assert.fail(String(thrown))),
    );
    return { error, log, left: server.objects(bucket).length };
  }

  test('passes with the policy that the verb policy prints', async () => {
    const { error, log, left } = await rehearse([]);
    assert.deepEqual([error, left], [undefined, 0]);
    assert.ok(
      log.some((line) => line.includes('s3:PutObjectTagging') && line.endsWith('ok')),
      log.join('\n'),
    );
  });

  test('names s3:PutObjectTagging where that is what is missing', async () => {
    const { error, log } = await rehearse(['s3:PutObjectTagging']);
    assert.equal(error?.code, 'S3_ACCESS_DENIED');
    assert.match(error.message, /s3:PutObjectTagging on arn:aws:s3:::publisher-data\/permutive\/\*/u);
    const denied = log.filter((line) => line.includes('— denied —'));
    assert.equal(denied.length, 1, log.join('\n'));
    assert.match(denied[0] ?? '', /— s3:PutObjectTagging —/u);
  });
});

import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import { check } from '@s3-connectors/common/destination/check/check.ts';
import { batchAccess, streamingAccess } from '@s3-connectors/common/permissions/needs/access.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { putObject, type WriteHeaders } from '@s3-connectors/common/s3/write.ts';
import type { S3TestServer, Unsupported } from '../../../../tools/s3-server/types.ts';
import { runWrite as runBatch } from '../../../destination-s3-batch/support/batch.ts';
import { runWrite as runStreaming } from '../../../destination-s3-streaming/support/streaming.ts';
import { catalogJson, recordLine, stateLine } from '../../../support/destination-input.ts';
import { emptyServer } from '../../../support/empty-server.ts';
import { connect, connectionTo, testBucket } from '../../../support/s3-connection.ts';

const sent: WriteHeaders = { encryption: { mode: 'bucket_default' } };
const lookedUp: WriteHeaders = { ...sent, conditions: 'looked_up' };
const storages: readonly (readonly [string, readonly Unsupported[]])[] = [
  ['answers 501 to If-None-Match', [{ header: 'if-none-match', operation: ['PutObject'], answer: 'NotImplemented' }]],
  ['answers 501 to If-Match', [{ header: 'if-match', operation: ['PutObject'], answer: 'NotImplemented' }]],
  ['answers 400 to both', [{ header: 'if-', operation: ['PutObject'], answer: 'InvalidArgument' }]],
  ['ignores If-None-Match', [{ header: 'if-none-match', operation: ['PutObject'], answer: 'ignored' }]],
  ['ignores If-Match', [{ header: 'if-match', operation: ['PutObject'], answer: 'ignored' }]],
];

suite('conditional writes', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  async function rehearse(side: 'batch' | 'streaming', headers: WriteHeaders) {
    const log: string[] = [];
    const connection = connectionTo(server.endpoint);
    const writing = { bucket: testBucket, region: 'eu-central-1', prefix: 'permutive/', headers };
    const access = (side === 'batch' ? batchAccess : streamingAccess)(writing);
    const context = {
      log: (level: string, message: string) => void log.push(`${level} ${message}`),
      signal: new AbortController().signal,
      fail: () => undefined,
    };
    const error = await check({ connection, prefix: 'permutive/', headers }, access, context).then(
      () => undefined,
      (thrown: unknown) => (thrown instanceof ConnectorError ? thrown : assert.fail(String(thrown))),
    );
    assert.deepEqual(server.objects(testBucket), [], 'what was written to try it is removed');
    return { error, log };
  }

  for (const [what, unsupported] of storages) {
    test(`are refused in check of the batch destination by a storage that ${what}, with the setting to change`, async () => {
      server.setUnsupported(unsupported);
      const { error, log } = await rehearse('batch', sent);
      assert.equal(error?.code, 'S3_REQUEST_REFUSED');
      assert.match(error.message, /[Ss]et "conditional_writes" to false, and let only one run at a time write/u);
      assert.equal(log.filter((line) => / (?:failed|denied) — /u.test(line)).length >= 1, true, log.join('\n'));
      assert.equal(log.filter((line) => line.includes('Delete what was written') && line.includes(' ok')).length, 1);
    });

    test(`are a warning in check of the streaming destination, which replaces with them, where it ${what}`, async () => {
      server.setUnsupported(unsupported);
      const { error, log } = await rehearse('streaming', sent);
      assert.equal(error, undefined);
      assert.match(log.join('\n'), /WARN Replaced streams .* would fail.*[Ss]et "conditional_writes" to false/u);
    });
  }

  for (const side of ['batch', 'streaming'] as const) {
    test(`are tried by check of the ${side} destination with all else that a sync asks for`, async () => {
      const { error, log } = await rehearse(side, sent);
      assert.equal(error, undefined);
      const steps = log.flatMap((line) => /^INFO \d+\. (.*?) — .* — ok$/u.exec(line)?.slice(1) ?? []);
      assert.deepEqual(steps, [
        'Write an object',
        'Read it',
        'Look at it',
        'Copy it',
        'Write it only if it is new',
        'Write it only over the version that was read',
        'List the folder',
        'Delete what was written',
      ]);
      const { counts } = server;
      for (const operation of [
        'PutObject',
        'GetObject',
        'HeadObject',
        'CopyObject',
        'ListObjectsV2',
        'DeleteObjects',
      ] as const) {
        assert.ok(counts.of(operation).requests > 0, operation);
      }
    });

    test(`are not tried by check of the ${side} destination with conditional_writes: false`, async () => {
      server.setUnsupported([{ header: 'if-', operation: ['PutObject'], answer: 'NotImplemented' }]);
      const { error, log } = await rehearse(side, lookedUp);
      assert.equal(error, undefined);
      const untried = log.filter((line) => line.includes('not tried — "conditional_writes" is false'));
      assert.equal(untried.length, 2, log.join('\n'));
    });
  }

  test('are compared with a look before the write with conditional_writes: false, and sent without their headers', async () => {
    server.setUnsupported([{ header: 'if-', answer: 'NotImplemented' }]);
    await using it = connect(server.endpoint);
    const object = { key: 'a', body: Buffer.from('1'), contentType: 'text/plain' };
    const first = await putObject(it.s3, { ...object, ifNoneMatch: '*' }, lookedUp);
    await assert.rejects(putObject(it.s3, { ...object, ifNoneMatch: '*' }, lookedUp), { code: 'S3_OBJECT_CONFLICT' });
    const second = await putObject(it.s3, { ...object, body: Buffer.from('2'), ifMatch: first.etag }, lookedUp);
    const late = { ...object, body: Buffer.from('3'), ifMatch: first.etag };
    await assert.rejects(putObject(it.s3, late, lookedUp), {
      code: 'S3_OBJECT_CONFLICT',
      message: /^Could not write s3:\/\/publisher-data\/a: another run wrote it/u,
    });
    assert.equal(server.object(testBucket, 'a')?.etag, second.etag);
    await assert.rejects(putObject(it.s3, { ...late, key: 'gone' }, lookedUp), { code: 'S3_OBJECT_CONFLICT' });
  });

  test('of which the answer was lost are done once, with conditional_writes: false too', async () => {
    await using it = connect(server.endpoint);
    for (const how of [sent, lookedUp]) {
      server.inject({ kind: 'drop_answer', operation: 'PutObject' });
      const key = `answer-${how.conditions}`;
      await putObject(it.s3, { key, body: Buffer.from('1'), contentType: 'text/plain', ifNoneMatch: '*' }, how);
      assert.equal(server.object(testBucket, key)?.body.toString(), '1');
    }
  });

  const input = [recordLine('visits', { n: 1 }), stateLine('visits', { at: 1 })];
  for (const destination_sync_mode of ['append', 'overwrite']) {
    const catalog = catalogJson({ name: 'visits', destination_sync_mode });
    for (const { side, run, needs } of [
      { side: 'batch', run: runBatch, needs: true },
      { side: 'streaming', run: runStreaming, needs: destination_sync_mode === 'overwrite' },
    ] as const) {
      test(`are not needed by a run of the ${side} destination with conditional_writes: false (${destination_sync_mode})`, async () => {
        server.setUnsupported([{ header: 'if-', operation: ['PutObject'], answer: 'NotImplemented' }]);
        for (const _ of [1, 2]) {
          const { error, failures, lines } = await run(server, input, {
            config: { conditional_writes: false },
            catalog,
          });
          assert.deepEqual([error, failures], [undefined, []]);
          assert.equal(lines.length, 1);
        }
      });

      test(`that a storage refuses ${needs ? 'fail' : 'do not matter to'} a run of the ${side} destination (${destination_sync_mode})`, async () => {
        server.setUnsupported([{ header: 'if-', operation: ['PutObject'], answer: 'NotImplemented' }]);
        const { error, failures } = await run(server, input, { catalog });
        const found = [error, ...failures].filter((one) => one instanceof ConnectorError);
        assert.equal(found.length > 0, needs);
        for (const one of found) assert.match(one.message, /set "conditional_writes" to false/u);
      });
    }
  }
});

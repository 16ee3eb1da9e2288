// How many round trips to S3 `check` of the destinations needs, and that steps which are asked at the same time do not disturb each
// other.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { check } from '@s3-connectors/common/destination/check/check.ts';
import { batchAccess, streamingAccess } from '@s3-connectors/common/permissions/needs/access.ts';
import { toConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { WriteHeaders } from '@s3-connectors/common/s3/write.ts';
import type { S3TestServer } from '../../../../tools/s3-server/types.ts';
import { emptyServer } from '../../../support/empty-server.ts';
import { inRounds } from '../../../support/rounds.ts';
import { connectionTo, testBucket } from '../../../support/s3-connection.ts';

const headers: WriteHeaders = { acl: 'bucket-owner-full-control', encryption: { mode: 'bucket_default' } };

function operationOf(request: string): string {
  return request.replace(/ .*/u, '');
}

async function checkHere(server: S3TestServer, access = batchAccess) {
  const log: string[] = [];
  const connection = connectionTo(server.endpoint);
  const needs = access({ bucket: testBucket, region: 'eu-central-1', prefix: 'permutive/', headers });
  const context = {
    log: (_level: string, message: string) => void log.push(message),
    signal: new AbortController().signal,
    fail: () => undefined,
  };
  const error = await check({ connection, prefix: 'permutive/', headers }, needs, context).then(
    () => undefined,
    (thrown: unknown) => toConnectorError(thrown),
  );
  return { error, log };
}

suite('check of a destination', () => {
  const running = emptyServer();

  for (const [name, access] of Object.entries({ streaming: streamingAccess, batch: batchAccess })) {
    test(`takes four round trips in sequence (${name})`, async () => {
      const { rounds, result } = await inRounds(running(), () => checkHere(running(), access));
      assert.equal(result.error, undefined);
      assert.equal(rounds.length, 4, JSON.stringify(rounds));
      assert.deepEqual(
        rounds.map((round) => round.map(operationOf).toSorted()),
        [
          ['PutObject'],
          [
            'CopyObject',
            'GetObject',
            'GetObject',
            'GetPublicAccessBlock',
            'HeadObject',
            'ListObjectsV2',
            'ListObjectsV2',
            'PutObject',
            'PutObject',
          ],
          ['PutObject'],
          ['DeleteObjects'],
        ],
      );
    });
  }

  test('takes four round trips where the write is denied, too', async () => {
    running().inject({ kind: 'error', code: 'AccessDenied', operation: 'PutObject', times: 1 });
    const { rounds, result } = await inRounds(running(), () => checkHere(running()));
    assert.match(result.error?.message ?? '', /Without the ACL the same write is allowed/u);
    assert.ok(rounds.length <= 4, JSON.stringify(rounds));
    assert.deepEqual(running().objects(testBucket), []);
  });

  test('asks for nothing more once it is known that nothing can be asked', async () => {
    running().inject({ kind: 'error', code: 'NoSuchBucket', operation: 'PutObject', times: 1 });
    const { rounds } = await inRounds(running(), () => checkHere(running()));
    assert.deepEqual(rounds.flat().map(operationOf), ['PutObject']);
  });

  test('removes the copy where the object may be copied but not be read', async () => {
    running().inject({ kind: 'error', code: 'AccessDenied', operation: 'GetObject', times: 2 });
    const { error, log } = await checkHere(running());
    assert.equal(error?.code, 'S3_ACCESS_DENIED');
    assert.ok(
      log.some((line) => / Copy it — .* — not tried — it cannot be read$/u.test(line)),
      log.join('\n'),
    );
    assert.deepEqual(running().objects(testBucket), []);
  });
});

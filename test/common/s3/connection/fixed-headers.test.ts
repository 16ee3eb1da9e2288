import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { deleteObjects } from '@s3-connectors/common/s3/delete.ts';
import { headObject } from '@s3-connectors/common/s3/head.ts';
import { listPages } from '@s3-connectors/common/s3/list.ts';
import { operations, type Operation } from '@s3-connectors/common/s3/address/operation.ts';
import { publicAccess } from '@s3-connectors/common/s3/public-access.ts';
import { readObject, readRange } from '@s3-connectors/common/s3/read.ts';
import { copyObject, putObject, type WriteHeaders } from '@s3-connectors/common/s3/write.ts';
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';

import { asOwn, connect, testBucket } from '../../../support/s3-connection.ts';
import { startS3Server } from '../../../../tools/s3-server/server.ts';

const owner = '111122223333';
const how: WriteHeaders = { encryption: { mode: 'bucket_default' } };
const object = (key: string) => ({ key, body: Buffer.from('body'), contentType: 'text/plain' });

/** Every kind of request that there is; a new operation that is missing here fails to compile. */
const kinds: Readonly<Record<Operation, (s3: S3) => Promise<unknown>>> = {
  PutObject: async (s3) => {
    await putObject(s3, object('a'), how);
    await putObject(s3, object('b'), how); // Past the SDK's middleware.
  },
  HeadObject: (s3) => headObject(s3, 'a'),
  GetObject: async (s3) => {
    const { etag = '' } = (await readObject(s3, 'a', 100)) ?? {};
    await readRange(s3, { key: 'a', etag, start: 0, end: 1 });
  },
  CopyObject: (s3) => copyObject({ s3, prefix: '' }, { from: asOwn('a'), to: asOwn('c') }, how),
  ListObjectsV2: (s3) => listPages(s3, { prefix: '' }).next(),
  DeleteObjects: (s3) => deleteObjects({ s3, prefix: '' }, ['a', 'b', 'c'].map(asOwn)),
  GetPublicAccessBlock: (s3) => publicAccess(s3),
};

async function start(bucketOwner: string) {
  const server = await startS3Server();
  server.createBucket(testBucket, { owner: bucketOwner });
  return server;
}

suite('the expected bucket owner', () => {
  test('is part of every request, also of copies and small writes', async () => {
    await using server = await start(owner);
    await using connection = connect(server.endpoint, { expectedBucketOwner: owner });
    for (const run of Object.values(kinds)) await run(connection.s3);
    assert.ok(connection.s3.putRoute() !== undefined);
    for (const operation of Object.keys(operations) as Operation[]) {
      const { requests } = server.counts.of(operation);
      assert.ok(requests > 0, operation);
      assert.equal(server.counts.namingOwner(operation), requests, operation);
    }
  });

  test('is in no request if the config names none', async () => {
    await using server = await start('999988887777');
    await using connection = connect(server.endpoint);
    for (const run of Object.values(kinds)) await run(connection.s3);
    for (const operation of Object.keys(operations) as Operation[]) {
      assert.equal(server.counts.namingOwner(operation), 0, operation);
    }
  });

  for (const [operation, run] of Object.entries(kinds)) {
    if (operation === 'GetPublicAccessBlock') continue; // Its refusal does not fail the run.
    test(`that is another account makes ${operation} fail with a message that names the field`, async () => {
      await using server = await start('999988887777');
      server.seed(testBucket, 'a', 'body');
      await using connection = connect(server.endpoint, { expectedBucketOwner: owner });
      await assert.rejects(run(connection.s3), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'S3_ACCESS_DENIED');
        assert.match(error.message, /does not belong to the account 111122223333: check "expected_bucket_owner"/u);
        return true;
      });
      assert.equal(server.object(testBucket, 'b'), undefined);
    });
  }

  test('is not blamed if S3 gives another reason', async () => {
    await using server = await start(owner);
    const message = `User: arn:aws:iam::${owner}:user/x is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::b/a" because no identity-based policy allows the s3:PutObject action`;
    server.inject({ kind: 'error', code: 'AccessDenied', message });
    await using connection = connect(server.endpoint, { expectedBucketOwner: owner });
    await assert.rejects(putObject(connection.s3, object('a'), how), (error: Error) => {
      assert.doesNotMatch(error.message, /expected_bucket_owner/u);
      return true;
    });
  });
});

suite('a Requester Pays bucket', () => {
  async function startPaid() {
    const server = await startS3Server();
    server.createBucket(testBucket, { requesterPays: true });
    server.seed(testBucket, 'a', 'body');
    return server;
  }

  test('is read, listed, written, copied and deleted in when the config says that the requester pays', async () => {
    await using server = await startPaid();
    await using connection = connect(server.endpoint, { requesterPays: true });
    for (const run of Object.values(kinds)) await run(connection.s3);
    assert.ok(connection.s3.putRoute() !== undefined);
    assert.equal(server.object(testBucket, 'b'), undefined);
  });

  for (const [operation, run] of Object.entries(kinds)) {
    if (operation === 'GetPublicAccessBlock') continue; // Nobody is charged for it.
    test(`refuses ${operation} when the config does not say so`, async () => {
      await using server = await startPaid();
      await using connection = connect(server.endpoint);
      await assert.rejects(run(connection.s3), { code: 'S3_ACCESS_DENIED' });
    });
  }
});

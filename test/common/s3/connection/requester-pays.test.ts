// Buckets whose requester pays: each request of a source says so, and none where the config does not.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';

import { headObject } from '@s3-connectors/common/s3/head.ts';
import { listPages } from '@s3-connectors/common/s3/list.ts';
import { readObject, readRange } from '@s3-connectors/common/s3/read.ts';
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';

import { connect } from '../../../support/s3-connection.ts';
import { sourceConfig } from '../../../source-s3/support/source.ts';

const reads: readonly ((s3: S3) => Promise<unknown>)[] = [
  (s3) => listPages(s3, { prefix: '' }).next(),
  (s3) => headObject(s3, 'a'),
  (s3) => readObject(s3, 'a', 100),
  (s3) => readRange(s3, { key: 'a', etag: '"e"', start: 0, end: 1 }),
];

async function payersOf(more: { readonly requesterPays?: true }): Promise<readonly unknown[]> {
  const payers: unknown[] = [];
  const server = createServer((request, response) => {
    payers.push(request.headers['x-amz-request-payer']);
    const isSigned = (request.headers.authorization ?? '').includes('x-amz-request-payer');
    assert.equal(isSigned, more.requesterPays === true);
    response.writeHead(403, { 'content-type': 'application/xml' }).end('<Error><Code>AccessDenied</Code></Error>');
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await using connection = connect(`http://127.0.0.1:${port}`, more);
  for (const read of reads) await assert.rejects(read(connection.s3), { code: 'S3_ACCESS_DENIED' });
  server.closeAllConnections();
  server.close();
  return payers;
}

test('every read of a Requester Pays bucket has the signed header', async () => {
  assert.deepEqual(
    await payersOf({ requesterPays: true }),
    reads.map(() => 'requester'),
  );
});

test('no read has the header if the config does not set it', async () => {
  assert.deepEqual(
    await payersOf({}),
    reads.map(() => undefined),
  );
});

test('the config of a source sets who pays', () => {
  const server = { endpoint: 'http://127.0.0.1:1' };
  assert.equal(sourceConfig(server, { requester_pays: true }).connection.requesterPays, true);
  assert.equal(sourceConfig(server).connection.requesterPays, undefined);
});

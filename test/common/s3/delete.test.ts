import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { deleteObjects } from '@s3-connectors/common/s3/delete.ts';
import { copyObject, type WriteHeaders } from '@s3-connectors/common/s3/write.ts';

import { bodyText, startCannedServer } from '../../support/canned-server.ts';
import { asOwn, connect, testBucket } from '../../support/s3-connection.ts';
import { startS3Server } from '../../../tools/s3-server/server.ts';

const plain: WriteHeaders = { encryption: { mode: 'bucket_default' } };

suite('a deletion', () => {
  test('deletes a thousand keys a request, and accepts missing ones', async () => {
    await using server = await startS3Server();
    await using connection = connect(server.endpoint);
    server.createBucket(testBucket);
    const keys = Array.from({ length: 1001 }, (_, index) => `out/${index} <&>+ü`);
    for (const name of keys.slice(500)) server.seed(testBucket, name, '');
    server.seed(testBucket, 'out', 'a neighbour');
    await deleteObjects({ s3: connection.s3, prefix: 'out/' }, keys.map(asOwn));
    assert.deepEqual(
      server.objects(testBucket).map((left) => left.key),
      ['out'],
    );
    assert.equal(connection.s3.counters.DeleteObjects.requests, 2);
  });

  test('of nothing sends no request', async () => {
    await using server = await startS3Server();
    await using connection = connect(server.endpoint);
    await deleteObjects({ s3: connection.s3, prefix: '' }, []);
    assert.equal(server.counts.total.requests, 0);
  });

  test('retries only the keys that S3 was too busy for', async () => {
    const asked: (readonly string[])[] = [];
    await using server = await startCannedServer((request, response) => {
      void bodyText(request).then((xml) => {
        asked.push([...xml.matchAll(/<Key>(.*?)<\/Key>/gu)].map((match) => match[1] ?? ''));
        const error = '<Error><Key>b</Key><Code>InternalError</Code><Message>Busy.</Message></Error>';
        const result = `<DeleteResult>${asked.length === 1 ? error : ''}</DeleteResult>`;
        response.setHeader('content-type', 'application/xml').end(result);
      });
    });
    await using connection = connect(server.endpoint);
    await deleteObjects({ s3: connection.s3, prefix: '' }, ['a', 'b', 'c'].map(asOwn));
    assert.deepEqual(asked, [['a', 'b', 'c'], ['b']]);
  });

  test('that is not allowed names action and key', async () => {
    const arn = 'arn:aws:iam::111122223333:user/writer';
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:PutObject', Resource: '*' }] };
    const users = [{ accessKeyId: 'AKIATEST', secretAccessKey: 'test-secret', arn, policies: [policy] }];
    await using server = await startS3Server({ users });
    await using connection = connect(server.endpoint);
    server.createBucket(testBucket);
    server.seed(testBucket, 'out/a/1', '');
    server.seed(testBucket, 'out/b/1', '');
    await assert.rejects(deleteObjects({ s3: connection.s3, prefix: 'out/' }, ['out/a/1'].map(asOwn)), {
      code: 'S3_ACCESS_DENIED',
      message:
        /^Could not delete s3:\/\/publisher-data\/out\/a\/1: .*Allow s3:DeleteObject on arn:aws:s3:::publisher-data\/out\/a\/1 /,
    });
    await assert.rejects(deleteObjects({ s3: connection.s3, prefix: 'out/' }, ['out/a/1', 'out/b/1'].map(asOwn)), {
      message: /^Could not delete s3:\/\/publisher-data\/out\/: /,
    });
    assert.equal(server.objects(testBucket).length, 2);
  });

  const outside = [
    'finance/payroll-2026.csv',
    'out',
    'outside/a',
    '/out/a',
    'out/../finance/a',
    'out/./a',
    'out//a',
    'out/a/',
    'out/',
    'out/a\nb',
    'out/a\u0000',
    'out/a\uffff',
    'out/a\ud800',
    'OUT/a',
    '',
  ];
  for (const key of outside) {
    test(`of ${JSON.stringify(key)} by a caller whose prefix is out/ is refused before anything is sent`, async () => {
      await using server = await startS3Server();
      await using connection = connect(server.endpoint);
      const bounds = { s3: connection.s3, prefix: 'out/' };
      const keys = [...Array.from({ length: 1000 }, (_, index) => `out/${index}`), key].map(asOwn);
      await assert.rejects(deleteObjects(bounds, keys), { code: 'UNEXPECTED', message: /Nothing was sent/u });
      const [own, other] = [asOwn('out/a'), asOwn(key)];
      for (const copy of [
        { from: own, to: other },
        { from: other, to: own },
      ]) {
        await assert.rejects(copyObject(bounds, copy, plain), { code: 'UNEXPECTED', message: /Nothing was sent/u });
      }
      assert.equal(server.counts.total.requests, 0);
    });
  }
});

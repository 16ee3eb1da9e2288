// What a storage, or whatever answers in its place, may answer: XML of listings, copies, deletions and errors.
import * as fc from 'fast-check';

import { deleteObjects } from '@s3-connectors/common/s3/delete.ts';
import { headObject } from '@s3-connectors/common/s3/head.ts';
import { listPages } from '@s3-connectors/common/s3/list.ts';
import { readObject } from '@s3-connectors/common/s3/read.ts';
import { copyObject, putObject, type WriteHeaders } from '@s3-connectors/common/s3/write.ts';

import { startCannedServer } from '../../support/canned-server.ts';
import { asOwn, connect } from '../../support/s3-connection.ts';
import { damaged } from '../damaged.ts';
import { outcomeOf, type FuzzTarget, type Outcome } from '../target.ts';

const head = '<?xml version="1.0" encoding="UTF-8"?>';
const object =
  '<Contents><Key>a%2Fb</Key><LastModified>2026-01-15T12:00:00.000Z</LastModified><ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag><Size>5</Size><StorageClass>STANDARD</StorageClass></Contents>';
const texts = [
  `${head}<ListBucketResult><Name>b</Name><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated><KeyCount>2</KeyCount>${object}${object}<CommonPrefixes><Prefix>a%2F</Prefix></CommonPrefixes></ListBucketResult>`,
  `${head}<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>${object}</ListBucketResult>`,
  `${head}<CopyObjectResult><ETag>"5d41402abc4b2a76b9719d911017c592"</ETag><LastModified>2026-01-15T12:00:00.000Z</LastModified></CopyObjectResult>`,
  `${head}<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>`,
  `${head}<Error><Code>AccessDenied</Code><Message>User: arn:aws:iam::111122223333:user/u is not authorized to perform: s3:GetObject</Message><RequestId>1</RequestId></Error>`,
  '<html><body>502</body></html>',
  '',
];
const tokens = [
  '<',
  '>',
  '</',
  '&',
  '&amp;',
  '&#0;',
  '<![CDATA[',
  ']]>',
  '<!DOCTYPE a [<!ENTITY b "c">]>',
  '&b;',
  '<!--',
  '<Size>-1</Size>',
];
const statuses = [200, 200, 200, 206, 301, 304, 400, 403, 404, 409, 412, 500, 503];
const mostPages = 20;
const how: WriteHeaders = { encryption: { mode: 'bucket_default' } };
const newObject = { key: 'a/b', body: Buffer.from('hello'), contentType: 'text/plain' };

/** The first byte chooses the status, the second the request. */
export const answersTarget: FuzzTarget = {
  name: 'answers',
  async open() {
    let answer = { status: 200, body: Buffer.alloc(0) };
    const canned = await startCannedServer((request, response) => {
      const etag = answer.status < 300 ? { etag: '"5d41402abc4b2a76b9719d911017c592"' } : {};
      request.resume().on('end', () => {
        response.writeHead(answer.status, { 'content-type': 'application/xml', ...etag }).end(answer.body);
      });
    });
    const { s3, ...connection } = connect(canned.endpoint, { retryBudgetMs: 0 });
    const requests: readonly (() => Promise<unknown>)[] = [
      async () => {
        let pages = 0;
        for await (const _ of listPages(s3, { prefix: '', delimiter: '/' })) if ((pages += 1) > mostPages) return;
      },
      () => copyObject({ s3, prefix: '' }, { from: asOwn('a'), to: asOwn('b') }, how),
      () => deleteObjects({ s3, prefix: '' }, ['a', 'b'].map(asOwn)),
      () => readObject(s3, 'a', 1_000_000),
      () => headObject(s3, 'a'),
      () => putObject(s3, newObject, how),
    ];
    const bodies = texts.map((text) => Buffer.from(text));
    return {
      inputs: fc
        .tuple(fc.nat({ max: 255 }), fc.nat({ max: 255 }), damaged(bodies, { tokens }))
        .map(([status, request, body]) => Buffer.concat([Buffer.of(status, request), body])),
      async check(input): Promise<Outcome> {
        const [status = 0, request = 0] = input;
        answer = { status: statuses[status % statuses.length] ?? 200, body: Buffer.from(input.subarray(2)) };
        return await outcomeOf(requests[request % requests.length] ?? (() => undefined));
      },
      async [Symbol.asyncDispose]() {
        await connection[Symbol.asyncDispose]();
        await canned[Symbol.asyncDispose]();
      },
    };
  },
};

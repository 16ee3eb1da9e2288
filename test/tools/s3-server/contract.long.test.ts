import { after, before } from 'node:test';

import { registerS3Contract } from '../../support/s3-contract/s3-contract.ts';
import { startS3Server } from '../../../tools/s3-server/server.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';

let server: S3TestServer;
let opened = 0;

before(async () => {
  server = await startS3Server();
});
after(() => server.close());

registerS3Contract(async () => {
  opened += 1;
  const bucket = `contract-${opened}`;
  server.createBucket(bucket);
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  return { endpoint: server.endpoint, region: 'us-east-1', credentials, bucket };
});

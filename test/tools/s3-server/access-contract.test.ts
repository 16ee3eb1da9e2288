import { after, before } from 'node:test';

import { registerS3AccessContract } from '../../support/s3-contract/access.ts';
import { startS3Server } from '../../../tools/s3-server/server.ts';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';

const owner = {
  arn: 'arn:aws:iam::111122223333:root',
  accessKeyId: 'AKIAOWNER00000000000',
  secretAccessKey: 'owner-secret',
};
const user = {
  arn: 'arn:aws:iam::111122223333:user/connector',
  accessKeyId: 'AKIAUSER000000000000',
  secretAccessKey: 'user-secret',
};

let server: S3TestServer;
let opened = 0;

before(async () => {
  server = await startS3Server({ users: [owner, user], region: 'eu-central-1' });
});
after(() => server.close());

registerS3AccessContract(async () => {
  opened += 1;
  const bucket = `access-${opened}`;
  server.createBucket(bucket);
  const account = { endpoint: server.endpoint, region: 'eu-central-1', bucket };
  return { ...account, credentials: owner, user: { arn: user.arn, credentials: user } };
});

// One S3 server for all tests of a suite, empty and without faults before each.
import { after, before, beforeEach } from 'node:test';

import { startS3Server } from '../../tools/s3-server/server.ts';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { bucket } from './destination-input.ts';

/** Call it once in a suite. The function that it returns may be called inside its tests. */
export function emptyServer(): () => S3TestServer {
  let server: S3TestServer | undefined;
  const running = (): S3TestServer => {
    if (server === undefined) throw new Error('the server runs only while the tests of its suite do');
    return server;
  };
  before(async () => {
    server = await startS3Server();
    server.createBucket(bucket);
  });
  after(() => running().close());
  beforeEach(() => {
    running().clearFaults();
    running().setHooks({});
    running().setUnsupported([]);
    for (const { key } of running().objects(bucket)) running().remove(bucket, key);
    running().counts.reset();
  });
  return running;
}

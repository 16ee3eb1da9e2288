// An S3 server in the test's own process: real HTTP on loopback, objects in memory. It answers as S3 documents, counts what
// it is asked for, and fails when a test tells it to.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { type Content, fileContent, memoryContent } from './objects/content.ts';
import { createCounter } from './counts.ts';
import { createFaults } from './faults.ts';
import { createHandler } from './handler.ts';
import {
  type Bucket,
  createStore,
  listedObject,
  type ObjectVersion,
  seededObject,
  storedObject,
} from './objects/store.ts';
import type { S3ServerOptions, S3TestServer, SeedOptions, StoredObject, Unsupported } from './types.ts';

// Longer than a client keeps an idle connection: else one is closed just when it is used again.
const KEEP_ALIVE_MS = 60_000;

export async function startS3Server(options: S3ServerOptions = {}): Promise<S3TestServer> {
  const { clock = () => new Date(), users, region, seed = 1 } = options;
  const store = createStore();
  const counter = createCounter();
  const faults = createFaults(seed);
  let unsupported: readonly Unsupported[] = [];
  let hooks = options.hooks ?? {};
  const handle = createHandler({
    gate: { store, users, region, clock },
    faults,
    counter,
    hooks: () => hooks,
    unsupported: () => unsupported,
  });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: 0 }, (incoming, response) => {
    // A hook that throws, or a connection that breaks while answering: the client sees a cut connection.
    handle(incoming, response).catch(() => response.destroy());
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');

  function put(bucket: string, key: string, content: Content, seedOptions: SeedOptions): string {
    const object: ObjectVersion = seededObject(key, content, { ...seedOptions, now: clock() });
    store.bucket(bucket).objects.put(object);
    return object.etag;
  }

  const close = async (): Promise<void> => closeServer(server);
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts: counter.counts,
    createBucket: (name, bucketOptions = {}) => store.createBucket(name, bucketOptions),
    seed: (bucket, key, body, seedOptions = {}) => put(bucket, key, memoryContent([Buffer.from(body)]), seedOptions),
    seedFile: (bucket, key, path, seedOptions = {}) => put(bucket, key, fileContent(path), seedOptions),
    seedListing(bucket, entries) {
      const { objects } = store.bucket(bucket);
      for (const entry of entries) objects.put(listedObject(entry));
    },
    objects: (bucket, prefix = '') => storedBelow(store.bucket(bucket), prefix),
    object(bucket, key) {
      const object = store.bucket(bucket).objects.get(key);
      return object === undefined ? undefined : storedObject(object);
    },
    remove: (bucket, key) => store.bucket(bucket).objects.delete(key),
    inject: faults.inject,
    clearFaults: faults.clear,
    setUnsupported: (replacement) => void (unsupported = replacement),
    setHooks: (replacement) => void (hooks = replacement),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function storedBelow({ objects }: Bucket, prefix: string): readonly StoredObject[] {
  const keys = objects.keys().filter((key) => key.startsWith(prefix));
  return keys
    .map((key) => objects.get(key))
    .filter((object) => object !== undefined)
    .map(storedObject);
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

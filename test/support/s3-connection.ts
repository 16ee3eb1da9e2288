// A connection of common's S3 layer to a server of a test: closed by `await using`, with a log for the test.
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import { openS3 } from '@s3-connectors/common/s3/connection/client.ts';
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import type { Connection } from '@s3-connectors/common/s3/connection/config.ts';
import type { OwnKey } from '@s3-connectors/common/s3/own-key.ts';
import { systemClock, type Clock } from '@s3-connectors/common/streams/clock.ts';

export const testBucket = 'publisher-data';

type Options = Partial<Connection> & {
  readonly retryBudgetMs?: number;
  readonly idleTimeoutMs?: number;
  readonly clock?: Clock;
  readonly answerTimeoutMs?: number;
};

export type TestConnection = AsyncDisposable & { readonly s3: S3; readonly lines: readonly string[] };

/** Default: any key, `testBucket` in eu-central-1, failures retried for 5 s. */
export function connect(
  endpoint: string,
  { retryBudgetMs = 5000, idleTimeoutMs, answerTimeoutMs, clock = systemClock, ...rest }: Options = {},
): TestConnection {
  const lines: string[] = [];
  const log: Log = (level, message) => {
    lines.push(`${level} ${message}`);
  };
  const connection: Connection = { ...connectionTo(endpoint), ...rest };
  const s3 = openS3(connection, {
    log,
    retryBudgetMs,
    clock,
    ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
    ...(answerTimeoutMs === undefined ? {} : { answerTimeoutMs }),
  });
  return { s3, lines, [Symbol.asyncDispose]: () => Promise.resolve(s3[Symbol.dispose]()) };
}

/** Any key, `testBucket` in eu-central-1. */
export function connectionTo(endpoint: string): Connection {
  const credentials = { auth_type: 'access_key', access_key_id: 'AKIATEST', secret_access_key: 'test-secret' } as const;
  return { bucket: testBucket, region: 'eu-central-1', credentials, endpoint, forcePathStyle: true };
}

/** A key as if it had been proven to be ours. */
export function asOwn(key: string): OwnKey {
  return key as OwnKey;
}

// An open connection to one bucket: the SDK's client with our agents, credentials and counters. All requests go through `call`
// in call.ts.
import { S3Client } from '@aws-sdk/client-s3';

import type { Log } from '../../protocol/log.ts';
import { silentLog } from '../../protocol/log.ts';
import { systemClock, type Clock } from '../../streams/clock.ts';
import { isAwsEndpoint } from '../address/address.ts';
import { createAgents } from '../address/agents.ts';
import { answerTimeoutMs, guardHandler } from './answer-guard.ts';
import type { Connection } from './config.ts';
import { startCounting, type Counters, type Timings } from './counters.ts';
import { credentialsFor } from './credentials.ts';
import { endpointOf, watchEndpoints } from './endpoint-watch.ts';
import { watchPutRoute, type PutRoute } from './put-route.ts';
import { sendFixedHeaders } from './fixed-headers.ts';
import { defaultRetryBudgetMs } from './retry.ts';
import { Sha256 } from './sha256.ts';

const connectTimeoutMs = 10_000;
/** A connection without traffic for this long is closed. */
const idleTimeoutMs = 60_000;

/** The SDK would print warnings to stderr. */
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** `answered`: the endpoint has answered as S3 at least once. `serverTime`: the date of its last answer, in ms since 1970. */
type Contact = { answered: boolean; serverTime?: number };

export type S3 = Disposable & {
  readonly client: S3Client;
  readonly bucket: string;
  readonly region: string;
  /** Absent: AWS. */
  readonly endpoint?: string;
  /** Sent with every request. Absent: any account may own the bucket. */
  readonly expectedBucketOwner: string | undefined;
  /** AWS itself, by any endpoint; not a storage that imitates it. */
  readonly isAws: boolean;
  readonly counters: Counters;
  readonly timings: Timings;
  readonly log: Log;
  readonly retryBudgetMs: number;
  /** The clock for the waits between attempts. */
  readonly clock: Clock;
  readonly contact: Contact;
  /** What this run learned about a storage that imitates S3; see checksum-headers.ts. */
  readonly support: { refusesChecksums: boolean };
  /** The route for small objects. Undefined: the SDK sends them. */
  readonly putRoute: () => PutRoute | undefined;
};

/** For a verb whose answer someone waits for. */
export const verbRetryBudgetMs = 60_000;

type OpenOptions = {
  readonly log?: Log;
  /** How long to retry transient failures of a request. Default 10 minutes. */
  readonly retryBudgetMs?: number;
  /** Default 60 s. */
  readonly idleTimeoutMs?: number;
  /** Time limit for a complete answer without object data. Default 2 minutes. */
  readonly answerTimeoutMs?: number;
  readonly clock?: Clock;
};

/** Sends no request. Disposing of it closes all connections; requests in flight fail. */
export function openS3(connection: Connection, options: OpenOptions = {}): S3 {
  const { bucket, region, expectedBucketOwner } = connection;
  const { log = silentLog, clock = systemClock } = options;
  const place = endpointOf(connection, process.env);
  const contact: Contact = { answered: false };
  const requestHandler = {
    ...createAgents(process.env),
    connectionTimeout: connectTimeoutMs,
    socketTimeout: options.idleTimeoutMs ?? idleTimeoutMs,
    logger: quiet,
  };
  const client: S3Client = new S3Client({
    ...place,
    ...credentialsFor(connection, () => client.config.requestHandler),
    region,
    requestHandler,
    sha256: Sha256,
    logger: quiet,
    forcePathStyle: connection.forcePathStyle,
    maxAttempts: 1, // We retry ourselves, for longer and with a line in the log.
    requestChecksumCalculation: 'WHEN_REQUIRED', // A write has its own checksum.
    responseChecksumValidation: 'WHEN_REQUIRED', // A range has none.
    expectContinueHeader: false,
    followRegionRedirects: false, // A wrong region is a mistake that the user must know.
  });
  sendFixedHeaders(client, connection);
  guardHandler(client.config.requestHandler, {
    watch: watchEndpoints(connection, process.env, log),
    environment: process.env,
    clock,
    contact,
    answerTimeoutMs: options.answerTimeoutMs ?? answerTimeoutMs,
  });
  return {
    client,
    bucket,
    region,
    ...place,
    expectedBucketOwner,
    isAws: place.endpoint === undefined || isAwsEndpoint(place.endpoint),
    ...startCounting(),
    log,
    retryBudgetMs: options.retryBudgetMs ?? defaultRetryBudgetMs,
    clock,
    contact,
    support: { refusesChecksums: false },
    putRoute: watchPutRoute(client, clock),
    [Symbol.dispose]: () => client.destroy(),
  };
}

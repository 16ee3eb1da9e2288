// Runs the checks of the connectors against the server of the tests, as a user with given policies.
import { check as checkDestination } from '@s3-connectors/common/destination/check/check.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { Credentials } from '@s3-connectors/common/s3/connection/config.ts';

import { check as checkSource } from '../../../source-s3/src/verbs/check.ts';
import { resolveSource, sourceSchema } from '../../../source-s3/src/config/config.ts';
import { account, user as arn } from '../../support/models/iam.ts';
import { startS3Server } from '../../../tools/s3-server/server.ts';
import type { BucketOptions, Fault, S3ServerOptions, User } from '../../../tools/s3-server/types.ts';
import { place, streaming, withAcl } from './samples.ts';

export type Played = {
  readonly error: ConnectorError | undefined;
  /** Level and text. */
  readonly log: readonly string[];
  /** `s3:PutObject denied`, line by line. */
  readonly lines: readonly string[];
};

export type Given = {
  readonly iam: object;
  readonly bucketPolicy?: object;
  readonly bucket?: BucketOptions;
  readonly credentials?: Partial<Extract<Credentials, { auth_type: 'access_key' }>>;
  readonly user?: Partial<User>;
  readonly server?: S3ServerOptions;
  readonly faults?: readonly Fault[];
  readonly place?: Named;
};

const secretAccessKey = 'canary-secret';

/** In a bucket of its own, of the user's account unless `bucket` says otherwise, with one table in it. */
export async function play(
  connector: 'source' | 'streaming',
  given: Given,
): Promise<Played & { left: readonly string[] }> {
  const { iam, bucketPolicy, bucket = {}, credentials = {}, server: options = {} } = given;
  const users = [{ accessKeyId: 'AKIATEST', secretAccessKey, arn, policies: [iam], ...given.user }];
  await using server = await startS3Server({ region: place.region, ...options, users });
  const policy = bucketPolicy === undefined ? {} : { policy: bucketPolicy };
  server.createBucket(place.bucket, { owner: account, ...policy, ...bucket });
  server.seed(place.bucket, 'exports/flights/a.parquet', 'PAR1');
  for (const fault of given.faults ?? []) server.inject(fault);
  const key = { auth_type: 'access_key', access_key_id: 'AKIATEST', secret_access_key: secretAccessKey } as const;
  const played = await perform(connector, {
    endpoint: server.endpoint,
    credentials: { ...key, ...credentials },
    ...given.place,
  });
  return { ...played, left: server.objects(place.bucket, 'permutive/').map((object) => object.key) };
}

type Named = { readonly bucket?: string; readonly region?: string; readonly expectedBucketOwner?: string };
type Endpoint = Named & { readonly endpoint: string; readonly credentials: Credentials };

/** Whatever is at the endpoint. */
export async function perform(
  connector: 'source' | 'streaming',
  { endpoint, credentials, ...named }: Endpoint,
): Promise<Played> {
  const log: string[] = [];
  const context = {
    log: (level: string, message: string) => void log.push(`${level} ${message}`),
    signal: new AbortController().signal,
    fail: () => undefined,
  };
  const connection = { ...place, ...named, credentials, endpoint, forcePathStyle: true };
  const run =
    connector === 'source'
      ? checkSource({ ...resolvedSource(endpoint), connection }, context)
      : checkDestination({ connection, prefix: 'permutive/', headers: withAcl }, streaming, context);
  const error = await run.then(
    () => undefined,
    (reason: unknown) => {
      if (reason instanceof ConnectorError) return reason;
      throw reason;
    },
  );
  const lines = log.flatMap((text) => {
    const [, action, state] = /^\w+ \d+\. .*? — (.*?) — .*? — ([\w ]+)/u.exec(text) ?? [];
    return action === undefined ? [] : [`${action} ${state?.trim()}`];
  });
  return { error, log, lines };
}

function resolvedSource(endpoint: string) {
  const config = {
    ...place,
    endpoint,
    credentials: { auth_type: 'default_chain' },
    schema_prefixes: ['exports'],
    data_format: { format: 'parquet' },
    data_partitioning: { mode: 'partitioned' },
  };
  return resolveSource(sourceSchema.parse(config));
}

// A publisher's bucket at the server, with a user for each program who may do what it needs and no more.
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

import {
  administrator,
  createBucket,
  createUser,
  endpoint,
  freshName,
  putObject,
  region,
  type Statement,
  type User,
} from './account.ts';
import { ask, type Json, type Message, temporaryFolder } from './programs.ts';
import { runScript } from './python.ts';

const data = join(import.meta.dirname, '../../node_modules/vega-datasets/data');

export const schemaPrefix = 'exports';
export const destinationPrefix = 'permutive';

/** What source-s3 needs. */
export const mayList = (bucket: string): Statement => ({
  Effect: 'Allow',
  Action: 's3:ListBucket',
  Resource: `arn:aws:s3:::${bucket}`,
  Condition: { StringLike: { 's3:prefix': [`${schemaPrefix}/`, `${schemaPrefix}/*`] } },
});
export const mayGet = (bucket: string): Statement => ({
  Effect: 'Allow',
  Action: 's3:GetObject',
  Resource: `arn:aws:s3:::${bucket}/${schemaPrefix}/*`,
});

/** What destination-s3-streaming needs: two actions, since it writes with an ACL, and that ACL alone. */
export const mayPut = (bucket: string): Statement => ({
  Effect: 'Allow',
  Action: ['s3:PutObject', 's3:PutObjectAcl'],
  Resource: `arn:aws:s3:::${bucket}/${destinationPrefix}/*`,
  Condition: { StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' } },
});

export type Setting = {
  readonly bucket: string;
  /** The tables as files, for the reader that compares. */
  readonly tables: string;
  readonly reader: User;
  readonly writer: User;
};

/** Makes two tables of real data with pyarrow and puts them into a bucket of their own. */
export async function openSetting(): Promise<Setting> {
  const tables = join(await temporaryFolder(), freshName('tables'));
  await runScript('make_tables.py', [data, tables]);
  const bucket = await createBucket();
  for (const path of globSync(join(tables, '**/*.parquet'))) {
    await putObject(bucket, `${schemaPrefix}/${relative(tables, path)}`, await readFile(path));
  }
  const reader = await createUser(mayList(bucket), mayGet(bucket));
  const writer = await createUser(mayPut(bucket));
  return { bucket, tables, reader, writer };
}

export function accessKey({ credentials }: Pick<User, 'credentials'>): Json {
  const { accessKeyId, secretAccessKey } = credentials;
  return { auth_type: 'access_key', access_key_id: accessKeyId, secret_access_key: secretAccessKey };
}

export function sourceConfig({ bucket, reader }: Pick<Setting, 'bucket' | 'reader'>, more: Json = {}): Json {
  return {
    bucket,
    region,
    credentials: accessKey(reader),
    endpoint: endpoint(),
    schema_prefixes: [schemaPrefix],
    data_format: { format: 'parquet' },
    data_partitioning: { mode: 'partitioned' },
    ...more,
  };
}

export function destinationConfig({ bucket, writer }: Pick<Setting, 'bucket' | 'writer'>, more: Json = {}): Json {
  return {
    bucket,
    region,
    credentials: accessKey(writer),
    endpoint: endpoint(),
    prefix: destinationPrefix,
    streams: [{ stream: 'flights', time_field: 'date' }],
    ...more,
  };
}

/** A destination's config for a bucket of its own in which everything is allowed. */
export async function administratorConfig(): Promise<Json> {
  const bucket = await createBucket();
  const credentials = accessKey({ credentials: administrator });
  return { bucket, region, endpoint: endpoint(), credentials };
}

/** The batch destination's, with flights by their own time. */
export function batchConfig(place: Json): Json {
  const streams = [{ stream: 'flights', kind: 'events', time_field: 'date' }];
  return { ...place, prefix: destinationPrefix, output_format: 'parquet', streams };
}

/** What `discover` found, configured to be appended. */
export async function discoverCatalog(config: Json): Promise<Json> {
  const { messages } = await ask('source', 'discover', { config });
  const found = messages.find((message): message is Message & { catalog: { streams: Json[] } } => {
    return message.type === 'CATALOG';
  });
  if (found === undefined) throw new Error(`no catalog: ${JSON.stringify(messages)}`);
  return catalogOf(...found.catalog.streams);
}

export function catalogOf(...streams: readonly Json[]): Json {
  return {
    streams: streams.map((stream) => ({ stream, sync_mode: 'incremental', destination_sync_mode: 'append' })),
  };
}

// The built programs on the command line: their configs and catalogs, as files.
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Connection } from '@s3-connectors/common/s3/connection/config.ts';

import type { ConnectorName } from '../generate.ts';
import type { Bench } from './case.ts';
import { nodeStep, type Step } from './process.ts';
import { bucket, region, startServer } from './s3.ts';

const root = join(import.meta.dirname, '../..');
export const schemaPrefix = 'tables';
const maxAnswerBytes = 16 * 1024 * 1024;

/** What a destination has to know of a stream. */
export type Stream = { readonly name: string; readonly timeField: string };

/** Files of one table: below `{directory}/tables/{table}/`. */
export type BenchTableFiles = {
  readonly directory: string;
  readonly partitioned: boolean;
  /** By default Parquet. */
  readonly format?: 'parquet' | 'csv' | 'jsonl';
};

export function tableFolder(directory: string, table: string): string {
  return join(directory, schemaPrefix, table);
}

function executable(name: ConnectorName): string {
  return join(root, name, 'dist', `${name}.mjs`);
}

/** Any key will do: the server knows no users. */
export const accessKey = { access_key_id: 'AKIABENCH', secret_access_key: 'bench-secret' };

function place(endpoint: string) {
  return { bucket, region, endpoint, credentials: { auth_type: 'access_key', ...accessKey } } as const;
}

/** For the bench itself. */
export function connectionTo(endpoint: string): Connection {
  return { ...place(endpoint), forcePathStyle: true };
}

export async function jsonFile({ folder }: Bench, name: string, json: unknown): Promise<string> {
  const path = join(folder, 'configs', name);
  await mkdir(join(folder, 'configs'), { recursive: true });
  await writeFile(path, JSON.stringify(json));
  return path;
}

type SourceRun = {
  readonly files: Omit<BenchTableFiles, 'directory'>;
  /** What `read` reads; without it another verb is run. */
  readonly catalog?: string;
  /** Without a catalog. By default `discover`. */
  readonly verb?: 'discover' | 'check';
  /** Beside what a config must have. */
  readonly options?: Readonly<Record<string, unknown>>;
};

/** `source-s3 read` of what `catalog` asks for, or another verb. */
export async function sourceStep(
  bench: Bench,
  endpoint: string,
  { files, catalog, verb = 'discover', options = {} }: SourceRun,
): Promise<Step> {
  const config = await sourceConfig(bench, endpoint, { ...files, options });
  const what = catalog === undefined ? [verb] : ['read', '--catalog', catalog];
  return nodeStep('source-s3', executable('source-s3'), [...what, '--config', config]);
}

function sourceConfig(
  bench: Bench,
  endpoint: string,
  { partitioned, format = 'parquet', options = {} }: SourceRun['files'] & Pick<SourceRun, 'options'>,
): Promise<string> {
  return jsonFile(bench, 'source.json', {
    ...place(endpoint),
    schema_prefixes: [schemaPrefix],
    data_format: { format },
    data_partitioning: { mode: partitioned ? 'partitioned' : 'not_partitioned' },
    ...options,
  });
}

/** All tables of the files, with all their columns. @returns the catalog's path. */
export async function discover(bench: Bench, files: BenchTableFiles): Promise<string> {
  await using server = await startServer(files.directory, bench.signal);
  const config = await sourceConfig(bench, server.endpoint, files);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [executable('source-s3'), 'discover', '--config', config],
    { maxBuffer: maxAnswerBytes, signal: bench.signal },
  );
  const messages = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as CatalogMessage);
  return catalogFile(
    bench,
    messages.flatMap(({ catalog }) => catalog?.streams ?? []),
  );
}

type CatalogMessage = { readonly catalog?: { readonly streams: readonly object[] } };

/** @returns the path of a catalog with these streams. */
export function catalogFile(bench: Bench, streams: readonly object[], name = 'catalog.json'): Promise<string> {
  const modes = { sync_mode: 'full_refresh', destination_sync_mode: 'append' };
  return jsonFile(bench, name, { streams: streams.map((stream) => ({ stream, ...modes })) });
}

/** Without a catalog `check` is run. */
type DestinationRun = { readonly catalog?: string };

/** `destination-s3-batch write` or `check`. */
export async function batchStep(
  bench: Bench,
  endpoint: string,
  { catalog, config }: DestinationRun & { readonly config: Readonly<Record<string, unknown>> },
): Promise<Step> {
  const path = await jsonFile(bench, 'batch.json', {
    ...place(endpoint),
    prefix: 'batch',
    spool_dir: bench.folder,
    ...config,
  });
  return destinationStep('destination-s3-batch', path, catalog);
}

/** `destination-s3-streaming write` or `check` with the defaults of its config. */
export async function streamingStep(
  bench: Bench,
  endpoint: string,
  { stream, catalog }: DestinationRun & { readonly stream: Stream },
): Promise<Step> {
  const config = await jsonFile(bench, 'destination.json', {
    ...place(endpoint),
    prefix: 'streaming',
    streams: [{ stream: stream.name, time_field: stream.timeField }],
  });
  return destinationStep('destination-s3-streaming', config, catalog);
}

function destinationStep(name: ConnectorName, config: string, catalog: string | undefined): Step {
  const what = catalog === undefined ? ['check'] : ['write', '--catalog', catalog];
  return nodeStep(name, executable(name), [...what, '--config', config]);
}

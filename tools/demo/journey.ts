// The complete journey on one machine: flights into an S3 in this process → source-s3 | destination-s3-streaming → the written
// files → DuckDB compares both sides. It removes everything that it makes before it returns.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

import { startS3Server } from '../s3-server/server.ts';
import type { S3TestServer } from '../s3-server/types.ts';
import { compare, type Comparison } from './comparison.ts';
import { schemaPrefix, seedFlights, table, writeFlights } from './flights.ts';
import { bucket, chooseStreams, destinationPrefix, move, type Moved, prepare, type Programs } from './programs.ts';
import { megabytes, number } from './numbers.ts';
import type { Screen } from '@s3-connectors/common/program/stdio/screen.ts';

export type JourneyOptions = {
  readonly programs: Programs;
  readonly screen: Screen;
  /** The number of flights. By default all. */
  readonly rows?: number;
  /** Lets a test change the written files. */
  readonly beforeComparing?: (server: S3TestServer) => void;
};

export type Journey = Moved &
  Comparison & {
    readonly source: Files;
    readonly arrived: Files & { readonly uncompressedBytes: number };
  };

type Files = { readonly files: number; readonly bytes: number };

/** @throws Error if a program fails; the signal's reason if it is aborted. The result has the differences. */
export async function runJourney(
  { programs, screen, rows = 3_000_000, beforeComparing = () => undefined }: JourneyOptions,
  signal: AbortSignal,
): Promise<Journey> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-demo-'));
  stack.defer(() => rm(folder, { recursive: true, maxRetries: 3 }));
  const db = await openDatabase(folder, signal, stack);
  const server = stack.use(await startS3Server());
  server.createBucket(bucket);

  screen.say('Laying out flights as Parquet in an S3 of this process …');
  const sent = join(folder, 'sent');
  const written = await untilAborted(writeFlights(db, sent, rows), signal);
  const source = seedFlights(server, bucket, sent);
  screen.say(
    `${number(written)} flights are in s3://${bucket}/${schemaPrefix}/${table}/: ${source.files} files, ${megabytes(source.bytes)}`,
  );

  const temporary = join(folder, 'programs');
  await mkdir(temporary);
  const prepared = await prepare({ programs, endpoint: server.endpoint, folder: temporary });
  const catalog = await chooseStreams(prepared);
  signal.throwIfAborted();
  screen.say('source-s3 read | destination-s3-streaming write');
  const moved = await watched(screen, server, source.bytes, () => move(prepared, catalog, signal));

  beforeComparing(server);
  screen.say('Comparing every row …');
  const arrived = join(folder, 'arrived');
  const files = await copyOut(server, arrived);
  const comparison = await untilAborted(compare(db, sent, arrived), signal);
  return { ...moved, ...withAcknowledged(comparison, moved), source, arrived: files };
}

async function openDatabase(
  folder: string,
  signal: AbortSignal,
  stack: AsyncDisposableStack,
): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', { temp_directory: join(folder, 'duckdb') });
  stack.defer(() => instance.closeSync());
  const db = await instance.connect();
  stack.defer(() => db.closeSync());
  const interrupt = (): void => db.interrupt();
  signal.addEventListener('abort', interrupt, { once: true });
  stack.defer(() => signal.removeEventListener('abort', interrupt));
  return db;
}

/** An interrupted query throws its own error; the reason of the interruption is more useful. */
async function untilAborted<T>(query: Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await query;
  } finally {
    signal.throwIfAborted();
  }
}

async function watched<T>(screen: Screen, server: S3TestServer, total: number, run: () => Promise<T>): Promise<T> {
  const { counts } = server;
  const begun = performance.now();
  const read = counts.of('GetObject').bytesOut;
  const { requests, bytesIn } = counts.of('PutObject');
  using _ = screen.watch(() => {
    const put = counts.of('PutObject');
    const seconds = ((performance.now() - begun) / 1000).toFixed(0);
    const done = `${megabytes(counts.of('GetObject').bytesOut - read)} of ${megabytes(total)}`;
    return `${seconds} s: read ${done}, written ${number(put.requests - requests)} files, ${megabytes(put.bytesIn - bytesIn)}`;
  });
  return await run();
}

/** Copies the written files into a folder, because DuckDB would have to download an extension to read S3. */
async function copyOut(server: S3TestServer, folder: string): Promise<Journey['arrived']> {
  const objects = server.objects(bucket, `${destinationPrefix}/`);
  if (objects.length === 0) throw new Error('destination-s3-streaming succeeded, but wrote no file.');
  let bytes = 0;
  let uncompressedBytes = 0;
  for (const { key, body } of objects) {
    const path = join(folder, key);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, body);
    bytes += body.length;
    uncompressedBytes += body.readUInt32LE(body.length - 4); // The last field of a gzip member: RFC 1952, ISIZE.
  }
  return { files: objects.length, bytes, uncompressedBytes };
}

function withAcknowledged(comparison: Comparison, { acknowledged }: Moved): Comparison {
  if (acknowledged === comparison.rowsIn) return comparison;
  const text = `${acknowledged} rows were acknowledged in the STATEs, not ${comparison.rowsIn}`;
  return { ...comparison, differences: [...comparison.differences, text] };
}

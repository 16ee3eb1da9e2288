// source-s3 alone: tables in S3 → RECORD lines → a reader that drops them. Beside it the engine's own COPY to JSON.
import { execFile } from 'node:child_process';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { literal } from '@s3-connectors/common/columns/sql.ts';

import type { Bench, BenchCase, Prepared, BenchRun } from '../case.ts';
import { discover, sourceStep } from '../connectors.ts';
import { eventsTable, flightsTable, hiveTable, largePagesTable, type BenchTable } from '../data/data.ts';
import { withDiskBound } from '../disk.ts';
import { embeddedDuckdb, newestDuckdb } from '../duckdb.ts';
import { discard, run, toolStep } from '../process.ts';
import { startServer } from '../s3.ts';
import { ordersTable } from '../data/orders.ts';
import { csvTable, jsonlTable, largeCsvTable } from '../data/text-data.ts';

const mostMegabytes = { 'source-s3': 500 };

const flatLimit =
  'The one thread that decodes and writes JSON; then moving the bytes through two pipes and the main thread.';

const copyJson = '`COPY … (FORMAT json)`, local file to local file';

const textLimit = 'The one thread that cuts the text, writes the lines and hands them to the pipe.';

export const sourceCases: readonly BenchCase[] = [
  {
    name: 'source-flights',
    what: 'Flat Parquet, one file: `source-s3 read` from S3 on loopback into a reader that discards.',
    limit: flatLimit,
    leastRatio: 0.4,
    mostMegabytes,
    isLong: true,
    prepare: (bench) => prepareSource(bench, flightsTable),
  },
  {
    name: 'source-hive',
    title: 'Reading: flights in Hive-partitioned Parquet',
    what: 'Flat Parquet, Hive-partitioned ZSTD files: `source-s3 read` from S3 on loopback into a reader that discards.',
    limit: flatLimit,
    leastRatio: 0.4,
    mostMegabytes,
    prepare: (bench) => prepareSource(bench, hiveTable),
  },
  {
    name: 'source-hive-orders',
    title: 'Reading: orders in Hive-partitioned Parquet',
    what: 'Flat Parquet with ids, texts, decimals and timestamps, Hive-partitioned ZSTD files: `source-s3 read` from S3 on loopback into a reader that discards.',
    limit: flatLimit,
    leastRatio: 0.5,
    mostMegabytes,
    prepare: prepareOrders,
  },
  {
    name: 'source-events',
    title: 'Reading: nested Parquet',
    what: 'Nested Parquet (structs, lists): `source-s3 read` from S3 on loopback into a reader that discards.',
    limit: 'The one thread that decodes and writes JSON.',
    leastRatio: 0.6,
    mostMegabytes,
    prepare: (bench) => prepareSource(bench, eventsTable),
  },
  {
    name: 'source-csv',
    title: 'Reading: CSV',
    what: 'CSV, one file: `source-s3 read` from S3 on loopback into a reader that discards.',
    limit: textLimit,
    leastRatio: 0.4,
    mostMegabytes,
    prepare: (bench) => prepareSource(bench, csvTable),
  },
  {
    name: 'source-jsonl',
    title: 'Reading: JSON lines',
    what: 'JSON lines, one file: `source-s3 read` from S3 on loopback into a reader that discards.',
    limit: textLimit,
    leastRatio: 0.4,
    mostMegabytes,
    prepare: (bench) => prepareSource(bench, jsonlTable),
  },
  {
    name: 'source-large-csv',
    what: 'CSV of 5 GB, one gzipped file: `source-s3 read` from S3 on loopback into a reader that discards.',
    limit: textLimit,
    mostMegabytes: { 'source-s3': 600 },
    isLong: true,
    runsOnce: true,
    prepare: (bench) => prepareLarge(bench, largeCsvTable, { leastMegabytes: 0, mostMegabytes: 1 }),
  },
  {
    name: 'source-large-pages',
    what: 'Parquet of 2 GB in row groups of 1 GB, each column chunk one page: `source-s3 read` from S3 on loopback into a reader that discards.',
    limit: 'The one thread that decodes, writes the texts of each column to disk and reads them side by side.',
    mostMegabytes: { 'source-s3': 600 },
    isLong: true,
    runsOnce: true,
    prepare: (bench) => prepareLarge(bench, largePagesTable, { leastMegabytes: 1, mostMegabytes: 1500 }),
  },
];

export async function prepareSource(bench: Bench, make: (bench: Bench) => Promise<BenchTable>) {
  const table = await make(bench);
  const { catalog, bytes, rows } = await saveLines(bench, table);
  return {
    data: `${table.data}; ${(bytes / 1e6).toFixed(1)} MB of RECORD lines`,
    rows,
    bytes,
    run: sourceRun(bench, table, catalog),
    references: [embeddedDuckdb(bench, copyJson, copyJsonSql(bench, table))],
  };
}

/** The newest engine is the faster one here, so that it comes first. */
async function prepareOrders(bench: Bench): Promise<Prepared> {
  const table = await ordersTable(bench);
  const prepared = await prepareSource(bench, () => Promise.resolve(table));
  const newest = await newestDuckdb(bench, copyJson, copyJsonSql(bench, table));
  return { ...prepared, references: [newest, ...prepared.references] };
}

function copyJsonSql({ folder }: Bench, { sql }: BenchTable): string {
  return `COPY (${sql}) TO ${literal(join(folder, 'copy.json'))} (FORMAT json)`;
}

/** Its lines take more disk than there may be: they are counted as they come. */
async function prepareLarge(
  bench: Bench,
  make: (bench: Bench) => Promise<BenchTable>,
  disk: { readonly leastMegabytes: number; readonly mostMegabytes: number },
): Promise<Prepared> {
  const table = await make(bench);
  const { folder, signal } = bench;
  const catalog = await discover(bench, table.files);
  const output = join(folder, 'counted');
  await using server = await startServer(table.files.directory, signal);
  const source = await sourceStep(bench, server.endpoint, { files: table.files, catalog });
  await run([source, toolStep('wc', ['-lc'])], { folder, output }, signal);
  const [lines = 0, bytes = 0] = (await readFile(output, 'utf8')).trim().split(/\s+/u).map(Number);
  const messages = lines - table.rows; // States and the log.
  if (messages < 0 || messages > 10_000) throw new Error(`source-s3 wrote ${lines} lines for ${table.rows} rows`);
  const { data, rows } = table;
  const temporary = join(folder, 'temporary');
  await mkdir(temporary);
  return {
    data: `${data}; ${(bytes / 1e6).toFixed(1)} MB of lines`,
    rows,
    bytes,
    run: withDiskBound(sourceRun({ ...bench, folder: temporary }, table, catalog), { folder: temporary, ...disk }),
  };
}

function sourceRun(bench: Bench, { files }: BenchTable, catalog: string): BenchRun {
  const { folder, signal } = bench;
  return async () => {
    await using server = await startServer(files.directory, signal);
    const source = await sourceStep(bench, server.endpoint, { files, catalog });
    return await run([source, discard], { folder }, signal);
  };
}

type SavedLines = {
  /** What `source-s3 read` wrote: the input of a destination. */
  readonly path: string;
  readonly catalog: string;
  readonly bytes: number;
  readonly rows: number;
};

/** @throws Error when not every row of the table came out. */
export async function saveLines(bench: Bench, { files, rows }: BenchTable): Promise<SavedLines> {
  const { folder, signal } = bench;
  const catalog = await discover(bench, files);
  const path = join(folder, 'lines.jsonl');
  await using server = await startServer(files.directory, signal);
  const source = await sourceStep(bench, server.endpoint, { files, catalog });
  await run([source, toolStep('cat', [])], { folder, output: path }, signal);
  const { stdout } = await promisify(execFile)('grep', ['-c', '^{"type":"RECORD"', path], { signal });
  if (Number(stdout) !== rows) throw new Error(`source-s3 wrote ${stdout.trim()} of ${rows} rows`);
  return { path, catalog, rows, bytes: (await stat(path)).size };
}

// source-s3 alone: tables in S3 → RECORD lines → a reader that drops them. Beside it the engine's own COPY to JSON.
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Bench, BenchCase } from '../case.ts';
import { discover, sourceStep } from '../connectors.ts';
import { eventsTable, flightsTable, hiveTable, type Table } from '../data.ts';
import { discard, nodeStep, run, toolStep } from '../process.ts';
import { startServer } from '../s3.ts';

const copyJson = join(import.meta.dirname, '../programs/copy-json.mjs');
const mostMegabytes = { 'source-s3': 500 };

/** Seen in a profile: neither thread is busy all the time. */
const flatLimit =
  'The way of the bytes: one thread decodes, and the main thread moves each 64 KiB from its pipe to standard output; either waits while the other works.';

export const sourceCases: readonly BenchCase[] = [
  {
    name: 'source-flights',
    what: 'Flat Parquet, one file: `source-s3 read` from S3 on loopback into a reader that discards.',
    limit: flatLimit,
    leastRatio: 0.4,
    mostMegabytes,
    prepare: (bench) => prepareSource(bench, flightsTable),
  },
  {
    name: 'source-hive',
    what: 'Flat Parquet, Hive-partitioned ZSTD files: `source-s3 read` from S3 on loopback into a reader that discards.',
    limit: flatLimit,
    leastRatio: 0.4,
    mostMegabytes,
    prepare: (bench) => prepareSource(bench, hiveTable),
  },
  {
    name: 'source-events',
    what: 'Nested Parquet (structs, lists): `source-s3 read` from S3 on loopback into a reader that discards.',
    limit: 'The one thread that decodes and writes JSON.',
    leastRatio: 0.6,
    mostMegabytes,
    prepare: (bench) => prepareSource(bench, eventsTable),
  },
];

async function prepareSource(bench: Bench, make: (bench: Bench) => Promise<Table>) {
  const table = await make(bench);
  const { folder, signal } = bench;
  const { catalog, bytes, rows } = await saveLines(bench, table);
  return {
    data: `${table.data}; ${(bytes / 1e6).toFixed(1)} MB of RECORD lines`,
    rows,
    bytes,
    run: async () => {
      await using server = await startServer(table.files.directory, signal);
      const source = await sourceStep(bench, server.endpoint, { files: table.files, catalog });
      return await run([source, discard], { folder }, signal);
    },
    reference: {
      name: 'DuckDB `COPY … (FORMAT json)`, local file to local file',
      run: () => run([nodeStep('DuckDB', copyJson, [table.glob, join(folder, 'copy.json')])], { folder }, signal),
    },
  };
}

export type SavedLines = {
  /** What `source-s3 read` wrote: the input of a destination. */
  readonly path: string;
  readonly catalog: string;
  readonly bytes: number;
  readonly rows: number;
};

/** @throws Error when not every row of the table came out. */
export async function saveLines(bench: Bench, { files, rows }: Table): Promise<SavedLines> {
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

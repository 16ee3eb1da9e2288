// destination-s3-batch alone: lines from a file → S3 in memory. Beside it the engine by itself, or a program that only compresses.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { literal } from '@s3-connectors/common/columns/sql.ts';

import type { Bench, BenchCase, Prepared, Reference, BenchRun } from '../case.ts';
import { batchStep, catalogFile } from '../connectors.ts';
import { events, eventsTable, recordLines } from '../data/data.ts';
import { withDiskBound } from '../disk.ts';
import { copyParquetSql, embeddedDuckdb, newestDuckdb } from '../duckdb.ts';
import { discard, run, toolStep, type Finding } from '../process.ts';
import { rawEventLines, rawEvents, splitSql } from '../data/raw-events.ts';
import { type Server, startServer } from '../s3.ts';
import { compressor } from './destination.ts';
import { saveLines } from './source.ts';

const mostMegabytes = { 'destination-s3-batch': 900 };
const spoolRows = 5_000_000;
const limit =
  'The two cores: the main thread walks over each row and copies it, and the engine or the compression works on other threads.';

export const batchCases: readonly BenchCase[] = [
  {
    name: 'batch-parquet',
    title: 'Batch: nested events to Parquet',
    what: 'Large nested rows from a file through `destination-s3-batch write` to Snappy Parquet in S3 on loopback.',
    limit,
    leastRatio: 0.7,
    mostMegabytes,
    prepare: prepareParquet,
  },
  {
    name: 'batch-parquet-zones',
    what: 'The same rows, with times as `2026-03-01 00:00:00.000000+00:00`.',
    limit,
    isLong: true,
    mostMegabytes,
    prepare: (bench) => prepareOdd(bench, { time: textTime, score: '1' }),
  },
  {
    name: 'batch-parquet-misfits',
    title: 'Batch: one wrong value in 1,000 rows',
    what: 'The same rows, of which one in a thousand has a text in a field of integers.',
    limit: `${limit} All rows are copied once more, and those that may not fit are walked again.`,
    leastRatio: 0.5,
    mostMegabytes,
    prepare: (bench) => prepareOdd(bench, { time: isoTime, score: oneInThousand }),
  },
  {
    name: 'batch-raw-events',
    title: 'Batch: raw events, split into tables',
    what: 'Raw events of the published type, split into a table for each of five events, to Snappy Parquet.',
    limit,
    leastRatio: 0.35,
    mostMegabytes,
    prepare: prepareRaw,
  },
  {
    name: 'batch-json',
    title: 'Batch: nested events to gzipped JSON',
    what: 'Large nested rows to gzipped JSON lines.',
    limit,
    leastRatio: 0.6,
    mostMegabytes,
    prepare: prepareJson,
  },
  {
    name: 'batch-spool',
    what: 'About 5 GB of the same rows with `max_spool_gb` 2 and `max_memory_mb` 512: memory and disk stay bounded.',
    limit,
    mostMegabytes,
    isLong: true,
    runsOnce: true,
    prepare: prepareSpool,
  },
];

async function prepareParquet(bench: Bench): Promise<Prepared> {
  const { folder, db } = bench;
  const prepared = await prepare(bench, { output_format: 'parquet' });
  const lines = join(folder, 'rows.ndjson');
  await db.run(`COPY (${prepared.sql}) TO ${literal(lines)} (FORMAT json)`);
  return { ...prepared, references: await copyReferences(bench, lines) };
}

async function copyReferences(bench: Bench, lines: string): Promise<readonly Reference[]> {
  const what = '`COPY … (FORMAT parquet)` of the rows as JSON lines, local file to local file';
  const sql = copyParquetSql(lines, join(bench.folder, 'copy.parquet'));
  return [embeddedDuckdb(bench, what, sql), await newestDuckdb(bench, what, sql)];
}

async function prepareRaw(bench: Bench): Promise<Prepared> {
  const rows = bench.rows ?? 1_000_000;
  const path = await rawEventLines(bench, rows);
  const catalog = await catalogFile(bench, [rawEvents]);
  const { size: bytes } = await stat(path);
  const what =
    '`COPY … (FORMAT parquet, PARTITION_BY (event, day))` of the same lines with all types given, to local files';
  const sql = splitSql(path, join(bench.folder, 'split'));
  return {
    data: `${rows.toLocaleString('en')} rows, ${(bytes / 1e6).toFixed(1)} MB of lines`,
    rows,
    bytes,
    run: batchRun(bench, path, { catalog, config: { output_format: 'parquet' }, rows }),
    references: [await newestDuckdb(bench, what, sql), embeddedDuckdb(bench, what, sql)],
  };
}

const textTime = "strftime(CAST(time AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%f+00:00')";
const isoTime = "strftime(CAST(time AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%fZ')";
const oneInThousand = `CASE WHEN hash(event_id) % 1000 = 0 THEN CAST('"x"' AS JSON) ELSE CAST(hash(event_id) % 1000 AS JSON) END`;

/** `time` and `score`: SQL of these fields. */
async function prepareOdd(
  bench: Bench,
  { time, score }: { readonly time: string; readonly score: string },
): Promise<Prepared> {
  const { folder, db } = bench;
  const table = await eventsTable(bench);
  const sql = `SELECT ${time} AS time, * EXCLUDE (time, received_at), ${score} AS score FROM (${table.sql})`;
  const path = await recordLines(bench, events.name, sql);
  const lines = join(folder, 'rows.ndjson');
  await db.run(`COPY (${sql}) TO ${literal(lines)} (FORMAT json)`);
  const { rows } = table;
  const { size: bytes } = await stat(path);
  const properties = { time: { type: 'string', format: 'date-time', airbyte_type: 'timestamp_with_timezone' } };
  const catalog = await catalogFile(bench, [{ name: events.name, json_schema: { type: 'object', properties } }]);
  return {
    data: `${rows.toLocaleString('en')} rows, ${(bytes / 1e6).toFixed(1)} MB of lines`,
    rows,
    bytes,
    run: batchRun(bench, path, { catalog, config: { output_format: 'parquet' }, rows }),
    references: await copyReferences(bench, lines),
  };
}

async function prepareJson(bench: Bench): Promise<Prepared> {
  const prepared = await prepare({ ...bench, rows: bench.rows ?? 500_000 }, { output_format: 'json' });
  return { ...prepared, references: [await compressor(bench, prepared.input)] };
}

/** Of fewer rows the spool holds as many less. */
async function prepareSpool(bench: Bench): Promise<Prepared> {
  const rows = bench.rows ?? spoolRows;
  const max_spool_gb = Math.max(0.05, 2 * Math.min(1, rows / spoolRows));
  const spool_dir = join(bench.folder, 'spool');
  const config = { output_format: 'parquet', max_spool_gb, max_memory_mb: 512, spool_dir };
  const prepared = await prepare({ ...bench, rows }, config);
  const bound = { folder: spool_dir, leastMegabytes: 1, mostMegabytes: max_spool_gb * 1000 };
  return { ...prepared, run: withDiskBound(prepared.run, bound) };
}

type WithFiles = Prepared & { readonly input: string; readonly sql: string };

async function prepare(bench: Bench, config: Readonly<Record<string, unknown>>): Promise<WithFiles> {
  const table = await eventsTable(bench);
  const { path, catalog, rows, bytes } = await saveLines(bench, table);
  return {
    data: `${rows.toLocaleString('en')} rows, ${(bytes / 1e6).toFixed(1)} MB of lines`,
    rows,
    bytes,
    input: path,
    sql: table.sql,
    run: batchRun(bench, path, { catalog, config, rows }),
  };
}

type Options = {
  readonly catalog: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly rows: number;
  /** By default the tests' server. */
  readonly server?: () => Promise<Server>;
};

export function batchRun(bench: Bench, input: string, { catalog, config, rows, server }: Options): BenchRun {
  const { folder, signal } = bench;
  return async () => {
    await using s3 = await (server?.() ?? startServer(join(folder, 'empty'), signal));
    const destination = await batchStep(bench, s3.endpoint, { catalog, config });
    const measured = await run([toolStep('cat', []), destination, discard], { folder, input }, signal);
    return { ...measured, findings: [isComplete([measured.said ?? ''], rows)] };
  };
}

/** By the summaries that the programs end with. */
export function isComplete(said: readonly string[], rows: number): Finding {
  const summaries = said.map((one) => {
    const { log } = JSON.parse(one.trim().split('\n').at(-1) ?? '') as { readonly log: { readonly message: string } };
    return JSON.parse(log.message) as { readonly rows: number; readonly files: number };
  });
  const stored = summaries.reduce((sum, one) => sum + one.rows, 0);
  const files = summaries.reduce((sum, one) => sum + one.files, 0);
  const text = `${stored.toLocaleString('en')} of ${rows.toLocaleString('en')} rows are in S3, in ${files} files`;
  return { text, isMet: stored === rows };
}

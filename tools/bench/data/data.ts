// The data of the cases: real flights, and events made by the engine from row numbers, the same at every run.
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { literal } from '@s3-connectors/common/columns/sql.ts';

import type { Bench } from '../case.ts';
import { type Stream, type BenchTableFiles, tableFolder } from '../connectors.ts';

const flightsFile = join(import.meta.dirname, '../../../node_modules/vega-datasets/data/flights-3m.parquet');
export const hiveFiles = 20;
/** The engine's own size for Parquet. */
const rowGroupRows = 122_880;

export type BenchTable = {
  readonly stream: Stream;
  readonly files: BenchTableFiles;
  /** A query of all rows, for the reference. */
  readonly sql: string;
  readonly rows: number;
  readonly data: string;
};

const flights: Stream = { name: 'flights', timeField: 'date' };
export const events: Stream = { name: 'web_events', timeField: 'time' };

/** Three million flights of 2001, as the npm package vega-datasets has them: one file. */
export async function flightsTable(bench: Bench): Promise<BenchTable> {
  const directory = join(bench.folder, 'flights');
  const file = join(tableFolder(directory, flights.name), 'flights-3m.parquet');
  await mkdir(dirname(file), { recursive: true });
  if (bench.rows === undefined) await copyFile(flightsFile, file);
  else
    await bench.db.run(`COPY (FROM ${literal(flightsFile)} LIMIT ${bench.rows}) TO ${literal(file)} (FORMAT parquet)`);
  return describe(bench, { stream: flights, directory, glob: file, partitioned: false, from: 'flights of 2001' });
}

/** The same flights as a data lake would have them: Hive partitions, ZSTD. */
export async function hiveTable(bench: Bench, files = hiveFiles): Promise<BenchTable> {
  const directory = join(bench.folder, 'hive');
  const folder = tableFolder(directory, flights.name);
  const source = `read_parquet(${literal(flightsFile)}, file_row_number = true)`;
  const rows = bench.rows ?? 3_000_000;
  for (let part = 0; part < files; part++) {
    const from = Math.floor((rows * part) / files);
    const to = Math.floor((rows * (part + 1)) / files);
    const file = join(folder, `part=${String(part).padStart(2, '0')}`, 'data.parquet');
    await mkdir(dirname(file), { recursive: true });
    await bench.db.run(
      `COPY (SELECT * EXCLUDE file_row_number FROM ${source} WHERE file_row_number >= ${from} AND file_row_number < ${to})
       TO ${literal(file)} (FORMAT parquet, COMPRESSION zstd)`,
    );
  }
  const glob = join(folder, '*/*.parquet');
  return describe(bench, { stream: flights, directory, glob, partitioned: true, from: 'flights of 2001' });
}

/** A day of a publisher's events: structs, lists, texts, timestamps. */
export async function eventsTable(bench: Bench): Promise<BenchTable> {
  const directory = join(bench.folder, 'events');
  const file = join(tableFolder(directory, events.name), 'events.parquet');
  await mkdir(dirname(file), { recursive: true });
  const rows = bench.rows ?? 1_000_000;
  const time = `TIMESTAMPTZ '2026-03-01 00:00:00Z' + to_milliseconds(CAST(i * 86400000.0 / ${rows} AS BIGINT))`;
  const options = `FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroupRows}`;
  await bench.db.run(`COPY (${eventsSql(rows, time)}) TO ${literal(file)} (${options})`);
  return describe(bench, { stream: events, directory, glob: file, partitioned: false, from: 'generated events' });
}

/** Two row groups of a gigabyte, of texts that hardly shrink: the engine makes each column chunk one page of 85 MB. */
export async function largePagesTable(bench: Bench): Promise<BenchTable> {
  const directory = join(bench.folder, 'large-pages');
  const stream = { name: 'texts', timeField: 'time' };
  const file = join(tableFolder(directory, stream.name), 'texts.parquet');
  await mkdir(dirname(file), { recursive: true });
  const rows = bench.rows ?? 440_000;
  const columns = Array.from({ length: 12 }, (_, column) => `${longText(column)} AS text_${column}`);
  const options = `FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE ${Math.ceil(rows / 2)}`;
  await bench.db.run(
    `COPY (SELECT i AS id, ${columns.join(', ')} FROM range(${rows}) AS t(i)) TO ${literal(file)} (${options})`,
  );
  return describe(bench, { stream, directory, glob: file, partitioned: false, from: 'generated rows of texts' });
}

/** RECORD lines of events whose times lie all over so many hours: each hour has a file open from the start to the end. */
export async function scatteredEvents(
  bench: Bench,
  { rows, hours }: { readonly rows: number; readonly hours: number },
): Promise<string> {
  const time = `TIMESTAMPTZ '2026-03-01 00:00:00Z' - to_hours(CAST(hash(i, 'hour') % ${hours} AS INTEGER))`;
  return await recordLines(bench, events.name, eventsSql(rows, time));
}

/** What is before and after a row in a RECORD line. */
const envelopes = {
  airbyte: (stream: string) => [
    `{"type":"RECORD","record":{"stream":"${stream}","data":`,
    ',"emitted_at":1772323200000}}',
  ],
  singer: (stream: string) => [`{"type":"RECORD","stream":"${stream}","record":`, '}'],
} as const;

/** @returns the path of RECORD lines of the query's rows. */
export async function recordLines(
  { folder, db }: Bench,
  stream: string,
  sql: string,
  protocol: keyof typeof envelopes = 'airbyte',
): Promise<string> {
  const path = join(folder, `records.${protocol}`);
  const [head = '', tail = ''] = envelopes[protocol](stream);
  const line = `concat(${literal(head)}, to_json(event), ${literal(tail)})`;
  const raw = `FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\u0001'`;
  await db.run(`COPY (SELECT ${line} FROM (${sql}) AS event) TO ${literal(path)} (${raw})`);
  return path;
}

/** Row `i` depends on nothing but `i`. `time`: SQL of a TIMESTAMPTZ. */
function eventsSql(rows: number, time: string): string {
  const user = pick('user', Math.max(1, Math.floor(rows / 8)));
  return `
    SELECT
      ${time} AS time,
      ${id('event')} AS event_id,
      ${id('user', user)} AS user_id,
      ${id('session', user)} AS session_id,
      ['Pageview', 'PageviewEngagement', 'SlotViewable', 'LinkClick', 'VideoPlay'][1 + ${pick('name', 5)}] AS event_name,
      'be668577-07f5-444d-98e0-222b990951b1' AS project_id,
      list_transform(range(${pick('segments', 24)}), n -> CAST(hash(i, n) % 40000 AS INTEGER)) AS segments,
      list_transform(range(${pick('cohorts', 4)}), n -> concat('cohort_', hash(i, n, 'c') % 500)) AS cohorts,
      {
        client: {
          url: concat('https://www.example.com/', ['news', 'sport', 'culture'][1 + ${pick('part', 3)}], '/article-', ${pick('article', 20000)}),
          title: concat('The story number ', ${pick('article', 20000)}, ', told at “full” length'),
          referrer: CASE WHEN ${pick('referrer', 3)} = 0 THEN NULL ELSE 'https://www.google.com/' END,
          user_agent: concat('Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/', 100 + ${pick('agent', 40)}, '.0.0.0'),
          viewport: {width: 320 + ${pick('width', 1600)}, height: 480 + ${pick('height', 900)}}
        },
        engaged_ms: hash(i, 'engaged') % 120000,
        completion: round(${pick('completion', 1000)} / 1000.0, 3),
        subscriber: ${pick('subscriber', 10)} = 0,
        topics: list_transform(range(${pick('topics', 3)}), n -> ['politics', 'football', 'theatre', 'climate', 'money'][1 + CAST(hash(i, n, 't') % 5 AS INTEGER)])
      } AS properties,
      CAST(${time} AS TIMESTAMP) + to_milliseconds(${pick('received', 3000)}) AS received_at
    FROM range(${rows}) AS numbers(i)`;
}

/** The table with the figures of its files. */
export async function describe(
  { db }: Bench,
  table: Pick<BenchTable, 'stream'> & BenchTableFiles & { readonly glob: string; readonly from: string },
): Promise<BenchTable> {
  const { stream, directory, glob, partitioned, from } = table;
  const counted = await db.runAndReadAll(
    `SELECT count(*), sum(num_rows), sum(num_row_groups), sum(file_size_bytes) FROM parquet_file_metadata(${literal(glob)})`,
  );
  const [files = 0, rows = 0, groups = 0, bytes = 0] = counted.getRows()[0]?.map(Number) ?? [];
  const layout = `${files} Parquet ${files === 1 ? 'file' : 'files'} with ${groups} row ${groups === 1 ? 'group' : 'groups'}`;
  const data = `${rows.toLocaleString('en')} ${from} in ${layout}, ${(bytes / 1e6).toFixed(1)} MB`;
  const sql = `SELECT * FROM read_parquet(${literal(glob)}, hive_partitioning = true, hive_types_autocast = false)`;
  return { stream, files: { directory, partitioned }, sql, rows, data };
}

/** 384 characters. */
function longText(column: number): string {
  const parts = Array.from({ length: 12 }, (_, part) => `md5(concat(i, '-', ${column}, '-', ${part}))`);
  return `concat(${parts.join(', ')})`;
}

export function pick(salt: string, count: number): string {
  return `CAST(hash(i, '${salt}') % ${count} AS INTEGER)`;
}

export function id(salt: string, of = 'i'): string {
  return `md5(concat('${salt}', ${of}))`;
}

// Tables of text: the same page views as CSV and as JSON lines, and CSV as one large gzipped file.
import { createReadStream, createWriteStream } from 'node:fs';
import { appendFile, mkdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

import { literal } from '@s3-connectors/common/columns/sql.ts';

import type { Bench } from '../case.ts';
import { tableFolder } from '../connectors.ts';
import type { BenchTable } from './data.ts';

const views = { name: 'views', timeField: 'time' };
const columns = ['id', 'time', 'user_id', 'url', 'title', 'price', 'country', 'subscriber'] as const;
/** Of 145 bytes each, about: 264 MB. */
const usualRows = 1_830_000;
const largeCopies = 19;

/** 264 MB of CSV; every third record has quotes. */
export function csvTable(bench: Bench): Promise<BenchTable> {
  return textTable(bench, 'csv');
}

/** The same as JSON lines: 408 MB. */
export function jsonlTable(bench: Bench): Promise<BenchTable> {
  return textTable(bench, 'jsonl');
}

/** The same CSV 19 times, 5 GB, as one gzipped file: a member for each time, the first with the header. */
export async function largeCsvTable(bench: Bench): Promise<BenchTable> {
  const table = await csvTable(bench);
  const file = join(tableFolder(table.files.directory, views.name), 'views.csv');
  const { size } = await stat(file);
  const packed = `${file}.gz`;
  const body = `${file}.body.gz`;
  const headerBytes = columns.join(',').length + 1;
  await pipeline(createReadStream(file), createGzip({ level: 1 }), createWriteStream(packed), { signal: bench.signal });
  await pipeline(createReadStream(file, { start: headerBytes }), createGzip({ level: 1 }), createWriteStream(body), {
    signal: bench.signal,
  });
  const member = await readFile(body);
  for (let copy = 1; copy < largeCopies; copy++) await appendFile(packed, member);
  await Promise.all([rm(file), rm(body)]);
  const rows = table.rows * largeCopies;
  const bytes = size * largeCopies;
  const gigabytes = `${(bytes / 1e9).toFixed(1)} GB of CSV, gzipped to ${Math.round((await stat(packed)).size / 1e6)} MB`;
  return { ...table, rows, data: `${rows.toLocaleString('en')} generated page views in 1 file, ${gigabytes}` };
}

async function textTable(bench: Bench, format: 'csv' | 'jsonl'): Promise<BenchTable> {
  const directory = join(bench.folder, format);
  const file = join(tableFolder(directory, views.name), `views.${format}`);
  await mkdir(dirname(file), { recursive: true });
  const rows = bench.rows ?? usualRows;
  const options = format === 'csv' ? 'FORMAT csv, HEADER' : 'FORMAT json';
  await bench.db.run(`COPY (${viewsSql(rows)}) TO ${literal(file)} (${options})`);
  const { size } = await stat(file);
  const data = `${rows.toLocaleString('en')} generated page views in 1 file, ${(size / 1e6).toFixed(1)} MB`;
  return { stream: views, files: { directory, partitioned: false, format }, sql: readSql(file, format), rows, data };
}

/** In the form that the engine reads with complete settings, so that it neither guesses nor converts. */
function readSql(file: string, format: 'csv' | 'jsonl'): string {
  const types = format === 'csv' ? {} : { id: 'BIGINT', price: 'DOUBLE', subscriber: 'BOOLEAN' };
  const declared = columns.map((name) => `${name}: '${new Map(Object.entries(types)).get(name) ?? 'VARCHAR'}'`);
  const all = `columns = {${declared.join(', ')}}`;
  return format === 'csv'
    ? `SELECT * FROM read_csv(${literal(file)}, header = true, auto_detect = false, quote = '"', escape = '"', ${all})`
    : `SELECT * FROM read_ndjson(${literal(file)}, ${all})`;
}

function viewsSql(rows: number): string {
  const article = 'hash(i) % 20000';
  return `
    SELECT
      i AS id,
      strftime(TIMESTAMP '2026-03-01' + to_seconds(i), '%Y-%m-%dT%H:%M:%SZ') AS time,
      md5(concat('user', i // 8)) AS user_id,
      concat('https://www.example.com/', ['news', 'sport', 'culture'][1 + CAST(hash(i) % 3 AS INTEGER)], '/article-', ${article}) AS url,
      CASE WHEN i % 3 = 0 THEN concat('The story number ', ${article}, ', told at "full" length') ELSE concat('Story ', ${article}) END AS title,
      round((hash(i) % 100000) / 100.0, 2) AS price,
      ['DE', 'FR', 'GB', 'US', NULL][1 + CAST(hash(i, 'c') % 5 AS INTEGER)] AS country,
      i % 10 = 0 AS subscriber
    FROM range(${rows}) AS numbers(i)`;
}

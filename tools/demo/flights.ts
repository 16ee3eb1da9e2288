// The demo's data: three million real flights of the United States in 2001, from the npm package vega-datasets, in
// the layout of a data lake: a folder for each month, ZSTD Parquet.
import { globSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

import type { DuckDBConnection } from '@duckdb/node-api';

import type { S3TestServer } from '../s3-server/types.ts';
import { quoted } from './sql.ts';

const flightsFile = join(import.meta.dirname, '../../node_modules/vega-datasets/data/flights-3m.parquet');

/** The partition column. The streaming destination uses `month` for a folder. */
export const partitionColumn = 'flight_month';
export const table = 'flights';
export const schemaPrefix = 'exports';

/** Writes the first `rows` flights below `folder`, as `flight_month=2001-01/….parquet`. @returns the number of rows. */
export async function writeFlights(db: DuckDBConnection, folder: string, rows: number): Promise<number> {
  const reader = await db.runAndReadAll(`
    COPY (
      SELECT * EXCLUDE file_row_number, strftime("date", '%Y-%m') AS ${partitionColumn}
      FROM read_parquet(${quoted(flightsFile)}, file_row_number = true)
      WHERE file_row_number < ${rows}
    ) TO ${quoted(folder)} (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (${partitionColumn}))`);
  return Number(reader.getRows()[0]?.[0]);
}

/** Puts the files into the bucket below `exports/flights/`. @returns their number and size. */
export function seedFlights(server: S3TestServer, bucket: string, folder: string): { files: number; bytes: number } {
  for (const path of globSync(join(folder, '**/*.parquet'))) {
    const key = `${schemaPrefix}/${table}/${relative(folder, path).replaceAll(sep, '/')}`;
    server.seedFile(bucket, key, path);
  }
  const objects = server.objects(bucket, `${schemaPrefix}/`);
  return { files: objects.length, bytes: objects.reduce((sum, { size }) => sum + size, 0) };
}

// The comparison of the demo: DuckDB, which did not write the files, reads the source and the written files and compares every row.
// It counts duplicates, so a duplicate cannot hide a lost row.
import { join } from 'node:path';

import type { DuckDBConnection } from '@duckdb/node-api';

import { partitionColumn } from './flights.ts';
import { quoted } from './sql.ts';

export type Comparison = {
  readonly rowsIn: number;
  readonly rowsOut: number;
  /** The number of different hours of the rows. */
  readonly hours: number;
  /** The differences, each with one row as an example. Empty if all rows are equal. */
  readonly differences: readonly string[];
};

const columns = `"date", delay, distance, origin, destination, ${partitionColumn}`;

/** @param sent folder of the Parquet files. @param arrived folder with a copy of the written files. */
export async function compare(db: DuckDBConnection, sent: string, arrived: string): Promise<Comparison> {
  await db.run(`
    CREATE OR REPLACE TEMP TABLE sent AS SELECT ${columns}
    FROM read_parquet(${quoted(join(sent, '**/*.parquet'))}, hive_partitioning = true, hive_types_autocast = false)`);
  await db.run(`
    CREATE OR REPLACE TEMP TABLE arrived AS SELECT ${columns}, make_timestamp(year, month, day, hour, 0, 0) AS folder
    FROM read_json(
      ${quoted(join(arrived, '**/*.jsonl.gz'))}, format = 'newline_delimited', hive_partitioning = true,
      hive_types = {year: BIGINT, month: BIGINT, day: BIGINT, hour: BIGINT},
      columns = {
        "date": 'TIMESTAMP', delay: 'BIGINT', distance: 'BIGINT', origin: 'VARCHAR', destination: 'VARCHAR',
        ${partitionColumn}: 'VARCHAR'
      })`);
  const count = async (query: string): Promise<number> => {
    return Number((await db.runAndReadAll(`SELECT count(*) FROM (${query})`)).getRows()[0]?.[0]);
  };
  const differences: string[] = [];
  for (const [what, query] of Object.entries(differenceQueries)) {
    const rows = await count(query);
    if (rows === 0) continue;
    const [example] = (await db.runAndReadAll(`${query} LIMIT 1`)).getRowObjectsJson();
    differences.push(`${rows} ${rows === 1 ? 'row' : 'rows'} ${what}, such as ${JSON.stringify(example)}`);
  }
  return {
    rowsIn: await count('SELECT * FROM sent'),
    rowsOut: await count('SELECT * FROM arrived'),
    hours: await count('SELECT DISTINCT folder FROM arrived'),
    differences,
  };
}

const differenceQueries = {
  'of the source did not arrive': `SELECT ${columns} FROM sent EXCEPT ALL SELECT ${columns} FROM arrived`,
  'arrived that the source does not have': `SELECT ${columns} FROM arrived EXCEPT ALL SELECT ${columns} FROM sent`,
  'are in the folder of another hour': `SELECT * FROM arrived WHERE date_trunc('hour', "date") IS DISTINCT FROM folder`,
};

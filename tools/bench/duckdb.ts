// DuckDB by itself, as the reference: the one that the connectors embed, and the newest from PyPI.
import { join } from 'node:path';

import { literal } from '@s3-connectors/common/columns/sql.ts';
import { version } from '@duckdb/node-api';

import type { Bench, Reference } from './case.ts';
import { nodeStep, run, watchedStep } from './process.ts';
import { pythonEnvironment } from './python.ts';

const query = join(import.meta.dirname, 'programs/query.mjs');
const release = '2.0.1';
const embeddedRelease = version().replace(/^v/u, '');

export function embeddedDuckdb({ folder, signal }: Bench, what: string, sql: string): Reference {
  return {
    name: `DuckDB ${embeddedRelease} as embedded, ${what}`,
    label: `DuckDB ${embeddedRelease}`,
    run: () => run([nodeStep('DuckDB', query, [sql])], { folder }, signal),
  };
}

export async function newestDuckdb({ folder, signal }: Bench, what: string, sql: string): Promise<Reference> {
  const environment = await pythonEnvironment('duckdb', [[`duckdb==${release}`]], signal);
  const program = `import duckdb; duckdb.connect(config={'threads': 2}).execute("SET TimeZone = 'UTC'").execute(${JSON.stringify(sql)})`;
  const python = watchedStep('DuckDB', join(environment, 'bin/python'), ['-c', program]);
  return {
    name: `DuckDB ${release} from PyPI, 2 threads, ${what}`,
    label: `DuckDB ${release}`,
    run: () => run([python], { folder }, signal),
  };
}

/** Snappy Parquet of JSON lines, whose types the engine finds by itself. */
export function copyParquetSql(lines: string, output: string): string {
  return `COPY (FROM read_json(${literal(lines)}, format = 'newline_delimited')) TO ${literal(output)} (FORMAT parquet, COMPRESSION snappy)`;
}

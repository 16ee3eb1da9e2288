// How DuckDB reads a gzipped file of JSON lines.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DuckDBInstance } from '@duckdb/node-api';

/** Its rows, as the engine's own JSON of the types that it detects. */
export async function jsonRowsByEngine(body: Uint8Array): Promise<readonly string[]> {
  return await queryRows(body, (path) => {
    return `SELECT to_json(row)::VARCHAR AS json FROM (FROM read_json('${path}', format = 'newline_delimited')) AS row`;
  });
}

/** Its rows unchanged, if the engine accepts them as JSON. */
export async function jsonTextsByEngine(body: Uint8Array): Promise<readonly string[]> {
  return await queryRows(body, (path) => `SELECT json::VARCHAR AS json FROM read_ndjson_objects('${path}')`);
}

async function queryRows(body: Uint8Array, sqlOf: (path: string) => string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-json-'));
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const path = join(folder, 'rows.json.gz');
    await writeFile(path, body);
    const reader = await connection.runAndReadAll(sqlOf(path));
    return reader.getRowObjectsJson().map(({ json }) => json as string);
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true });
  }
}

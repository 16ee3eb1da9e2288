// DuckDB's answers with the statements of `ddl`, on a local copy of the bucket.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { bucket, type Json } from '../../support/destination-input.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

/** `statements`: of the folder that the tables are copied to. `prefix`: all of the bucket below it; ends with a slash, or is empty. */
export async function rowsInDuckdb(
  server: S3TestServer,
  statements: (folder: string) => Promise<string>,
  sql: string,
  prefix = 'permutive/',
): Promise<readonly Json[]> {
  await using copy = await temporaryFolder();
  const folder = copy.path;
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    for (const { key, body } of server.objects(bucket, prefix)) {
      const path = join(folder, key.slice(prefix.length));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, body);
    }
    await connection.run(await statements(folder));
    return (await connection.runAndReadAll(sql)).getRowObjectsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

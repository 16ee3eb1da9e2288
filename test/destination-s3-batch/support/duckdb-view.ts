// DuckDB's answers with the statements of `ddl`, on a local copy of the bucket.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { bucket, type Json } from '../../support/destination-input.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

/** `statements`: for the folder that the tables are copied to. */
export async function rowsInDuckdb(
  server: S3TestServer,
  statements: (folder: string) => Promise<string>,
  sql: string,
): Promise<readonly Json[]> {
  await using copy = await temporaryFolder();
  const folder = copy.path;
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    for (const { key, body } of server.objects(bucket, 'permutive/data/')) {
      const path = join(folder, key.slice('permutive/'.length));
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

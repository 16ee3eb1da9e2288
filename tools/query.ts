// `node tools/query.ts FILE.sql…`: runs the statements of the files in DuckDB, in memory, and prints the rows of each query as a table.
import { readFile } from 'node:fs/promises';
import { DuckDBInstance, StatementType } from '@duckdb/node-api';

import { markdownTable } from './markdown-table.ts';

const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
for (const path of process.argv.slice(2)) {
  const statements = await connection.extractStatements(await readFile(path, 'utf8'));
  for (let index = 0; index < statements.count; index++) {
    const statement = await statements.prepare(index);
    const result = await statement.runAndReadAll();
    if (statement.statementType !== StatementType.SELECT) continue;
    process.stdout.write(
      `${markdownTable([result.deduplicatedColumnNames(), ...result.getRowsJson().map(texts)])}\n\n`,
    );
  }
}
connection.closeSync();
instance.closeSync();

function texts(row: readonly unknown[]): readonly string[] {
  return row.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
}

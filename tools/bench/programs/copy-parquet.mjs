// The practical limit for the batch destination: the same engine finds the types of the same rows by itself and writes them as
// Snappy Parquet, local file to local file, with a thread for each core.
//   node copy-parquet.mjs LINES OUTPUT
import { DuckDBInstance } from '@duckdb/node-api';

const [lines = '', output = ''] = process.argv.slice(2);
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
await connection.run(
  `COPY (FROM read_json(${quoted(lines)}, format = 'newline_delimited')) TO ${quoted(output)} (FORMAT parquet, COMPRESSION snappy)`,
);
connection.closeSync();
instance.closeSync();

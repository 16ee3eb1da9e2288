// The practical limit for the source: the same engine writes the same rows as JSON to a local file, with a thread for each
// core and nothing of ours in between. Plain JavaScript, so that stripping types does not slow the reference down.
//   node copy-json.mjs QUERY OUTPUT
import { DuckDBInstance } from '@duckdb/node-api';

const [query, output = ''] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
await connection.run("SET TimeZone = 'UTC'");
await connection.run(`COPY (${query}) TO '${output.replaceAll("'", "''")}' (FORMAT json)`);
connection.closeSync();
instance.closeSync();

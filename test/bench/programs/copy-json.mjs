// The practical limit for the source: the same engine writes the same rows as JSON to a local file, with a thread for each
// core and nothing of ours in between. Plain JavaScript, so that stripping types does not slow the reference down.
//   node copy-json.mjs FILES OUTPUT
import { DuckDBInstance } from '@duckdb/node-api';

const [files, output] = process.argv.slice(2).map((path) => `'${path.replaceAll("'", "''")}'`);
const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
await connection.run("SET TimeZone = 'UTC'");
const rows = `SELECT * FROM read_parquet(${files}, hive_partitioning = true, hive_types_autocast = false)`;
await connection.run(`COPY (${rows}) TO ${output} (FORMAT json)`);
connection.closeSync();
instance.closeSync();

// The practical limit: the engine that the connectors embed runs one query, local file to local file, with a thread for each core
// and nothing of ours in between. Plain JavaScript, so that stripping types does not slow the reference down.
//   node query.mjs QUERY
import { DuckDBInstance } from '@duckdb/node-api';

const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
await connection.run("SET TimeZone = 'UTC'");
await connection.run(process.argv[2] ?? '');
connection.closeSync();
instance.closeSync();

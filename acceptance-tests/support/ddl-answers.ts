// Asking `ddl`, and the engines that run here, what they make of its statements.
import assert from 'node:assert/strict';

import { runProgram } from '../../test/support/program.ts';
import { administrator, endpoint } from './account.ts';
import { nastyNames, type Export } from './ddl-corpus.ts';
import { executables, jsonFile } from './programs.ts';
import { runScript } from './python.ts';
import type { Trino } from './trino.ts';

export type Rows = readonly (readonly unknown[])[];
export type Running = {
  readonly quote: (name: string) => string;
  /** A member of a column that has JSON of any shape. */
  readonly member: (column: string, path: string) => string;
  readonly where: 'folder' | 'address' | 'bucket';
};
const doubled = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const running: Readonly<Record<string, Running>> = {
  duckdb: { quote: doubled, member: (column, path) => `${column} ->> '$.${path}'`, where: 'folder' },
  clickhouse: {
    quote: (name) => `\`${name.replaceAll(/[`\\]/gu, String.raw`\$&`)}\``,
    member: (column, path) => `JSON_VALUE(${column}, '$.${path}')`,
    where: 'address',
  },
  spark: {
    quote: (name) => `\`${name.replaceAll('`', '``')}\``,
    member: (column, path) => `get_json_object(${column}, '$.${path}')`,
    where: 'folder',
  },
  trino: { quote: doubled, member: (column, path) => `json_extract_scalar(${column}, '$.${path}')`, where: 'bucket' },
};

/** What was printed for one table. */
export type Printed = {
  readonly table: string;
  readonly statements: readonly string[];
  readonly queries: readonly string[];
  readonly omitted: ReadonlySet<string>;
};

/** By the comments in front of each statement that makes a table. */
export function printedTables(sql: string): readonly Printed[] {
  const found: (Printed & { readonly statements: string[] })[] = [];
  for (const statement of sql.split(';\n\n').filter((text) => text !== '')) {
    const queries = Array.from(statement.matchAll(/^-- {3}(SELECT .*)$/gmu), ([, query = '']) => query);
    if (queries.length === 0) {
      found.at(-1)?.statements.push(statement);
      continue;
    }
    const omitted = Array.from(
      statement.matchAll(/^-- The column (.*) is (?:omitted|called column_\d+): /gmu),
      ([, path = '']) => path,
    );
    const table = / FROM (.*?)(?: GROUP BY|$)/u.exec(queries[0] ?? '')?.[1] ?? '';
    found.push({ table, statements: [statement], queries, omitted: new Set(omitted) });
  }
  return found;
}

type Asked = { readonly location?: string | undefined; readonly table?: string };

export async function printed(
  made: Pick<Export, 'side' | 'config'>,
  engine: string,
  asked: Asked = {},
): Promise<string> {
  const options = Object.entries(asked).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));
  const args = ['ddl', '--config', await jsonFile(made.config), '--engine', engine, ...options];
  const { exitCode, stdout, stderr } = await runProgram(executables[made.side], args);
  assert.deepEqual([exitCode, stderr], [0, '']);
  return stdout;
}

/** The nasty names that are not omitted. `of`: `members.`, or empty for columns. */
export function shownNames({ omitted }: Printed, of: string): readonly string[] {
  return nastyNames.filter((name) => !omitted.has(`${of}${name}`));
}

export function locationsOf({ bucket, prefix }: Pick<Export, 'bucket' | 'prefix'>, folder: string) {
  return { folder: `${folder}/${prefix}`, address: `${endpoint()}/${bucket}/${prefix}`, bucket: undefined };
}

type Engine = { readonly engine: string; readonly trino: Trino | undefined };

/** The rows of each query, after all statements. */
export async function answersOf(
  { engine, trino }: Engine,
  tables: readonly Printed[],
  queries: readonly string[],
): Promise<readonly Rows[]> {
  const statements = tables.flatMap((table) => table.statements);
  if (engine === 'trino') return answersOfTrino(trino ?? assert.fail('Trino does not run'), statements, queries);
  const environment = {
    AWS_ACCESS_KEY_ID: administrator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: administrator.secretAccessKey,
  };
  const input = JSON.stringify({ statements, queries, environment });
  const printedJson = await runScript('run_engine.py', [engine], { input, runner: 'readers' });
  return (JSON.parse(printedJson) as { readonly answers: readonly Rows[] }).answers;
}

async function answersOfTrino(
  trino: Trino,
  statements: readonly string[],
  queries: readonly string[],
): Promise<readonly Rows[]> {
  await trino.query('CREATE SCHEMA IF NOT EXISTS hive.default');
  for (const [name] of await trino.query('SHOW TABLES')) await trino.query(`DROP TABLE ${doubled(String(name))}`);
  for (const statement of statements) await trino.query(statement.replace(/;\n*$/u, ''));
  const found: Rows[] = [];
  for (const query of queries) found.push(await trino.query(query));
  return found;
}

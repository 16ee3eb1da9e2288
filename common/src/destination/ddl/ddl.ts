// `ddl`: prints the statement that makes a table readable in an engine, for each written table.
import type { OperatorArguments, Print, VerbContext } from '../../protocol/connector.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import { isPrintable, plainJson } from '../../protocol/text/text.ts';
import { openS3, verbRetryBudgetMs, type S3 } from '../../s3/connection/client.ts';
import type { Connection } from '../../s3/connection/config.ts';
import { dialects, engineOf, type DdlEngine } from './dialects/dialects.ts';
import type { SegmentTable } from './queries.ts';
import { describeTable, glueJson, sqlOf, type Wishes } from './statement.ts';
import { tableName } from './table-name.ts';
import type { DdlTable } from './table/table.ts';

export type DdlConfig = { readonly connection: Connection; readonly prefix: string };

/** `root`: the engine's path of the prefix, with a slash at the end. */
type TablesPlace = Pick<VerbContext, 'log' | 'signal'> & { readonly root: string };

/** What a destination knows of its tables. */
export type DdlTables<Config> = {
  readonly noun: 'type' | 'table';
  readonly segments: SegmentTable;
  /** Ordered by name. */
  readonly list: (s3: S3, config: Config, at: TablesPlace) => AsyncIterable<DdlTable>;
};

/** @throws USAGE_INVALID for a table that was never written, or an unknown engine. */
export async function* ddl<Config extends DdlConfig>(
  config: Config,
  tables: DdlTables<Config>,
  given: OperatorArguments,
  { log, signal }: Pick<VerbContext, 'log' | 'signal'>,
): AsyncGenerator<Print> {
  const engine = engineOf(given['engine']);
  const { connection, prefix } = config;
  const wanted = given[tables.noun];
  const root = textOf(given['location'])?.replace(/\/?$/u, '/') ?? `s3://${connection.bucket}/${prefix}`;
  const wishes: Wishes = {
    database: textOf(given['database']),
    access: textOf(given['access']),
    region: connection.region,
    segments: tables.segments,
  };
  const names = new Set<string>();
  let found = false;
  using s3 = openS3(connection, { log, retryBudgetMs: verbRetryBudgetMs });
  for await (const table of tables.list(s3, config, { root, log, signal })) {
    const named = tableName(table.name, dialects[engine], names); // The name is the same with --table and without.
    if (wanted !== undefined && wanted !== table.name) continue;
    found = true;
    const described = isPrintable(table.location) ? describeTable(dialects[engine], table, named, wishes) : undefined;
    if (described !== undefined) yield* printed(engine, described);
    else log('WARN', `The ${tables.noun} "${table.name}" has no statement: ${reasonFor(engine, table)}.`);
  }
  if (found) return;
  const what = wanted === undefined ? `No ${tables.noun} has` : `The ${tables.noun} "${String(wanted)}" has not`;
  throw new ConnectorError(
    'USAGE_INVALID',
    `${what} been written below "${prefix}" yet. Run a sync first, or correct "prefix".`,
  );
}

async function* printed(engine: DdlEngine, described: Parameters<typeof glueJson>[0]): AsyncGenerator<Print> {
  if (engine === 'glue') yield { sql: plainJson(glueJson(described)) };
  else for await (const sql of sqlOf(dialects[engine], described)) yield { sql };
}

function reasonFor(engine: DdlEngine, { location }: DdlTable): string {
  if (!isPrintable(location)) return 'its name holds characters that SQL cannot show';
  return `${dialects[engine].title} takes the name of none of its columns, or not that of a folder`;
}

function textOf(given: string | boolean | undefined): string | undefined {
  return typeof given === 'string' && given !== '' ? given : undefined;
}

// inspect, the layout doctor: schema prefixes → tables → a report for each → a text for people or JSON. It reads what a sync would
// read, through the same listing and formats, except the rows.
import { mostShards } from '@s3-connectors/common/program/scheduler.ts';
import type { OperatorArguments, Print, VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { countText } from '@s3-connectors/common/program/text-layout.ts';
import { verbRetryBudgetMs } from '@s3-connectors/common/s3/connection/client.ts';
import { requestsText } from '@s3-connectors/common/s3/connection/counters.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import { parseSchemaPrefix, schemaPrefix, type SchemaPrefix, type SourceConfig } from '../../config/config.ts';
import { openEngine } from '../../engine/engine.ts';
import { openSelfReplacingEngine } from '../../engine/self-replacing-engine.ts';
import type { Reading } from '../../formats/contract/format.ts';
import { namespaceOf } from '../../layout/layout.ts';
import { noTables } from '../no-tables.ts';
import { openResources } from '../verb-resources.ts';
import { findTables, schemaPaths, type Table, type Tables } from '../../listing/tables.ts';
import { prefixNearMisses } from './near-misses.ts';
import { inspectPage } from './report-page.ts';
import { reportText } from './report-text.ts';
import { reportTable } from './table-report.ts';
import type { InspectReport, PrefixReport } from './report.ts';

const tablesAtOnce = 4;

/** All reports are held until the last: a few kilobytes for each table. @throws CONFIG_INVALID if there is no table. */
export async function* inspect(
  config: SourceConfig,
  given: OperatorArguments,
  context: VerbContext,
): AsyncGenerator<Print> {
  const prefix = given['schema-prefix'];
  const schemaPrefixes = typeof prefix === 'string' ? [givenPrefix(prefix)] : config.schemaPrefixes;
  const shards = givenShards(given['shards']);
  const report = await inspectBucket({ ...config, schemaPrefixes }, { tableName: given['table'], shards }, context);
  yield given['json'] === true ? { json: report } : reportText(report);
  const { html } = given;
  if (typeof html === 'string') yield { file: html, page: (clean) => inspectPage(report, clean) };
}

function givenPrefix(text: string): SchemaPrefix {
  const { error } = schemaPrefix.safeParse(text);
  if (error === undefined) return parseSchemaPrefix(text);
  throw new ConnectorError('USAGE_INVALID', `--schema-prefix "${text}": ${error.issues[0]?.message ?? 'is not one'}.`);
}

function givenShards(text: string | boolean | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = /^\d{1,5}$/u.test(String(text)) ? Number(text) : 0;
  if (count >= 1 && count <= mostShards) return count;
  throw new ConnectorError('USAGE_INVALID', `--shards must be a whole number from 1 to ${mostShards}.`);
}

type Chosen = { readonly tableName: string | boolean | undefined; readonly shards: number | undefined };

async function inspectBucket(config: SourceConfig, chosen: Chosen, context: VerbContext): Promise<InspectReport> {
  await using session = await openResources(config, context, { retryBudgetMs: verbRetryBudgetMs });
  await using engine = openSelfReplacingEngine(() => openEngine(session.folder, config.engineMemoryBytes));
  const { s3, folder } = session;
  const reading = { s3, folder, engine, log: context.log };
  using _ = context.watch?.(
    () =>
      `${countText(
        seen.reduce((sum, { byStream }) => sum + byStream.size, 0),
        'table',
      )}, requests: ${requestsText(s3.counters)}`,
  );
  const prefixes: PrefixReport[] = [];
  const seen: Tables[] = [];
  const skips = new Map();
  for await (const path of schemaPaths(s3, { prefixes: config.schemaPrefixes, skips }, context.signal)) {
    const tables = await findTables(s3, { ...config, schemaPrefixes: [{ path, levels: [] }] }, context.signal);
    seen.push(tables);
    prefixes.push(await reportPrefix(config, { reading, path, tables, chosen }, context));
  }
  if (prefixes.every(({ tables, problem }) => tables.length === 0 && problem === null)) {
    const [tables = { byStream: new Map(), skips, foreign: new Map(), refused: [] }] = seen;
    throw typeof chosen.tableName === 'string'
      ? noSuchTable(chosen.tableName, seen)
      : await noTables(s3, config, tables, context.signal);
  }
  return { version: 1, bucket: config.connection.bucket, format: config.format.format, schema_prefixes: prefixes };
}

type PrefixInspection = {
  readonly reading: Reading;
  readonly path: string;
  readonly tables: Tables;
  readonly chosen: Chosen;
};

async function reportPrefix(
  config: SourceConfig,
  { reading, path, tables, chosen: { tableName, shards } }: PrefixInspection,
  { signal }: VerbContext,
): Promise<PrefixReport> {
  const all = [...tables.byStream.values()];
  const chosen = all.filter(({ stream }) => tableName === undefined || stream.name === tableName);
  const report = (table: Table, stop: AbortSignal) => reportTable(config, { reading, shards }, table, stop);
  const [refused] = tables.refused;
  const stray = tables.skips.get('no_table');
  return {
    prefix: path,
    namespace: namespaceOf(path) ?? null,
    tables: await Array.fromAsync(mapConcurrent(chosen, tablesAtOnce, report, signal)),
    skipped: [...tables.skips].map(([reason, { count, example }]) => ({ reason, count, examples: [example] })),
    near_misses: prefixNearMisses(path, all, stray && { count: stray.count, examples: [stray.example] }),
    problem: refused === undefined ? null : { code: refused.code, message: refused.message },
  };
}

function noSuchTable(name: string, seen: readonly Tables[]): ConnectorError {
  const names = seen.flatMap(({ byStream }) => [...byStream.values()].map(({ stream }) => JSON.stringify(stream.name)));
  const there =
    names.length === 0
      ? 'There is none.'
      : `There are ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}.`;
  return new ConnectorError('USAGE_INVALID', `No table is called ${JSON.stringify(name)}. ${there}`);
}

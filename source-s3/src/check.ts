// check: what a sync does, in small: list every schema prefix, then read one byte of one object below each.
import type { VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { listPages, type ListedObject } from '@s3-connectors/common/s3/list.ts';
import { readRange } from '@s3-connectors/common/s3/read.ts';

import type { SourceConfig } from './config.ts';
import { noTables } from './no-tables.ts';
import { openSession, type Session } from './session.ts';
import { findTables } from './tables.ts';

const retryBudgetMs = 30_000; // Someone waits for the answer.

/** @throws ConnectorError naming what is missing; CONFIG_INVALID when there is nothing to read. */
export async function check(config: SourceConfig, context: VerbContext): Promise<void> {
  await using session = await openSession(config, context, retryBudgetMs);
  const tables = await findTables(session.s3, config.schemaPrefixes, context.signal);
  if (tables.byStream.size === 0) throw await noTables(session.s3, config, tables, context.signal);
  const checked = new Set<string | undefined>();
  for (const { stream, prefix } of tables.byStream.values()) {
    if (checked.has(stream.namespace)) continue;
    const object = await firstObject(session, prefix, context.signal);
    if (object === undefined) continue;
    await readRange(session.s3, { ...object, start: 0, end: 1 }, context.signal);
    checked.add(stream.namespace);
  }
}

async function firstObject({ s3 }: Session, prefix: string, signal: AbortSignal): Promise<ListedObject | undefined> {
  for await (const page of listPages(s3, { prefix, pageSize: 100 }, signal)) {
    return page.objects.find(({ size }) => size > 0);
  }
  return undefined;
}

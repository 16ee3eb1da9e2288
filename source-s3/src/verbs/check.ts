// check: a rehearsal of a read: list every schema prefix, then read one byte of one real object below each.
import { rehearse } from '@s3-connectors/common/local-disk/temp-folder.ts';
import { needsOf } from '@s3-connectors/common/permissions/needs/needs.ts';
import { Rehearsal, type Line } from '@s3-connectors/common/permissions/rehearsal.ts';
import type { VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { listPages, type ListedObject } from '@s3-connectors/common/s3/list.ts';
import { readRange } from '@s3-connectors/common/s3/read.ts';

import { accessOf } from '../config/access.ts';
import type { SchemaPrefix, SourceConfig } from '../config/config.ts';
import { noTables } from './no-tables.ts';
import { openSession, type Session } from './session.ts';
import { findTables, type Tables } from '../listing/tables.ts';

/** Someone waits for the answer. */
const patience = { retryBudgetMs: 20_000, idleTimeoutMs: 10_000 };
/** Objects looked at to find one that can be read. */
const looksAt = 100;

/** @throws ConnectorError naming all that is missing; CONFIG_INVALID when there is nothing to read. */
export async function check(config: SourceConfig, context: VerbContext): Promise<void> {
  await using session = await openSession(config, context, patience);
  if (config.format.format === 'parquet') await rehearse(session.folder); // Other formats need no disk.
  const rehearsal = new Rehearsal(context.signal);
  const found: Tables[] = [];
  for (const prefix of config.schemaPrefixes) {
    const tables = await rehearsePrefix(rehearsal, { session, config, prefix }, context.signal);
    if (tables !== undefined) found.push(tables);
  }
  rehearsal.conclude(context.log);
  if (found.some(({ byStream }) => byStream.size > 0)) {
    // Two prefixes may hold the same table.
    if (found.length > 1) await findTables(session.s3, config.schemaPrefixes, context.signal);
    return;
  }
  throw await noTables(
    session.s3,
    config,
    await findTables(session.s3, config.schemaPrefixes, context.signal),
    context.signal,
  );
}

type Place = { readonly session: Session; readonly config: SourceConfig; readonly prefix: SchemaPrefix };

async function rehearsePrefix(
  rehearsal: Rehearsal,
  { session, config, prefix }: Place,
  signal: AbortSignal,
): Promise<Tables | undefined> {
  const [listing, reading] = needsBelow(config, prefix.path);
  const shown = `"${prefix.path}${prefix.wildcard ? '*' : ''}"`;
  const tables = await rehearsal.try(`List the tables below ${shown}`, listing, () =>
    findTables(session.s3, [prefix], signal),
  );
  const step = `Read one byte of an object below ${shown}`;
  if (tables === undefined) rehearsal.skip(step, reading, 'nothing is known that lies there');
  else {
    const object = await rehearsal.try(`List a table below ${shown}`, listing, () =>
      firstObject(session, tables, signal),
    );
    if (object === undefined) rehearsal.skip(step, reading, 'no object lies there');
    else await rehearsal.try(step, reading, () => readRange(session.s3, { ...object, start: 0, end: 1 }, signal));
  }
  return tables;
}

function needsBelow(config: SourceConfig, path: string): readonly [listing: Line['need'][], reading: Line['need'][]] {
  const needs = needsOf(accessOf({ ...config, schemaPrefixes: [{ path, wildcard: false }] }));
  const listing = needs.filter(({ action }) => action === 's3:ListBucket');
  const where = path === '' ? '' : ` (for the prefix "${path}")`;
  return [
    listing.map((need) => ({ ...need, resource: `${need.resource}${where}` })),
    needs.filter(({ action }) => action === 's3:GetObject'),
  ];
}

/** Of the first table that has one. Archived objects cannot be read, and are not read by a sync. */
async function firstObject({ s3 }: Session, tables: Tables, signal: AbortSignal): Promise<ListedObject | undefined> {
  for (const { prefix } of tables.byStream.values()) {
    for await (const page of listPages(s3, { prefix, pageSize: looksAt }, signal)) {
      const object = page.objects.find(
        ({ size, storageClass = 'STANDARD' }) => size > 0 && !storageClass.includes('GLACIER'),
      );
      if (object !== undefined) return object;
      break;
    }
  }
  return undefined;
}

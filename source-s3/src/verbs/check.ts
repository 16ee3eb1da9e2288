// check rehearses a read: it lists every schema prefix, then reads one byte of one object below each.
import { rehearse } from '@s3-connectors/common/local-disk/temp-folder.ts';
import { needsOf } from '@s3-connectors/common/permissions/needs/needs.ts';
import { rehearsalPatience, Rehearsal, type Line } from '@s3-connectors/common/permissions/rehearsal.ts';
import { ahead } from '@s3-connectors/common/streams/ahead.ts';
import type { VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { listPages, type ListedObject, type ListPage } from '@s3-connectors/common/s3/list.ts';
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import { readRange } from '@s3-connectors/common/s3/read.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import { accessOf } from '../config/access.ts';
import { shownPrefix, type SchemaPrefix, type SourceConfig } from '../config/config.ts';
import { namingOf } from '../layout/file-name.ts';
import { skipReasonOf } from '../listing/list-table.ts';
import { gather, type Gathered } from '../listing/skip-report.ts';
import { NothingRead } from './no-data.ts';
import { noTables } from './no-tables.ts';
import { openResources, type VerbResources } from './verb-resources.ts';
import { findTables, tablePlace, type Table, type Tables } from '../listing/tables.ts';

/** The most objects in each table, and the most tables, to inspect for a file that a sync would read. */
const looksAt = 100;
const tablesLookedAt = 20;
const prefixesAtOnce = 8;

/** @throws ConnectorError naming everything that is missing; CONFIG_INVALID if there is nothing to read. */
export async function check(config: SourceConfig, context: VerbContext): Promise<void> {
  await using session = await openResources(config, context, rehearsalPatience);
  if (config.format.format === 'parquet') await rehearse(session.folder); // Other formats need no disk.
  const rehearsal = new Rehearsal(context.signal);
  const found: Tables[] = [];
  const look: Look = { nothing: new NothingRead(), isOpen: false };
  const looks = mapConcurrent(
    config.schemaPrefixes,
    prefixesAtOnce,
    async (prefix, stop) =>
      rehearsal.isOver ? { prefix, ...notTried } : await askBelow(session, { config, prefix }, stop),
    context.signal,
  );
  for await (const below of looks) {
    const tables = await rehearsePrefix(rehearsal, { config, below, look });
    if (tables !== undefined) found.push(tables);
  }
  rehearsal.conclude(context.log);
  if (!look.isOpen && look.nothing.isByName) throw look.nothing.error(config);
  if (found.some(({ byStream }) => byStream.size > 0)) return;
  throw await noTables(session.s3, config, await findTables(session.s3, config, context.signal), context.signal);
}

/** What is known about the tables' files. Open: one is read, or there may be one among those that were not inspected. */
type Look = { readonly nothing: NothingRead; isOpen: boolean };

/** What a sync asks for below a schema prefix. */
type Below = {
  readonly prefix: SchemaPrefix;
  readonly tables: () => Promise<Tables>;
  readonly file: () => Promise<FirstFile>;
  readonly byte: () => Promise<unknown>;
};

async function askBelow(
  { s3 }: VerbResources,
  { config, prefix }: { readonly config: SourceConfig; readonly prefix: SchemaPrefix },
  signal: AbortSignal,
): Promise<Below> {
  const tables = ahead(() => findTables(s3, { ...config, schemaPrefixes: [prefix] }, signal));
  const file = ahead(async () => firstFile(s3, { tables: await tables(), config }, signal));
  const byte = ahead(async () => {
    const { object } = await file();
    return object && (await readRange(s3, { ...object, start: 0, end: 1 }, signal));
  });
  await Promise.allSettled([tables(), file(), byte()]);
  return { prefix, tables, file, byte };
}

const never = (): Promise<never> => Promise.reject(new Error('not tried'));
const notTried = { tables: never, file: never, byte: never };

async function rehearsePrefix(
  rehearsal: Rehearsal,
  { config, below, look }: { readonly config: SourceConfig; readonly below: Below; readonly look: Look },
): Promise<Tables | undefined> {
  const [listing, reading] = needsBelow(config, below.prefix.path);
  const shown = `"${shownPrefix(below.prefix)}"`;
  const tables = await rehearsal.try(`List the tables below ${shown}`, listing, below.tables);
  const step = `Read one byte of an object below ${shown}`;
  if (tables === undefined) rehearsal.skip(step, reading, 'the content is unknown');
  else {
    const file = await rehearsal.try(`List a table below ${shown}`, listing, below.file);
    if (file?.object === undefined) rehearsal.skip(step, reading, 'there is no object');
    else await rehearsal.try(step, reading, below.byte);
    for (const [place, report] of file?.without ?? []) look.nothing.add(place, report);
    look.isOpen ||= file?.isOpen === true;
  }
  return tables;
}

function needsBelow(config: SourceConfig, path: string): readonly [listing: Line['need'][], reading: Line['need'][]] {
  const needs = needsOf(accessOf({ ...config, schemaPrefixes: [{ path, levels: [] }] }));
  const listing = needs.filter(({ action }) => action === 's3:ListBucket');
  const where = path === '' ? '' : ` (for the prefix "${path}")`;
  return [
    listing.map((need) => ({ ...need, resource: `${need.resource}${where}` })),
    needs.filter(({ action }) => action === 's3:GetObject'),
  ];
}

type FirstFile = {
  /** A file that a sync would read, or else any that exists. Archived objects cannot be read. */
  readonly object: ListedObject | undefined;
  /** Tables without a file that is read. */
  readonly without: readonly (readonly [place: string, report: Gathered])[];
  readonly isOpen: boolean;
};

async function firstFile(
  s3: S3,
  { tables, config }: { readonly tables: Tables; readonly config: SourceConfig },
  signal: AbortSignal,
): Promise<FirstFile> {
  let other: ListedObject | undefined;
  let isOpen = false;
  const without: (readonly [string, Gathered])[] = [];
  const listing = { ...config, naming: namingOf(config.format.format) };
  for (const [index, table] of [...tables.byStream.values()].entries()) {
    if (index >= tablesLookedAt) {
      isOpen = true;
      break;
    }
    const report = { skips: new Map(), foreign: new Map() };
    let count = 0;
    for await (const page of looksInto(s3, table, signal)) {
      for (const object of page.objects) {
        const reason = skipReasonOf(object, table, listing);
        if (reason === undefined) return { object, without, isOpen: true };
        gather(report, { reason, key: object.key });
        if (object.size > 0 && !(object.storageClass ?? '').includes('GLACIER')) other ??= object;
      }
      count += page.objects.length;
      if (count >= looksAt) break;
    }
    isOpen ||= count >= looksAt;
    without.push([tablePlace(table), report]);
  }
  return { object: other, without, isOpen };
}

async function* looksInto(s3: S3, { prefix, file }: Table, signal: AbortSignal): AsyncGenerator<ListPage> {
  if (file === undefined) yield* listPages(s3, { prefix, pageSize: looksAt }, signal);
  else yield { objects: [file], folders: [] };
}

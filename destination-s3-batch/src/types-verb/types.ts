// `types` shows the types of each table in `_schemas/`, and changes that of a field on request. A type never changes by itself,
// because files of all days are read together. An operator who changes one is shown the consequences for existing files.
import type { Area } from '@s3-connectors/common/destination/replacing/manifest-store.ts';
import { tellApart } from '@s3-connectors/common/destination/replacing/own-keys.ts';
import { largestDocument } from '@s3-connectors/common/destination/replacing/document-memory.ts';
import { countOf, countText } from '@s3-connectors/common/program/text-layout.ts';
import type { OperatorArguments, Print, VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { streamLabel } from '@s3-connectors/common/protocol/stream-key.ts';
import { oneLine } from '@s3-connectors/common/protocol/text/text.ts';
import { listPages } from '@s3-connectors/common/s3/list.ts';
import { openS3, verbRetryBudgetMs } from '@s3-connectors/common/s3/connection/client.ts';

import { readRegistry, readTables, writeRegistry } from '../columns/registry/registry.ts';
import { engineType, type FieldType, type StructType } from '../columns/types/field-type.ts';
import type { BatchConfig } from '../config/config.ts';
import { layout } from '../layout/layout.ts';
import { placedFields, siblingPath, withField, type PlacedField } from './field-path.ts';
import { parseTypeText, typeForms, typeText } from './type-text.ts';

/** Undefined: forget the field. */
type Change = { readonly table: string; readonly field: string; readonly type: FieldType | undefined };

/** @throws USAGE_INVALID for a table or field that does not exist, or an invalid type. */
export async function* types(
  config: BatchConfig,
  given: OperatorArguments,
  { log, signal }: VerbContext,
): AsyncGenerator<Print> {
  const change = changeOf(given);
  const { connection, prefix, headers } = config;
  using s3 = openS3(connection, { log, retryBudgetMs: verbRetryBudgetMs });
  const area: Area = { s3, prefix, headers, maxDocumentBytes: largestDocument(config.maxMemoryBytes) };
  if (change !== undefined) yield* changeType(area, change, { isApplied: given['apply'] === true, signal });
  else yield* showTypes(area, given['table'], signal);
}

function changeOf({ table, field, as, forget, apply }: OperatorArguments): Change | undefined {
  if (field === undefined && as === undefined && forget !== true && apply !== true) return undefined;
  if (typeof table !== 'string' || typeof field !== 'string' || (as === undefined) === (forget !== true)) {
    throw usage('To change a type, give --table, --field, and either --as TYPE or --forget.');
  }
  const type = typeof as === 'string' ? parseTypeText(as) : undefined;
  if (typeof as === 'string' && type === undefined) throw usage(`--as is "${as}": write ${typeForms}.`);
  return { table, field, type };
}

async function* showTypes(
  area: Area,
  wanted: string | boolean | undefined,
  signal: AbortSignal,
): AsyncGenerator<Print> {
  let found = false;
  for await (const { table, type, stream } of readTables(area, signal)) {
    if (wanted !== undefined && wanted !== table) continue;
    found = true;
    const fields = Array.from(placedFields(type));
    const width = Math.max(0, ...fields.map(({ path }) => oneLine(path).length));
    const lines = fields.map((placed) => {
      const beside = placed.field.misfits ? `  (values that do not fit are in ${oneLine(siblingPath(placed))})` : '';
      return `  ${oneLine(placed.path).padEnd(width)}  ${typeText(placed.field.type)}${beside}`;
    });
    yield `${oneLine(table)} (stream ${oneLine(streamLabel(stream))})\n${lines.map((line) => `${line}\n`).join('')}\n`;
  }
  if (!found) throw usage(notWritten(area, wanted));
}

async function* changeType(
  area: Area,
  { table, field, type: wanted }: Change,
  { isApplied, signal }: { readonly isApplied: boolean; readonly signal: AbortSignal },
): AsyncGenerator<Print> {
  const { type, owners, event, etag } = await readRegistry(area, table, signal);
  if (type === undefined || owners === undefined) throw usage(notWritten(area, table));
  const placed = fieldAt(type, table, field);
  const before = placed.field.type;
  const now = wanted === undefined ? 'decided again by the next run' : typeText(wanted);
  if (wanted !== undefined && typeText(before) === now) {
    yield `${oneLine(table)}: ${oneLine(field)} is ${now} already.\n`;
    return;
  }
  yield `${oneLine(table)}: ${oneLine(field)} ${typeText(before)} → ${now}\n`;
  for (const line of consequences(placed, wanted, await oldFiles(area, table, signal))) yield `  ${oneLine(line)}\n`;
  if (isApplied)
    await writeRegistry(area, { table, ...owners, event, type: withField(type, placed.names, wanted), etag }, signal);
  yield isApplied ? '  Changed.\n' : '  Nothing has changed yet. Add --apply to change it.\n';
}

function fieldAt(type: StructType, table: string, field: string): PlacedField {
  const [found, other] = Array.from(placedFields(type)).filter(({ path }) => path === field);
  if (found === undefined) {
    throw usage(`The table "${table}" has no field "${field}". The verb without --field lists all that it has.`);
  }
  if (other === undefined) return found;
  throw usage(
    `Two fields of the table "${table}" are called "${field}", because a name has a dot. Neither can be changed.`,
  );
}

type OldFiles = {
  readonly files: number;
  readonly bytes: number;
  readonly parquet: number;
  readonly days: number;
};

/** The existing files of a table, which a change of a type does not affect. Only files that this connector wrote. Bound: the folders of all days. */
async function oldFiles({ s3, prefix }: Area, table: string, signal: AbortSignal): Promise<OldFiles> {
  const place = layout.place(prefix, table);
  const days = new Set<number | undefined>();
  let [files, bytes, parquet] = [0, 0, 0];
  for await (const { objects } of listPages(s3, { prefix: place.folder }, signal)) {
    const sizes = new Map(objects.map(({ key, size }) => [key, size]));
    for (const key of tellApart(prefix, place, sizes.keys()).ours) {
      files += 1;
      bytes += sizes.get(key) ?? 0;
      if (key.endsWith('.parquet')) parquet += 1;
      days.add(layout.readKey(key.slice(prefix.length))?.period);
    }
  }
  return { files, bytes, parquet, days: days.size };
}

/** What an operator must know before the change, a sentence per line. */
function* consequences(
  placed: PlacedField,
  type: FieldType | undefined,
  { files, bytes, parquet, days }: OldFiles,
): Generator<string> {
  const before = placed.field.type;
  yield `Files: ${files} in ${countOf(days, 'day')}, ${countText(bytes, 'byte')}. They do not change.`;
  if (files > 0) yield `Those that have the column keep it as ${engineType(before)}${beside(placed)}.`;
  if (type !== undefined && engineType(type) === engineType(before)) {
    yield 'New files have the same stored type: all readers take old and new files together.';
  } else if (parquet > 0) {
    const now = type === undefined ? 'the type that the next run decides on' : engineType(type);
    yield `New files have ${now}. DuckDB reads both (union_by_name) where it can cast one into the other.`;
    yield 'Athena, Spark and polars refuse a Parquet table with two types of a column, until the old files are written again or moved away.';
    yield 'A stream that is replaced (overwrite) writes all its files again with its next sync. For a stream that is appended, sync the old days again.';
  } else if (files > 0) {
    yield 'JSON lines have no types: old values stay as they are written. Print the statements of ddl again.';
  }
  yield 'A run that is in progress during the change may fail with S3_OBJECT_CONFLICT; the next one succeeds.';
}

function beside(placed: PlacedField): string {
  return placed.field.misfits ? `, and what did not fit in ${siblingPath(placed)}` : '';
}

function notWritten({ prefix }: Area, table: string | boolean | undefined): string {
  const what = table === undefined ? 'No table has' : `The table "${String(table)}" has not`;
  return `${what} been written below "${prefix}" yet. Run a sync first, or correct "prefix".`;
}

function usage(message: string): ConnectorError {
  return new ConnectorError('USAGE_INVALID', message);
}

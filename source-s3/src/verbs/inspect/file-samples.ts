// Inspects some files of a table: rows, codecs and columns, and how the columns differ between files.
import { mergeColumns, type Column, type ColumnType } from '@s3-connectors/common/columns/column-type.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import { failsVerb } from '../verb-failure.ts';
import type { Description, Format, Reading } from '../../formats/contract/format.ts';
import type { SchemaDifference, SchemaReport } from './report.ts';

export type Sample = Description & { readonly object: ListedObject };

export type Samples = {
  readonly samples: readonly Sample[];
  readonly unreadable: readonly { readonly key: string; readonly reason: string }[];
};

/** A file that cannot be read is a finding here, not a failure. */
export async function lookInto(
  format: Format,
  reading: Reading,
  objects: readonly ListedObject[],
  signal: AbortSignal,
): Promise<Samples> {
  const samples: Sample[] = [];
  const unreadable: { key: string; reason: string }[] = [];
  for (const object of objects) {
    try {
      samples.push({ object, ...(await format.describe(reading, object, signal)) });
    } catch (error) {
      if (!(error instanceof ConnectorError) || (error.code !== 'S3_OBJECT_CHANGED' && failsVerb(error))) throw error;
      unreadable.push({ key: object.key, reason: error.message });
    }
  }
  return { samples, unreadable };
}

const differencesKept = 50;

/** `newest`: the first of the samples, if it could be read. */
export function schemaOf(samples: readonly Sample[]): SchemaReport {
  const [newest] = samples.toSorted((a, b) => b.object.lastModified.getTime() - a.object.lastModified.getTime());
  const merged = samples.map(({ columns }) => columns).reduce<readonly Column[]>(mergeColumns, []);
  const columns = merged.map(({ name, type }) => ({ name, type: typeText(type) }));
  if (newest === undefined) return { columns, differences: [] };
  const others = samples.filter((sample) => sample !== newest);
  return { columns, differences: others.flatMap((other) => differences(other, newest)).slice(0, differencesKept) };
}

function differences({ object, columns }: Sample, newest: Sample): readonly SchemaDifference[] {
  const own = new Map(columns.map(({ name, type }) => [name, typeText(type)]));
  const expected = new Map(newest.columns.map(({ name, type }) => [name, typeText(type)]));
  return [...new Set([...expected.keys(), ...own.keys()])].flatMap((column) => {
    const [type = null, newestType = null] = [own.get(column), expected.get(column)];
    return type === newestType ? [] : [{ key: object.key, column, type, newest_type: newestType }];
  });
}

/** `list<struct<id: integer>>` */
function typeText(type: ColumnType): string {
  switch (type.kind) {
    case 'list':
      return `list<${typeText(type.items)}>`;
    case 'map':
      return `map<${typeText(type.value)}>`;
    case 'struct':
      return `struct<${type.fields.map(({ name, type: field }) => `${name}: ${typeText(field)}`).join(', ')}>`;
    case 'timestamp':
      return type.utc ? 'timestamp (UTC)' : 'timestamp (local)';
    default:
      return type.kind;
  }
}

// The types of the streaming destination for `ddl`. A published type has the published fields. All other fields come from a few
// files, because records are stored byte for byte and nothing else is known about them.
import { datePaths } from '@s3-connectors/common/destination/ddl/table/date-listing.ts';
import { listFolders } from '@s3-connectors/common/s3/list.ts';
import type { DdlTables } from '@s3-connectors/common/destination/ddl/ddl.ts';
import { fieldFolders } from '@s3-connectors/common/destination/ddl/table/field-folders.ts';
import { dateFolders, type SqlColumn, type SqlType } from '@s3-connectors/common/destination/ddl/table/table.ts';
import type { PublishedFieldType, RowSchema } from '@s3-connectors/common/published/row-schema.ts';
import { streamingTypes } from '@s3-connectors/common/published/streaming-types.ts';

import type { StreamSettings, StreamingConfig } from '../config/config.ts';
import { fileExtension, layout } from '../layout/layout.ts';
import { sampledColumns } from './sampled-columns.ts';
import { lookAtType } from './type-files.ts';

export const tables: DdlTables<StreamingConfig> = {
  noun: 'type',
  segments: { table: 'segment', code: 'code' },
  async *list(s3, { prefix, streams }, { root, log, signal }) {
    const parent = `${prefix}${layout.parent}`;
    for (const own of await listFolders(s3, parent, signal)) {
      const key = own.slice(parent.length, -1);
      const name = decodedName(key);
      if (name === undefined || layout.place(prefix, name).folder !== own) continue;
      const files = await lookAtType(s3, own, { log, signal });
      if (files === undefined) continue;
      const { columns, sampled } = columnsOf(name, files.lines);
      const folders = [
        ...(files.isDated ? dateFolders({ period: 'hour', isPadded: true, firstYear: files.firstYear }) : []),
        ...fieldFolders(entryOf(name, streams)?.partition_by),
      ];
      const keys = folders.map((folder) => folder.key);
      yield {
        name,
        columns,
        format: 'json',
        extension: fileExtension,
        location: layout.place(root, name).folder,
        folders,
        partitions: () => datePaths(s3, own, keys, signal),
        notes: sampled === undefined ? [] : [`${sampled} ${typesSampled}`, otherTypes],
      };
    }
  },
};

function decodedName(key: string): string | undefined {
  try {
    return decodeURIComponent(key);
  } catch {
    return undefined;
  }
}

function entryOf(name: string, streams: readonly StreamSettings[]): StreamSettings | undefined {
  return streams.find(({ stream, type }) => (type === undefined || type === '' ? stream : type) === name);
}

const typesSampled =
  'have the types of the newest and the oldest files. Whole numbers are read as numbers with a fraction, because other files may have one. They keep 15 digits.';
/** Of JSON lines, DuckDB rounds, and Athena and Trino cut or lose, what does not fit the type of a column. */
const otherTypes =
  'A value of another type in another file may be rounded, cut, null or an error: declare such a column as text.';

/**
 * A type is the published one of its name if its rows have all required fields, or none were seen. `sampled` names the columns whose
 * types come from rows.
 */
function columnsOf(
  name: string,
  lines: readonly string[],
): { readonly columns: readonly SqlColumn[]; readonly sampled?: string } {
  const seen = sampledColumns(lines);
  const schema = streamingTypes.get(name);
  if (schema === undefined || !isOf(schema, seen)) return { columns: seen, sampled: 'The columns' };
  const published = schema.fields.map((field): SqlColumn => ({ name: field.name, type: publishedTypes[field.type] }));
  const names = new Set(published.map((column) => column.name));
  const more = seen.filter((column) => !names.has(column.name));
  const sampled = more.length === 0 ? {} : { sampled: 'Columns that are not published' };
  return { columns: [...published, ...more], ...sampled };
}

function isOf({ fields }: RowSchema, seen: readonly SqlColumn[]): boolean {
  const names = new Set(seen.map(({ name }) => name));
  return seen.length === 0 || fields.every(({ name, required }) => !required || names.has(name));
}

const text: SqlType = { kind: 'string' };
const alias: SqlType = {
  kind: 'struct',
  fields: [
    { name: 'id', type: text },
    { name: 'tag', type: text },
  ],
};
/** Times stay text, as Unix milliseconds or ISO 8601. */
const publishedTypes: Readonly<Record<PublishedFieldType, SqlType>> = {
  time: text,
  string: text,
  integer: { kind: 'integer' },
  boolean: { kind: 'boolean' },
  object: { kind: 'any' },
  integers: { kind: 'list', items: { kind: 'integer' } },
  strings: { kind: 'list', items: text },
  aliases: { kind: 'list', items: alias },
};

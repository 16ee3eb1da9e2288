// Columns that stand both in a folder's name and in the file: compared, so that a wrong folder does not go unseen.
import { literal } from '@s3-connectors/common/columns/sql.ts';
import type { StoredType } from './sql/stored-type.ts';
import { int96Clock, timeText } from './sql/time-sql.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import { assertNever } from '@s3-connectors/common/protocol/errors.ts';

import type { SourceConfig } from '../config/config.ts';
import { partitionsOf } from '../layout/layout.ts';
import type { FileColumns } from './table-columns.ts';

/** A column in both places; `place` is that among the file's columns. */
export type Clash = { readonly column: string; readonly place: number; readonly value: string | null };

/** The clashes of a file at a path below its table, as far as the catalog asks for the columns. */
export function clashesOf(
  { partitioning }: SourceConfig,
  path: string,
  { asked, stored }: FileColumns,
): readonly Clash[] {
  if (partitioning.mode === 'not_partitioned') return [];
  return partitionsOf(path).flatMap(({ column, value }) => {
    const inFile = stored.find(column);
    if (inFile === undefined || asked.find(column) === undefined) return [];
    const place = stored.placeOf(inFile);
    return place === undefined ? [] : [{ column: inFile, place, value }];
  });
}

/** SQL that is true for a row whose file says otherwise than its folder; the folder's text is taken as the file's type. */
export function differsSql(sql: string, stored: StoredType, value: string | null): string {
  if (value === null) return `${sql} IS NOT NULL`;
  const text = literal(value);
  switch (stored.kind) {
    case 'integer':
      return `${sql} IS DISTINCT FROM TRY_CAST(${text} AS HUGEINT)`;
    case 'decimal':
    case 'float':
      return `${sql}::DOUBLE IS DISTINCT FROM TRY_CAST(${text} AS DOUBLE)`;
    case 'boolean':
      return `${sql} IS DISTINCT FROM TRY_CAST(${text} AS BOOLEAN)`;
    case 'date':
      return `${sql} IS DISTINCT FROM TRY_CAST(${text} AS DATE)`;
    case 'int96':
      return `${int96Clock(sql)}::TIMESTAMPTZ IS DISTINCT FROM TRY_CAST(${text} AS TIMESTAMPTZ)`;
    case 'timestamp': {
      const type = stored.utc ? 'TIMESTAMPTZ' : 'TIMESTAMP';
      return `${sql}::${type} IS DISTINCT FROM TRY_CAST(${text} AS ${type})`;
    }
    case 'encoded-string':
      return `TRY(decode(${sql})) IS DISTINCT FROM ${text}`;
    case 'time':
      return `${timeText(sql, stored).sql} IS DISTINCT FROM ${text}`;
    case 'string':
    case 'text':
    case 'variant':
    case 'geometry':
    case 'binary':
    case 'list':
    case 'struct':
    case 'map':
      return `${sql}::VARCHAR IS DISTINCT FROM ${text}`;
    default:
      return assertNever(stored);
  }
}

/** Whether a value's JSON says what its folder says: as text, of numbers also by value (`month=01` is 1). */
export function jsonAgrees(json: string, folder: string | null): boolean {
  if (json === 'null' || folder === null) return json === 'null' && folder === null;
  if (json.startsWith('"')) return parseJson(json) === folder;
  return json === folder || (/^-?\d/u.test(json) && folder.trim() !== '' && Number(json) === Number(folder));
}

/** By column: rows compared, rows that differ, and the first file with such a row. */
export type ConflictReport = Map<string, { rows: number; differing: number; example: string | undefined }>;

export function countConflict(
  report: ConflictReport,
  column: string,
  found: { readonly rows: number; readonly differing: number; readonly key: string },
): void {
  const entry = report.get(column) ?? { rows: 0, differing: 0, example: undefined };
  report.set(column, entry);
  entry.rows += found.rows;
  entry.differing += found.differing;
  if (found.differing > 0) entry.example ??= found.key;
}

/** One sentence for the log; undefined when no column stands in both places. */
export function describeConflicts(report: ConflictReport, taken: 'path' | 'file'): string | undefined {
  const parts = [...report].map(([column, { rows, differing, example }]) => {
    return differing === 0
      ? `"${column}" agrees in all ${rows} rows`
      : `"${column}" differs in ${differing} of ${rows} rows, first in "${example}"`;
  });
  if (parts.length === 0) return undefined;
  return `columns both in folder names and in files: ${parts.join('; ')}; the ${taken === 'path' ? 'folder’s' : 'file’s'} value is taken`;
}

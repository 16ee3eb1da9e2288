// Whether a value in a file's column equals the value in the name of its folder. The rule is the same for all formats: the folder's
// text is read as the type of the file's column, by the table of casts. Numbers are compared by value, null equals only null, and a
// folder cannot express a list, an object or a map.
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';
import { literal } from '@s3-connectors/common/columns/sql.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import { castText, noJsonNumber } from '../casts/text-cast.ts';
import { columnType, type StoredType } from './sql/stored-type.ts';
import { int96Text, timestampText, timeText } from './sql/time-sql.ts';

/** `json`: the value; `type`: of the file's column; undefined if each value has its own. */
export function agreesWithFolder(json: string, folder: string | null, type: ColumnType | undefined): boolean {
  if (json === 'null' || folder === null) return json === 'null' && folder === null;
  // Each value of a union also has its own type. The column is declared as text.
  const expected = folderJson(folder, type === undefined || type.kind === 'string' ? typeOfJson(json) : type);
  if (expected === undefined || expected === json) return expected === json;
  if (json.startsWith('"')) return parseJson(json) === parseJson(expected); // The same text can have two spellings with escapes.
  return isSameNumber(json, expected);
}

function folderJson(folder: string, type: ColumnType): string | undefined {
  return castText(folder, type.kind === 'integer' ? { kind: 'number' } : type);
}

function typeOfJson(json: string): ColumnType {
  if (json.startsWith('"')) return { kind: 'string' };
  if (json === 'true' || json === 'false') return { kind: 'boolean' };
  return /^[-\d]/u.test(json) ? { kind: 'number' } : { kind: 'struct', fields: [] };
}

/** Whole numbers are compared by their digits, because a double does not hold all of them. */
function isSameNumber(one: string, other: string): boolean {
  const [digits, others] = [castText(one, { kind: 'integer' }), castText(other, { kind: 'integer' })];
  return digits === undefined || others === undefined ? Number(one) === Number(other) : digits === others;
}

const mostDigits = 38; // The most digits of the engine's whole numbers.

/** The rule as SQL: true for a row whose value differs from the folder's. */
export function differsSql(sql: string, stored: StoredType, folder: string | null): string {
  if (folder === null) return `${sql} IS NOT NULL`;
  const type = columnType(stored);
  const json = folderJson(folder, type);
  if (json === undefined || json === noJsonNumber || stored.kind === 'geometry') return 'true';
  const text = json.startsWith('"') ? literal(String(parseJson(json))) : literal(json);
  switch (stored.kind) {
    case 'integer': {
      const digits = castText(folder, { kind: 'integer' });
      if (digits === undefined) return `${sql}::DOUBLE IS DISTINCT FROM ${text}::DOUBLE`;
      return digits.length > mostDigits ? 'true' : `${sql} IS DISTINCT FROM ${digits}::HUGEINT`;
    }
    case 'decimal':
    case 'float':
      return `${sql}::DOUBLE IS DISTINCT FROM ${text}::DOUBLE`;
    case 'boolean':
    case 'date':
      return `${sql} IS DISTINCT FROM ${text}::${stored.kind}`;
    case 'binary':
      return `${sql} IS DISTINCT FROM encode(${literal(folder)})`;
    case 'encoded-string':
      return `TRY(decode(${sql})) IS DISTINCT FROM ${text}`;
    case 'time':
      return `${timeText(sql, stored).sql} IS DISTINCT FROM ${text}`;
    case 'int96':
      return `${int96Text(sql, stored).sql} IS DISTINCT FROM ${text}`;
    case 'timestamp':
      return `${timestampText(sql, stored).sql} IS DISTINCT FROM ${text}`;
    default:
      return `${sql}::VARCHAR IS DISTINCT FROM ${text}`;
  }
}

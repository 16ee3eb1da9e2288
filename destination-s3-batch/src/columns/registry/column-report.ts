// The columns of a table and their outcomes, in one line for the log.
import { fieldsText } from '@s3-connectors/common/destination/run/field-counts.ts';

import type { FieldType, StructType } from '../types/field-type.ts';
import { engineType } from '../types/field-type.ts';
import type { FittedValues } from '../types/slot.ts';

const maxColumns = 100;

/** `Columns of the table "visits": time TIMESTAMPTZ, n BIGINT; values that … : n (2).` */
export function columnReport(table: string, type: StructType, values: FittedValues): string {
  const columns = type.fields.map(({ name, type: fieldType }) => `${name} ${kindOf(fieldType)}`);
  const more = columns.length > maxColumns ? ` and ${columns.length - maxColumns} more` : '';
  const remarks = outcomes
    .filter(([outcome]) => values[outcome].size > 0)
    .map(([outcome, what]) => `; ${what}: ${fieldsText(values[outcome])}`);
  return `Columns of the table "${table}": ${columns.slice(0, maxColumns).join(', ')}${more}${remarks.join('')}.`;
}

const outcomes = [
  ['misfits', 'values that do not fit, null in the column and complete as JSON text in the __json field'],
  ['cut', 'values that the column holds in part, complete as JSON text in the __json field'],
  ['coerced', 'values that the column holds as another kind of value'],
] as const;

function kindOf(type: FieldType): string {
  if (type.kind === 'struct') return `STRUCT of ${type.fields.length}`;
  return type.kind === 'list' ? `${kindOf(type.items)}[]` : engineType(type);
}

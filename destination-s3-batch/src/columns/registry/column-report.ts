// The columns of a table and their outcomes, in one line for the log.
import { fieldsText } from '@s3-connectors/common/destination/run/field-counts.ts';

import type { FieldType, StructType } from '../types/field-type.ts';
import { engineType } from '../types/field-type.ts';
import type { FittedValues } from '../types/slot.ts';

const maxColumns = 100;

/** `Columns of the table "visits": time TIMESTAMPTZ, n BIGINT. Values that …: n (2).` */
export function columnReport(table: string, type: StructType, values: FittedValues): string {
  const columns = type.fields.map(({ name, type: fieldType }) => `${name} ${kindOf(fieldType)}`);
  const more = columns.length > maxColumns ? ` and ${columns.length - maxColumns} more` : '';
  const remarks = outcomes
    .filter(([outcome]) => values[outcome].size > 0)
    .map(([outcome, what]) => ` ${what}: ${fieldsText(values[outcome])}.`);
  return `Columns of the table "${table}": ${columns.slice(0, maxColumns).join(', ')}${more}.${remarks.join('')}`;
}

const outcomes = [
  ['misfits', 'Values that do not fit their column (null there, and JSON text in <field>__json)'],
  ['cut', 'Values that were cut to fit their column (complete as JSON text in <field>__json)'],
  ['coerced', 'Values that were converted to the type of their column'],
] as const;

function kindOf(type: FieldType): string {
  if (type.kind === 'struct') return `STRUCT of ${type.fields.length}`;
  return type.kind === 'list' ? `${kindOf(type.items)}[]` : engineType(type);
}

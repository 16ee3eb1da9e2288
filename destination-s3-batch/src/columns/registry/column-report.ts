// What became of each column of a table, in one line for the log.
import type { FieldType, StructType } from '../types/field-type.ts';
import { engineType } from '../types/field-type.ts';
import type { Misfits } from '../types/slot.ts';

const maxColumns = 100;

/** `Table "visits": time TIMESTAMPTZ, n BIGINT; 2 values of n did not fit and lie in n__json`. */
export function columnReport(table: string, type: StructType, misfits: Misfits): string {
  const columns = type.fields.map(({ name, type: fieldType }) => `${name} ${kindOf(fieldType)}`);
  const more = columns.length > maxColumns ? ` and ${columns.length - maxColumns} more` : '';
  const lost = Array.from(
    misfits,
    ([path, count]) => `; ${count} values of ${path} did not fit and lie beside it as JSON text`,
  );
  return `Columns of the table "${table}": ${columns.slice(0, maxColumns).join(', ')}${more}${lost.slice(0, maxColumns).join('')}.`;
}

function kindOf(type: FieldType): string {
  if (type.kind === 'struct') return `STRUCT of ${type.fields.length}`;
  return type.kind === 'list' ? `${kindOf(type.items)}[]` : engineType(type);
}

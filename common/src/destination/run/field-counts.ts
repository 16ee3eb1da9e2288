// Counts of values by the path of their field, as the log and the summary print them: highest counts first.
import { otherFields, type FieldCounts } from '../../records/repairs.ts';

const mostInText = 100;

/** `price (3), name (1)` */
export function fieldsText(counts: FieldCounts): string {
  const shown = Object.entries(shownFields(counts, mostInText)).map(([field, count]) => {
    return field === otherFields ? `other fields (${count})` : `${field} (${count})`;
  });
  return shown.join(', ');
}

/** Fields without a count are omitted. `most`: the number of fields to name; the last entry is the sum of all others. */
export function fieldsJson(
  counts: Readonly<Record<string, FieldCounts>>,
  most: number,
): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const some = Object.entries(counts).filter(([, fields]) => fields.size > 0);
  return Object.fromEntries(some.map(([what, fields]) => [what, shownFields(fields, most)]));
}

export function total(counts: Iterable<number>): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}

function shownFields(counts: FieldCounts, most: number): Readonly<Record<string, number>> {
  const fields = [...counts].sort(([, a], [, b]) => b - a);
  const others = total(fields.slice(most).map(([, count]) => count));
  const shown = new Map(fields.slice(0, most));
  if (others > 0) shown.set(otherFields, (shown.get(otherFields) ?? 0) + others);
  return Object.fromEntries(shown);
}

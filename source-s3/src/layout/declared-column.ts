// Column types that a user declares, as a form and as a lookup: for folder names and for CSV.
import * as z from 'zod';

const typeNames = ['string', 'integer', 'number', 'boolean', 'date', 'timestamp'] as const;
export type DeclaredType = (typeof typeNames)[number];

export type DeclaredColumn = {
  readonly name: string;
  readonly type: DeclaredType;
  readonly table?: string | undefined;
};

/** `what`: what the names name. */
export function declaredColumn(what: string): z.ZodType<DeclaredColumn> {
  return z.object({
    name: z
      .string()
      .min(1)
      .meta({ title: 'Column', description: `The name of the ${what}.`, order: 0 }),
    type: z.enum(typeNames).meta({ title: 'Type', description: 'The type of its values.', order: 1 }),
    table: z.string().optional().meta({
      title: 'Table',
      description: 'The table that this applies to. Leave it empty for all tables.',
      order: 2,
    }),
  });
}

/**
 * The declared type of a table's column. A declaration for the table precedes one for all tables. `keyOf`: equal for names that are
 * the same column.
 */
export function declaredTypes(
  declared: readonly DeclaredColumn[],
  keyOf: (name: string) => string,
): (table: string, column: string) => DeclaredType | undefined {
  const byKey = Map.groupBy(declared, ({ name }) => keyOf(name));
  return (table, column) => {
    const named = byKey.get(keyOf(column)) ?? [];
    const own = named.find((entry) => entry.table === table);
    return (own ?? named.find((entry) => entry.table === undefined || entry.table === ''))?.type;
  };
}

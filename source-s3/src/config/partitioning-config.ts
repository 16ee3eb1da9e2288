// The meaning of the folders below a table: the config's field `data_partitioning`.
import * as z from 'zod';

import { dateFolders, parseDatePattern } from '../layout/date-folders.ts';
import { declaredColumn, declaredTypes, type DeclaredColumn, type DeclaredType } from '../layout/declared-column.ts';
import { hiveFolders, type FolderColumns } from '../layout/folder-columns.ts';
import { foldName } from '../layout/layout.ts';

export const dataPartitioning = z.discriminatedUnion('mode', [
  z
    .object({
      mode: z.literal('partitioned').meta({ order: 0 }),
      column_types: z.array(declaredColumn('partition column')).default([]).meta({
        title: 'Column types',
        description:
          'The types of partition columns. Columns that you do not list are strings, which keep leading zeros.',
        order: 1,
      }),
      on_conflict: z.enum(['path', 'file', 'error']).default('path').meta({
        title: 'On conflict',
        description: 'Which value to use when a column is both in the folder names and in the files.',
        order: 2,
      }),
    })
    .meta({ title: 'Partitioned', description: 'Folders named column=value become columns.' }),
  z
    .object({
      mode: z.literal('date_folders').meta({ order: 0 }),
      pattern: z
        .string()
        .refine(
          (text) => parseDatePattern(text) !== undefined,
          'must contain year, month and day, as yyyy/MM/dd or yyyy-MM-dd[/HH]',
        )
        .default('yyyy/MM/dd')
        .meta({
          title: 'Pattern',
          description:
            'The form of the folder names: yyyy, MM, dd and HH with the text between them. A part in brackets at the end is optional, as in yyyy/MM/dd[/HH].',
          order: 1,
        }),
      column: z.string().min(1).default('date').meta({
        title: 'Column',
        description: 'The name of the column. It is a date, or with HH a timestamp in UTC.',
        order: 2,
      }),
      on_conflict: z.enum(['path', 'file', 'error']).default('path').meta({
        title: 'On conflict',
        description: 'Which value to use when the column is also in the files.',
        order: 3,
      }),
    })
    .meta({ title: 'Date folders', description: 'Folders such as 2024/01/15/ become one column.' }),
  z
    .object({ mode: z.literal('not_partitioned').meta({ order: 0 }) })
    .meta({ title: 'Not partitioned', description: 'Folder names are not columns.' }),
]);

export type FolderMeaning = {
  /** `not_partitioned`: the columns of `folders` are not those of records. */
  readonly mode: 'partitioned' | 'not_partitioned';
  readonly onConflict: 'path' | 'file' | 'error';
  readonly columnTypes: readonly DeclaredColumn[];
  /** The declared type of a table's partition column; string without a declaration. Case does not matter. */
  readonly typeOf: (table: string, column: string) => DeclaredType;
  readonly folders: FolderColumns;
};

export function resolvePartitioning(parsed: z.output<typeof dataPartitioning>): FolderMeaning {
  if (parsed.mode === 'not_partitioned') {
    return { mode: parsed.mode, onConflict: 'path', columnTypes: [], typeOf: () => 'string', folders: hiveFolders };
  }
  if (parsed.mode === 'date_folders') {
    const pattern = parseDatePattern(parsed.pattern);
    if (pattern === undefined) throw new Error('the schema refuses such a pattern');
    const folders = dateFolders(pattern, parsed.column);
    const dateTypeOf = (_: string, column: string): DeclaredType => folders.typeOf(column) ?? 'string';
    return { mode: 'partitioned', onConflict: parsed.on_conflict, columnTypes: [], typeOf: dateTypeOf, folders };
  }
  const declared = declaredTypes(parsed.column_types, foldName);
  const typeOf = (table: string, column: string): DeclaredType => declared(table, column) ?? 'string';
  const { on_conflict: onConflict, column_types: columnTypes } = parsed;
  return { mode: 'partitioned', onConflict, columnTypes, typeOf, folders: hiveFolders };
}

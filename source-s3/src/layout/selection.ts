// The part of a table that is read: the config's fields `file_pattern`, `partition_filter` and `latest_partition_only`.
import * as z from 'zod';

import { formatsOf, vagueExtensions } from './file-name.ts';
import { FilePattern, headOf } from './file-pattern.ts';
import { sortKey, type PartitionBounds } from './partition-order.ts';
import { parseDatePattern } from './date-folders.ts';
import type { DeclaredType } from './declared-column.ts';

const filterSchema = z.object({
  column: z.string().min(1).meta({ title: 'Column', description: 'The name of the partition column.', order: 0 }),
  from: z.string().optional().meta({ title: 'From', description: 'The lowest value to read.', order: 1 }),
  to: z.string().optional().meta({ title: 'To', description: 'The highest value to read.', order: 2 }),
  table: z
    .string()
    .optional()
    .meta({ title: 'Table', description: 'The table that this applies to. Leave it empty for all tables.', order: 3 }),
});

export const selectionShape = {
  file_pattern: z
    .string()
    .min(1)
    .refine(isGlob, 'It is not a glob: a range in brackets runs backwards')
    .optional()
    .meta({
      title: 'File pattern',
      description:
        'Read only files whose path below the table matches this glob. "*" stays inside a folder, "**" crosses folders. A pattern without "/" matches the file name. A file whose name the pattern spells, at least in part, is read whatever its extension. The text of a pattern with "/" before its first wildcard limits the listing.',
      examples: ['part-*.parquet', 'year=2026/**/*.parquet'],
      order: 15,
    }),
  partition_filter: z.array(filterSchema).optional().meta({
    title: 'Partition filter',
    description:
      'Read only partitions between these values, both included. Filters skip whole folders before listing them. Values are compared by the declared type of the column, or as text.',
    order: 16,
  }),
  latest_partition_only: z.array(z.string().min(1)).optional().meta({
    title: 'Latest partition only',
    description:
      'Tables whose newest partition has all of their rows, such as daily dumps. Only that partition is read.',
    order: 17,
  }),
};

type SelectionFields = z.output<z.ZodObject<typeof selectionShape>>;

type Partitioning =
  | { readonly mode: 'not_partitioned' }
  | {
      readonly mode: 'partitioned';
      readonly column_types: readonly { readonly name: string; readonly type: DeclaredType }[];
    }
  | { readonly mode: 'date_folders'; readonly pattern: string; readonly column: string };

export type PartitionFilter = PartitionBounds & {
  /** The reason for a folder outside. Undefined: `partition_filter`. */
  readonly reason?: 'before_start_date';
  readonly column: string;
  /** Undefined: all tables. */
  readonly table: string | undefined;
};

export type Selection = {
  /** As in the config, for people. */
  readonly filePattern: string | undefined;
  /** Whether `file_pattern` spells part of the file's name. Another format’s extension counts only if it spells that. */
  readonly asksFor: (path: string, extension: string | undefined) => boolean;
  /** The beginning of every path below a table that `matches`. */
  readonly head: string;
  /** For a path below a table. */
  readonly matches: (path: string) => boolean;
  readonly filtersOf: (table: string) => readonly PartitionFilter[];
  readonly isLatestOnly: (table: string) => boolean;
  /** The tables that the options name. */
  readonly tables: readonly string[];
};

export function resolveSelection({
  file_pattern,
  partition_filter,
  latest_partition_only,
}: SelectionFields): Selection {
  const pattern = file_pattern === undefined ? undefined : new FilePattern(file_pattern);
  const names = file_pattern === undefined ? undefined : namesFile(file_pattern);
  const latest = new Set(latest_partition_only);
  const filters = (partition_filter ?? []).map((filter) => ({
    column: filter.column,
    from: orUndefined(filter.from),
    to: orUndefined(filter.to),
    table: orUndefined(filter.table),
  }));
  return {
    filePattern: file_pattern,
    head: headOf(file_pattern ?? ''),
    asksFor: (path, extension) => names?.(extension) === true && pattern?.test(path) === true,
    matches: (path) => pattern?.test(path) ?? true,
    filtersOf: (name) => filters.filter(({ table }) => table === undefined || table === name),
    isLatestOnly: (name) => latest.has(name),
    tables: [...latest, ...filters.flatMap(({ table }) => table ?? [])],
  };
}

function namesFile(pattern: string): (extension: string | undefined) => boolean {
  const name = pattern.slice(pattern.lastIndexOf('/') + 1).toLowerCase();
  if (!/[^*?.]/u.test(name)) return () => false;
  const words = new Set(name.match(/[a-z0-9]+/gu));
  return (extension) => {
    if (extension === undefined || vagueExtensions.has(extension)) return true;
    return formatsOf(extension).length === 0 || words.has(extension);
  };
}

/** Checks what depends on the partition columns. */
export function checkSelection(
  config: SelectionFields & { readonly data_partitioning: Partitioning; readonly tables_from?: 'folders' | 'files' },
  context: z.RefinementCtx,
): void {
  const {
    data_partitioning: partitioning,
    partition_filter: filters = [],
    latest_partition_only: latest = [],
  } = config;
  const report = (path: (string | number)[], message: string): void => {
    context.addIssue({ code: 'custom', path, message });
  };
  if (partitioning.mode === 'not_partitioned' || config.tables_from === 'files') {
    const why =
      config.tables_from === 'files'
        ? 'It is for folders, of which a table has none with tables_from "files"'
        : 'It needs data_partitioning.mode "partitioned" or "date_folders": without it folders define no columns';
    if (filters.length > 0) report(['partition_filter'], why);
    if (latest.length > 0) report(['latest_partition_only'], why);
    return;
  }
  for (const [index, { column, from, to }] of filters.entries()) {
    const declared = declaredIn(partitioning).filter(({ name }) => name.toLowerCase() === column.toLowerCase());
    const types = declared.length === 0 ? (['string'] as const) : declared.map(({ type }) => type);
    for (const problem of new Set(types.flatMap((type) => boundsProblem(orUndefined(from), orUndefined(to), type)))) {
      report(['partition_filter', index], problem);
    }
  }
}

function declaredIn(partitioning: Exclude<Partitioning, { mode: 'not_partitioned' }>) {
  if (partitioning.mode === 'partitioned') return partitioning.column_types;
  return [{ name: partitioning.column, type: parseDatePattern(partitioning.pattern)?.type ?? 'date' }];
}

function boundsProblem(from: string | undefined, to: string | undefined, type: DeclaredType): readonly string[] {
  if (from === undefined && to === undefined) return ['Give "from", "to" or both'];
  const misfit = [from, to].find((bound) => bound !== undefined && sortKey(bound, type) === undefined);
  if (misfit !== undefined) return [`"${misfit}" does not fit the declared type ${type} of the column`];
  if (from === undefined || to === undefined) return [];
  const [least, most] = [sortKey(from, type), sortKey(to, type)];
  if (least === undefined || most === undefined || least <= most) return [];
  const remedy = type === 'string' ? '; as text it is: declare the column in data_partitioning.column_types' : '';
  return [`"from" (${from}) is greater than "to" (${to})${remedy}`];
}

/** Forms send empty fields as empty text. */
function orUndefined(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function isGlob(text: string): boolean {
  try {
    return new FilePattern(text).size > 0;
  } catch {
    return false;
  }
}

// The files that real writers made of one table (written/README.md), each with the options that read it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Json } from '../../support/source.ts';

type Row = { readonly id: number; readonly a: string | null; readonly b: string | null };

export const writtenFolder = join(import.meta.dirname, 'written');
export const writtenRows = JSON.parse(readFileSync(join(writtenFolder, 'rows.json'), 'utf8')) as readonly Row[];
const names = { column_names: ['id', 'a', 'b'] };
/** It writes both as nothing, and a CR without quotes, which also ends a record for its own reader. */
const pandas = ({ id, a, b }: Row): Row | undefined => {
  return a?.includes('\r') ? undefined : { id, a: a === '' ? null : a, b };
};

/** Each with its options, and what the writer itself did to a row. Undefined: it broke the row into pieces. */
export const writtenFiles: readonly {
  readonly file: string;
  readonly options: Json;
  readonly lost?: (row: Row) => Row | undefined;
  /** The settings of docs/how-to/coming-from.md that read it. */
  readonly block?: string;
}[] = [
  { block: 'mysql', file: 'mysql.txt', options: { dialect: 'mysql', ...names } },
  { file: 'mysql-enclosed.csv', options: { dialect: 'mysql', delimiter: ',', quote: '"', ...names } },
  { file: 'mysql-optionally.csv', options: { dialect: 'mysql', delimiter: ',', quote: '"', ...names } },
  { block: 'postgres_text', file: 'postgres_text.txt', options: { dialect: 'postgres_text', ...names } },
  { block: 'postgres_csv', file: 'postgres.csv', options: { quoted_nulls: false } },
  { file: 'sqlite.csv', options: { quoted_nulls: false } },
  { block: 'duckdb', file: 'duckdb.csv', options: { quoted_nulls: false } },
  { block: 'pandas', file: 'pandas.csv', options: {}, lost: pandas },
  { file: 'pandas-tabs.tsv', options: { dialect: 'excel_tsv' }, lost: pandas },
  {
    block: 'spark_csv',
    file: 'spark.csv',
    options: { dialect: 'spark', ...names },
    lost: (row) => ({ ...row, a: row.a?.trim() ?? null }), // Spark trims what it writes.
  },
  {
    block: 'athena_text',
    file: 'hive_text.txt',
    options: { dialect: 'hive_text', ...names },
    lost: (row) => {
      if (row.a?.includes('\n') || row.a?.includes('\u0001')) return undefined;
      return { ...row, a: row.a === '\\N' ? null : row.a };
    },
  },
  {
    file: 'hive_text-escaped.txt',
    options: { dialect: 'hive_text', escape: '\\', ...names },
    lost: (row) => (row.a?.includes('\n') ? undefined : row),
  },
];

// CSV's part of the configuration: its form and the checked form.
import * as z from 'zod';

import { declaredColumn, declaredTypes, type DeclaredType } from '../layout/declared-column.ts';

export type Encoding = 'utf-8' | 'utf-16' | 'latin-1' | 'windows-1252';

/** Each one ASCII byte. Without `quote` nothing is quoted; the byte after `escape` stands for itself. */
export type Dialect = {
  readonly delimiter: number;
  readonly quote: number | undefined;
  readonly escape: number | undefined;
};

const oneAscii = /^[\t\x20-\x7e]$/u;

export const csvSchema = z
  .object({
    format: z.literal('csv').meta({ order: 0 }),
    delimiter: z
      .string()
      .refine((text) => text === '\\t' || oneAscii.test(text), 'must be one ASCII character, or \\t for a tab')
      .default(',')
      .meta({
        title: 'Delimiter',
        description:
          'What stands between two fields; \\t is a tab. In a file named .tsv whose header has tabs and no comma it is a tab.',
        order: 1,
      }),
    quote: z
      .string()
      .refine((text) => text === '' || oneAscii.test(text), 'must be one ASCII character, or empty for none')
      .default('"')
      .meta({ title: 'Quote', description: 'What stands around a quoted field; empty for none.', order: 2 }),
    escape: z
      .string()
      .refine((text) => text === '' || oneAscii.test(text), 'must be one ASCII character, or empty for none')
      .optional()
      .meta({
        title: 'Escape',
        description: 'The character behind it stands for itself. Doubled quotes are understood without it.',
        order: 3,
      }),
    header: z
      .boolean()
      .default(true)
      .meta({ title: 'Header', description: 'Whether the first record holds the names of the columns.', order: 4 }),
    column_names: z
      .array(z.string().min(1))
      .refine((names) => new Set(names).size === names.length, 'must not hold a name twice')
      .optional()
      .meta({
        title: 'Column names',
        description: 'Names of the columns, in place of the header; column_1, column_2 and so on when there is none.',
        order: 5,
      }),
    encoding: z.enum(['utf-8', 'utf-16', 'latin-1', 'windows-1252']).default('utf-8').meta({
      title: 'Encoding',
      description: 'Encoding of the text. A byte order mark of UTF-16 goes first.',
      order: 6,
    }),
    null_values: z
      .array(z.string())
      .default([''])
      .meta({ title: 'Null values', description: 'Fields with exactly this text are null, quoted or not.', order: 7 }),
    column_types: z.array(declaredColumn('column')).default([]).meta({
      title: 'Column types',
      description: 'Types of columns. A value that does not fit makes its record an invalid one.',
      order: 8,
    }),
    infer_types: z.boolean().default(false).meta({
      title: 'Infer types',
      description:
        'Whether discover gives columns a type that all values it sees fit. Other values are then null. Numbers with leading zeros or more than 15 digits stay strings.',
      order: 9,
    }),
    skip_rows: z
      .int()
      .min(0)
      .max(1000)
      .default(0)
      .meta({ title: 'Skip lines', description: 'Lines to pass over before the header.', order: 10 }),
  })
  .refine(({ delimiter, quote, escape }) => delimiter !== quote && delimiter !== escape, {
    error: 'must differ from quote and escape',
    path: ['delimiter'],
  })
  .meta({ title: 'CSV', description: 'Delimited text, plain or compressed with gzip or zstd.' });

export type CsvOptions = {
  readonly format: 'csv';
  readonly dialect: Dialect;
  readonly header: boolean;
  readonly columnNames: readonly string[] | undefined;
  readonly encoding: Encoding;
  readonly nullValues: readonly string[];
  readonly typeOf: (table: string, column: string) => DeclaredType | undefined;
  readonly inferTypes: boolean;
  readonly skipLines: number;
};

export function resolveCsv(parsed: z.output<typeof csvSchema>): CsvOptions {
  const names = parsed.column_names;
  return {
    format: 'csv',
    dialect: {
      delimiter: byteOf(parsed.delimiter === '\\t' ? '\t' : parsed.delimiter) ?? 0x2c,
      quote: byteOf(parsed.quote),
      escape: byteOf(parsed.escape ?? ''),
    },
    header: parsed.header,
    columnNames: names === undefined || names.length === 0 ? undefined : names,
    encoding: parsed.encoding,
    nullValues: parsed.null_values,
    typeOf: declaredTypes(parsed.column_types, (name) => name),
    inferTypes: parsed.infer_types,
    skipLines: parsed.skip_rows,
  };
}

function byteOf(text: string): number | undefined {
  return Buffer.from(text)[0];
}

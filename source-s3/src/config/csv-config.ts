// The part of the configuration for CSV: its form and the checked form.
import * as z from 'zod';

import { COMMA } from '@s3-connectors/common/json/ascii.ts';

import { declaredColumn, declaredTypes, type DeclaredColumn, type DeclaredType } from '../layout/declared-column.ts';
import { csvDialects, type CsvDialect, type DialectOptions } from './csv-dialects.ts';

export type Encoding = 'utf-8' | 'utf-16' | 'latin-1' | 'windows-1252';

/** Bytes are ASCII. Without `quote` nothing is quoted. The byte after `escape` represents itself unless `escapedBytes` has it. */
export type Dialect = {
  readonly delimiter: number;
  readonly quote: number | undefined;
  readonly escape: number | undefined;
  /** Default: all. */
  readonly escapedFields?: DialectOptions['escapedFields'];
  /** Byte after the escape → the byte that it represents. */
  readonly escapedBytes?: ReadonlyMap<number, number>;
  /** Default: LF, CR and CRLF. */
  readonly lineEnd?: DialectOptions['lineEnd'];
};

const oneAscii = /^[\t\x20-\x7e]$/u;
/** A tab or another control character, except LF and CR, in a spelling that forms accept. */
const writtenControl = /^\\(?:t|u00(?:0[1-9bcef]|1[0-9a-f]|7f)|x(?:0[1-9bcef]|1[0-9a-f]|7f))$/iu;
const dialectNames = Object.keys(csvDialects) as [CsvDialect, ...CsvDialect[]];

export const csvSchema = z
  .object({
    format: z.literal('csv').meta({ order: 0 }),
    dialect: z.enum(dialectNames).default('rfc4180').meta({
      title: 'Dialect',
      description:
        'The program that wrote the files. Its defaults apply to delimiter, quote, escape, header and null_values (docs/reference/formats.md lists them). An option that you set overrides the dialect.',
      order: 11,
    }),
    delimiter: z
      .string()
      .refine(
        (text) => oneAscii.test(text) || writtenControl.test(text),
        'must be one ASCII character, \\t for a tab, or another control character as \\u0001',
      )
      .optional()
      .meta({
        title: 'Delimiter',
        description:
          'The character between two fields. \\t is a tab, \\u0001 is the delimiter of Hive. Leave it empty for the dialect’s: a comma, or a tab in a .tsv file whose header has tabs and no comma.',
        order: 1,
      }),
    quote: z
      .string()
      .refine((text) => text === '' || oneAscii.test(text), 'must be one ASCII character, or empty for none')
      .optional()
      .meta({
        title: 'Quote',
        description:
          'The character around a quoted field. Use an empty text for none. The dialect sets the default: " in rfc4180.',
        order: 2,
      }),
    escape: z
      .string()
      .refine((text) => text === '' || oneAscii.test(text), 'must be one ASCII character, or empty for none')
      .optional()
      .meta({
        title: 'Escape',
        description:
          'The character that escapes the next one. Some dialects give escapes a meaning (\\n in the dialect mysql is a line end). Doubled quotes work without it.',
        order: 3,
      }),
    header: z.boolean().optional().meta({
      title: 'Header',
      description: 'Whether the first record has the column names. The dialect sets the default: true in rfc4180.',
      order: 4,
    }),
    column_names: z
      .array(z.string().min(1))
      .refine((names) => new Set(names).size === names.length, 'must not hold a name twice')
      .optional()
      .meta({
        title: 'Column names',
        description:
          'The column names, in place of a header. Without them and without a header, the names are column_1, column_2 and so on.',
        order: 5,
      }),
    encoding: z.enum(['utf-8', 'utf-16', 'latin-1', 'windows-1252']).default('utf-8').meta({
      title: 'Encoding',
      description: 'The encoding of the text. A UTF-16 byte order mark overrides it.',
      order: 6,
    }),
    null_values: z.array(z.string()).optional().meta({
      title: 'Null values',
      description:
        'A field with exactly this text in the file is null. It is compared before escapes are resolved. The dialect sets the default: the empty text in rfc4180.',
      order: 7,
    }),
    quoted_nulls: z.boolean().optional().meta({
      title: 'Quoted nulls',
      description:
        'Whether a quoted field can be null. If not, "" is an empty text, and only an unquoted empty field is null. The dialect sets the default: true in rfc4180.',
      order: 12,
    }),
    column_types: z.array(declaredColumn('column')).default([]).meta({
      title: 'Column types',
      description: 'The types of columns. A value of another type makes its record invalid.',
      order: 8,
    }),
    infer_types: z.boolean().default(false).meta({
      title: 'Infer types',
      description:
        'Whether discover infers the type of each column from the values that it reads. Later values of another type become null. Numbers with leading zeros or more than 15 digits stay strings.',
      order: 9,
    }),
    skip_rows: z
      .int()
      .min(0)
      .max(1000)
      .default(0)
      .meta({ title: 'Skip lines', description: 'The number of lines to skip before the header.', order: 10 }),
  })
  .refine(
    (parsed) => {
      const { delimiter, quote, escape } = resolveDialect(parsed);
      return delimiter !== quote && delimiter !== escape;
    },
    { error: 'must differ from quote and escape', path: ['delimiter'] },
  )
  .meta({
    title: 'CSV',
    description: 'Delimited text, plain or compressed (docs/reference/formats.md lists the codecs).',
  });

export type CsvOptions = {
  readonly format: 'csv';
  readonly dialect: Dialect;
  readonly header: boolean;
  readonly columnNames: readonly string[] | undefined;
  readonly encoding: Encoding;
  /** As in the file, with escapes. */
  readonly nullValues: readonly string[];
  readonly quotedNulls: boolean;
  readonly columnTypes: readonly DeclaredColumn[];
  readonly typeOf: (table: string, column: string) => DeclaredType | undefined;
  readonly inferTypes: boolean;
  readonly skipLines: number;
};

export function resolveCsv(parsed: z.output<typeof csvSchema>): CsvOptions {
  const { dialect, column_names: names } = parsed;
  const preset: DialectOptions = csvDialects[dialect];
  return {
    format: 'csv',
    dialect: resolveDialect(parsed),
    header: parsed.header ?? preset.header,
    columnNames: names === undefined || names.length === 0 ? undefined : names,
    encoding: parsed.encoding,
    nullValues: parsed.null_values ?? preset.nullValues,
    quotedNulls: parsed.quoted_nulls ?? preset.quotedNulls,
    columnTypes: parsed.column_types,
    typeOf: declaredTypes(parsed.column_types, (name) => name),
    inferTypes: parsed.infer_types,
    skipLines: parsed.skip_rows,
  };
}

type Characters = {
  readonly dialect: CsvDialect;
  readonly delimiter?: string | undefined;
  readonly quote?: string | undefined;
  readonly escape?: string | undefined;
};

function resolveDialect({ dialect, delimiter, quote, escape }: Characters): Dialect {
  const preset: DialectOptions = csvDialects[dialect];
  const letters = Object.entries(preset.escapedLetters);
  return {
    delimiter: byteOf(characterOf(delimiter ?? preset.delimiter)) ?? COMMA,
    quote: byteOf(quote ?? preset.quote),
    escape: byteOf(escape ?? preset.escape),
    escapedFields: preset.escapedFields,
    escapedBytes: new Map(letters.map(([letter, meant]) => [letter.charCodeAt(0), meant.charCodeAt(0)])),
    lineEnd: preset.lineEnd,
  };
}

function characterOf(written: string): string {
  if (written.length === 1) return written;
  return written === '\\t' ? '\t' : String.fromCharCode(Number.parseInt(written.slice(2), 16));
}

function byteOf(text: string): number | undefined {
  return Buffer.from(text)[0];
}

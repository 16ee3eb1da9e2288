// CSV's part of the configuration: its form and the checked form.
import * as z from 'zod';

import { COMMA } from '@s3-connectors/common/json/ascii.ts';

import { declaredColumn, declaredTypes, type Declared, type DeclaredType } from '../layout/declared-column.ts';
import { csvDialects, type CsvDialect, type DialectOptions } from './csv-dialects.ts';

export type Encoding = 'utf-8' | 'utf-16' | 'latin-1' | 'windows-1252';

/** Bytes are ASCII. Without `quote` nothing is quoted; the byte after `escape` stands for itself, if nothing else is said. */
export type Dialect = {
  readonly delimiter: number;
  readonly quote: number | undefined;
  readonly escape: number | undefined;
  /** All if it is not said. */
  readonly escapedFields?: DialectOptions['escapedFields'];
  /** Byte behind the escape → byte that it stands for. */
  readonly escapedBytes?: ReadonlyMap<number, number>;
  /** LF, CR and CRLF if it is not said. */
  readonly lineEnd?: DialectOptions['lineEnd'];
};

const oneAscii = /^[\t\x20-\x7e]$/u;
/** A tab or another control character but LF and CR, as forms can hold it. */
const writtenControl = /^\\(?:t|u00(?:0[1-9bcef]|1[0-9a-f]|7f)|x(?:0[1-9bcef]|1[0-9a-f]|7f))$/iu;
const dialectNames = Object.keys(csvDialects) as [CsvDialect, ...CsvDialect[]];

export const csvSchema = z
  .object({
    format: z.literal('csv').meta({ order: 0 }),
    dialect: z.enum(dialectNames).default('rfc4180').meta({
      title: 'Dialect',
      description:
        'Who wrote the files: gives delimiter, quote, escape, header and null_values the values that this writer has by default (docs/formats.md lists them). An option that you set wins over the dialect.',
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
          'The character between two fields; \\t is a tab, \\u0001 the one that Hive uses. When empty, the dialect’s: a comma, and in a file named .tsv whose header has tabs and no comma a tab.',
        order: 1,
      }),
    quote: z
      .string()
      .refine((text) => text === '' || oneAscii.test(text), 'must be one ASCII character, or empty for none')
      .optional()
      .meta({
        title: 'Quote',
        description:
          'The character around a quoted field; an empty text for none. When it is not set, the dialect’s: ".',
        order: 2,
      }),
    escape: z
      .string()
      .refine((text) => text === '' || oneAscii.test(text), 'must be one ASCII character, or empty for none')
      .optional()
      .meta({
        title: 'Escape',
        description:
          'The character after it stands for itself, or for what the dialect says (\\n in the dialect mysql is a line end). Doubled quotes are understood without it.',
        order: 3,
      }),
    header: z.boolean().optional().meta({
      title: 'Header',
      description:
        'Whether the first record holds the names of the columns. When it is not set, as in the dialect: true.',
      order: 4,
    }),
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
    null_values: z.array(z.string()).optional().meta({
      title: 'Null values',
      description:
        'Fields that are written exactly so are null, as they stand in the file: before escapes are resolved. When it is not set, the dialect’s: the empty text.',
      order: 7,
    }),
    quoted_nulls: z.boolean().optional().meta({
      title: 'Quoted nulls',
      description:
        'Whether a quoted field can be null. Without it "" is an empty text, and only an empty field that is not quoted is null. When it is not set, as in the dialect: true.',
      order: 12,
    }),
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
  .refine(
    (parsed) => {
      const { delimiter, quote, escape } = resolveDialect(parsed);
      return delimiter !== quote && delimiter !== escape;
    },
    { error: 'must differ from quote and escape', path: ['delimiter'] },
  )
  .meta({ title: 'CSV', description: 'Delimited text, plain or compressed (docs/formats.md lists how).' });

export type CsvOptions = {
  readonly format: 'csv';
  readonly dialect: Dialect;
  readonly header: boolean;
  readonly columnNames: readonly string[] | undefined;
  readonly encoding: Encoding;
  /** As they stand in a file, escapes and all. */
  readonly nullValues: readonly string[];
  readonly quotedNulls: boolean;
  readonly columnTypes: readonly Declared[];
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

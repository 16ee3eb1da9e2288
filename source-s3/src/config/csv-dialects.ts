// The dialects of CSV by the names of those who write them: what every option is that the configuration leaves open. A table
// of docs/reference/formats.md is made of it.

/** What an escape and a letter after it stand for, beside the letter itself. */
const lettersOfC = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

export type DialectOptions = {
  /** Who writes it, for people. */
  readonly writer: string;
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  readonly header: boolean;
  readonly nullValues: readonly string[];
  readonly quotedNulls: boolean;
  /** The fields in which the escape counts. */
  readonly escapedFields: 'all' | 'quoted' | 'unquoted';
  readonly escapedLetters: Readonly<Record<string, string>>;
  /** What ends a record: LF, CR or CRLF, or LF alone, so that a CR is a value's. */
  readonly lineEnd: 'any' | 'newline';
};

const rfc4180: DialectOptions = {
  writer: 'most programs, and these connectors',
  delimiter: ',',
  quote: '"',
  escape: '',
  header: true,
  nullValues: [''],
  quotedNulls: true,
  escapedFields: 'all',
  escapedLetters: {},
  lineEnd: 'any',
};

/** What `SELECT … INTO OUTFILE` and `COPY … TO` have in common. */
const dump: DialectOptions = {
  ...rfc4180,
  delimiter: '\t',
  quote: '',
  escape: '\\',
  header: false,
  nullValues: ['\\N'],
  lineEnd: 'newline',
};

export const csvDialects = {
  rfc4180,
  excel_tsv: { ...rfc4180, writer: 'Excel’s “Text (Tab delimited)” and “Unicode Text”', delimiter: '\t' },
  mysql: {
    ...dump,
    writer: 'MySQL, MariaDB and Aurora: SELECT … INTO OUTFILE, mysqldump --tab',
    escapedLetters: { ...lettersOfC, 0: '\0', Z: '\u001a' },
  },
  postgres_text: { ...dump, writer: 'Postgres: COPY … TO in its text format', escapedLetters: lettersOfC },
  hive_text: {
    ...dump,
    writer: 'Hive, Athena and Spark tables STORED AS TEXTFILE',
    delimiter: '\u0001',
    escape: '',
    escapedLetters: { n: '\n', r: '\r' },
  },
  snowflake: {
    ...dump,
    writer: 'Snowflake: COPY INTO a location, TYPE = CSV',
    delimiter: ',',
    escapedFields: 'unquoted',
    escapedLetters: lettersOfC,
  },
  spark: {
    ...rfc4180,
    writer: 'Spark’s csv writer',
    escape: '\\',
    header: false,
    quotedNulls: false,
    escapedFields: 'quoted',
  },
  redshift_unload: {
    ...dump,
    writer: 'Redshift: UNLOAD; with ADDQUOTES set quote, with ESCAPE set escape',
    delimiter: '|',
    escape: '',
    nullValues: [''],
    quotedNulls: false,
  },
} satisfies Readonly<Record<string, DialectOptions>>;

export type CsvDialect = keyof typeof csvDialects;

// The dialects of CSV, by the name of their writer: the value of every option that the configuration leaves open. It generates a
// table of docs/reference/formats.md.

/** What an escaped letter represents, if not itself. */
const lettersOfC = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

export type DialectOptions = {
  /** The writer, for people. */
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
  /** The end of a record: LF, CR or CRLF, or only LF, so that a CR is part of a value. */
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

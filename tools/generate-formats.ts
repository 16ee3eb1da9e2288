// Generates docs/reference/formats.md, which lists the supported and unsupported formats of the source, from the tables of its code.
import { csvDialects, type DialectOptions } from '../source-s3/src/config/csv-dialects.ts';
import { codecs, unreadCodecs } from '../source-s3/src/formats/text/compression/codecs.ts';
import { compressionExtensions, formatExtensions, sideFiles } from '../source-s3/src/layout/file-name.ts';
import { SKIP_REASONS } from '../source-s3/src/layout/layout.ts';
import { markdownTable } from './markdown-table.ts';

export function formatsPage(): string {
  return `# What is read and what is not

This page lists which files \`source-s3\` reads: by name, compression, form and layout. It is generated from the code. [Coming from …](../how-to/coming-from.md) has the settings for what Redshift, Snowflake, Spark and others
write by default.

## Names of files

${markdownTable([['`data_format.format`', 'Extensions'], ...Object.entries(formatExtensions).map(([format, names]) => [`\`${format}\``, codes(names)])])}

A file without an extension is read as this format. The extension can be followed by a compression
(${codes([...compressionExtensions])}) and by a part number (\`data.csv000\`,
\`data.csv.001\`, \`part-0.c000\`). A file with any other name is read only if \`file_pattern\` spells part of the name: \`*.log.gz\`, but not \`*\`.

## Compression of text

CSV and JSON files are decompressed while they arrive. The connector recognises the compression by the first bytes, or by the name if the
format has no such bytes. The files of a ZIP archive are read one after the other, each with its own header, also if several have the same
name (with a WARN). Folders, side files, and files of other formats in the archive are skipped. A file fails its stream if it is encrypted,
or compressed by a method other than deflate.

${markdownTable([['Read', 'Usual extensions', 'Recognised by'], ...codecs.map(({ title, extensions, begins }) => [title, codes(extensions), begins === undefined ? 'its name' : 'its first bytes'])])}

These compressions of text are not read: ${unreadCodecs.map(({ title }) => title).join(', ')}. Such a file fails its stream, and the error names the compression.

Parquet and Avro files are compressed inside. All
codecs of Parquet are read except the old \`LZ4\` and \`LZO\`; of Avro, \`deflate\`, \`snappy\` and \`zstandard\`.

## Forms of JSON

With \`data_format.format\` \`jsonl\` the first value of each file defines its form:

${markdownTable([['Form', 'Example', 'Read'], ...jsonForms])}

## Dialects of CSV

\`data_format.dialect\` names the writer, and sets the options in this table. An option that you set yourself overrides the dialect.

${markdownTable([['Dialect', 'Writer', 'Delimiter', 'Quote', 'Escape', 'Header', 'Null', 'Null in quotes', 'Line end'], ...dialects()])}

Null values are compared with the field before its escapes are resolved: with \`escape\` \`\\\` and the null value \`\\N\`, the field \`\\N\` is null and
\`\\\\N\` is the text \`\\N\`. In the dialects whose lines end only with LF, a CR is part of a value. A blank line below the header
is a row if the file has one column, because DuckDB, polars, pyarrow and sqlite write a null like that. In other files it is ignored.

## Layouts

A table is a folder directly below a schema prefix; with \`tables_from\` \`files\` it is a file there, named without its
extensions: \`users.csv.gz\` is the table \`users\`. In a prefix, \`*\` matches any characters of a folder's name: \`tenant=*/exports\`.
The files of a table can be in any folders below it:

${markdownTable([['Layout', 'Columns', 'Setting'], ...layouts])}

## Side files

Writers put these files next to their data. They are skipped unless \`file_pattern\` spells the name, such as \`*-manifest.csv\`.

${markdownTable([['Writer', 'Names'], ...sideFiles.map(({ writer, names }) => [writer, names])])}

## Files that are skipped

The log of each sync counts them by these reasons, with an example each.

${markdownTable([['Reason', 'What it is'], ...Object.entries(SKIP_REASONS).map(([reason, text]) => [`\`${reason}\``, text])])}
`;
}

const jsonForms = [
  ['JSON lines', '`{"a":1}⏎{"a":2}⏎`', 'a record for each line'],
  ['one array, or several', '`[{"a":1},{"a":2}]`', 'a record for each element'],
  ['pretty-printed objects', '`{⏎ "a": 1⏎}⏎`', 'a record for each object'],
  ['objects without line ends, as Firehose writes them', '`{"a":1}{"a":2}`', 'a record for each object'],
  ['an object around the records', '`{"Records":[…]}`', 'one record'],
  ['lines that are arrays of values', '`[1,2]⏎[3,4]⏎`', 'no: the stream fails'],
];

const layouts = [
  [
    '`year=2026/month=01/a.parquet`, Hive’s names',
    'one for each name, percent-decoded; `__HIVE_DEFAULT_PARTITION__` is null',
    '`data_partitioning.mode`: `partitioned`',
  ],
  [
    '`2026/01/15/a.json`, `2026-01-15/07/a.json`: Firehose, DMS, Hudi',
    'one, a date or a timestamp',
    '`date_folders` with `pattern` and `column`',
  ],
  ['any folders', 'none', '`not_partitioned`'],
  ['`users.csv`, `orders.csv.gz`: a file for each table', 'none', '`tables_from`: `files`'],
  ['Delta Lake, Iceberg, Hudi with `.hoodie/`', 'refused: their files still contain deleted rows', ''],
  [
    '`_spark_metadata/` in the table’s folder: Spark’s streaming sink',
    'only the files of complete batches are read, according to its log; if the log is incomplete or damaged, all files are read, with a WARN',
    '',
  ],
];

function dialects(): readonly (readonly string[])[] {
  return Object.entries(csvDialects).map(([name, options]: [string, DialectOptions]) => [
    `\`${name}\``,
    options.writer,
    shown(options.delimiter),
    shown(options.quote),
    escapeText(options),
    options.header ? 'yes' : 'no',
    options.nullValues.map((text) => (text === '' ? 'empty' : shown(text))).join(', '),
    options.quotedNulls ? 'yes' : 'no',
    options.lineEnd === 'any' ? 'LF, CR, CRLF' : 'LF',
  ]);
}

function codes(extensions: readonly string[]): string {
  return extensions.map((one) => `\`.${one}\``).join(', ');
}

function escapeText({ escape, escapedFields, escapedLetters }: DialectOptions): string {
  const letters = Object.keys(escapedLetters).join('');
  if (escape === '')
    return letters === '' ? 'none' : `none; an escape that you set also resolves the letters ${letters}`;
  const where = escapedFields === 'all' ? '' : ` in ${escapedFields} fields`;
  return `${shown(escape)}${where}${letters === '' ? '' : ` with the letters ${letters}`}`;
}

/** In a cell of a table. */
function shown(text: string): string {
  if (text === '') return 'none';
  if (text === '\t') return '`\\t`';
  if (text < ' ') return `\`\\u00${text.charCodeAt(0).toString(16).padStart(2, '0')}\``;
  return `\`${text.replaceAll('|', '\\|')}\``;
}

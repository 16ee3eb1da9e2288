// Names that are hostile: of tables, partitions, files and columns, in each format. Every printed line must be JSON, and the
// values must come back.
import assert from 'node:assert/strict';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';

import * as fc from 'fast-check';

import { avroFile, recordOf } from '../../source-s3/support/avro.ts';
import { bucket, readHere, serverWith, timeOf } from '../../source-s3/support/source.ts';
import { codeOf, type FuzzTarget, type Outcome } from '../target.ts';

const pieces = [
  'a',
  'b1',
  ' ',
  '"',
  "'",
  '\\',
  '\\n',
  '\n',
  '\r',
  '\t',
  '\0',
  '%',
  '%0A',
  '$',
  '{',
  '}',
  ';',
  ',',
  '.',
  '..',
  '=',
  '+',
  '?',
  '#',
  '&',
  '<',
  'é',
  '日',
  '💥',
  '\u2028',
  '\u0085',
  '\u001b[31m',
  '__proto__',
  'constructor',
  '_ab_source_file_url',
  '--',
  '*',
];
const name = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
const segment = name.map((text) => text.replaceAll('/', ''));

type Names = {
  readonly format: 'csv' | 'jsonl' | 'avro';
  readonly table: string;
  readonly partition: string;
  readonly value: string;
  readonly file: string;
  readonly columns: readonly string[];
};

const names: fc.Arbitrary<Names> = fc.record({
  format: fc.constantFrom('csv', 'jsonl', 'avro'),
  table: segment,
  partition: segment.map((text) => text.replaceAll('=', '')).filter((text) => text !== ''),
  value: segment,
  file: segment,
  columns: fc.uniqueArray(name, { minLength: 1, maxLength: 3 }),
});

const rows = 3;

type Message = { readonly record?: { readonly data: Readonly<Record<string, unknown>> } };

/** Avro's names are letters and digits: there the hostile texts are values alone. */
function fileOf({ format, columns }: Names): Uint8Array {
  const values = Array.from({ length: rows }, (_, row) => columns.map((column) => `${column}${row}`));
  if (format === 'avro') {
    const fields = Object.fromEntries(columns.map((_, index) => [`c${index}`, 'string']));
    return avroFile(
      recordOf(fields),
      values.map((row) => Object.fromEntries(row.map((value, index) => [`c${index}`, value]))),
    );
  }
  if (format === 'jsonl') {
    const objects = values.map(
      (row) => `{${row.map((value, index) => `${JSON.stringify(columns[index])}:${JSON.stringify(value)}`).join(',')}}`,
    );
    return Buffer.from(objects.join('\n'));
  }
  const lines = [columns, ...values].map((fields) =>
    fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(','),
  );
  return Buffer.from(lines.join('\n'));
}

/** As the name of a folder is read: a part that is not UTF-8 stands for itself. */
function decoded(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/gu, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      return escaped;
    }
  });
}

/** The input is the names as JSON, so that a fixture can be read. */
export const namesTarget: FuzzTarget = {
  name: 'names',
  async open() {
    const server = await serverWith({});
    return {
      inputs: names.map((value) => Buffer.from(JSON.stringify(value))),
      async check(input): Promise<Outcome> {
        const found = parseJson(Buffer.from(input).toString()) as Names;
        for (const { key } of server.objects(bucket)) server.remove(bucket, key);
        // A partition's column takes the place of one in the file; which names are one is not judged here.
        const partition = decoded(found.partition).toLowerCase().normalize();
        if (found.columns.some((column) => column.toLowerCase().normalize() === partition)) return 'one name twice';
        const key = `lake/${found.table}/${found.partition}=${found.value}/${found.file}.${found.format}`;
        server.seed(bucket, key, fileOf(found), { lastModified: timeOf(1) });
        try {
          const { lines, failures } = await readHere(server, { config: { data_format: { format: found.format } } });
          const codes = failures.map(codeOf);
          if (codes.length > 0) return codes.join(' ');
          // As they were printed: a schema library may leave names out.
          const messages = lines.map((line) => parseJson(line) as Message);
          const records = messages.flatMap(({ record }) => (record === undefined ? [] : [record.data]));
          if (records.length === 0) return 'no table';
          assert.equal(records.length, rows);
          for (const [row, data] of records.entries()) {
            const values = new Set(Object.values(data));
            // A column of a reserved name gives way to where the row came from, with a warning.
            for (const column of found.columns.filter((name) => !name.startsWith('_ab_source_file_')))
              assert.ok(values.has(`${column}${row}`), `${column} of row ${row}`);
          }
          return 'rows';
        } catch (error) {
          return codeOf(error);
        }
      },
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  },
};

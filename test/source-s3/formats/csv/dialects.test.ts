// The dialects of CSV, with files that the real writers made of one table (written/README.md), and the rule of what is null.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { array, assert as check, constantFrom, option, property, string } from 'fast-check';

import { csvSchema, resolveCsv } from '../../../../source-s3/src/config/csv-config.ts';
import { csvDialects } from '../../../../source-s3/src/config/csv-dialects.ts';
import { nullTest } from '../../../../source-s3/src/formats/csv/csv-field.ts';
import { CsvRecords } from '../../../../source-s3/src/formats/csv/csv-records.ts';
import type { Json } from '../../support/source.ts';
import { textRows } from '../../support/text.ts';
import { writtenFiles, writtenFolder, writtenRows } from './written-files.ts';

async function rowsOf(file: string, options: Json): Promise<readonly Json[]> {
  const { rows } = await textRows(
    { [`lake/t/${file}`]: readFileSync(join(writtenFolder, file)) },
    { data_format: { format: 'csv', ...options }, invalid_records: 'skip' },
  );
  return rows;
}

suite('CSV of a real writer, in its dialect,', () => {
  for (const { file, options, lost } of writtenFiles) {
    test(`is read value by value as it was written: ${file}`, async () => {
      const kept = lost === undefined ? writtenRows : writtenRows.flatMap((row) => lost(row) ?? []);
      const expected = kept.map(({ id, a, b }) => ({ id: String(id), a, b }));
      assert.deepEqual(await rowsOf(file, options), expected);
    });
  }

  test('keeps the blank lines of a file of one column, which are its empty texts', async () => {
    const expected = writtenRows.map(({ a }) => ({ column_1: a }));
    assert.deepEqual(await rowsOf('postgres_text-one-column.txt', { dialect: 'postgres_text' }), expected);
    assert.deepEqual(await rowsOf('mysql-one-column.txt', { dialect: 'mysql' }), expected);
  });
});

suite('A null value of CSV', () => {
  const nullsOf = async (text: string, options: Json): Promise<readonly Json[]> => {
    return (await textRows({ 'lake/t/a.csv': text }, { data_format: { format: 'csv', ...options } })).rows;
  };

  test('is compared with the field as it is in the file, before its escapes are resolved', async () => {
    const options = { escape: '\\', null_values: ['\\N'] };
    assert.deepEqual(await nullsOf('a,b\n\\N,\\\\N\n"\\N",N\n', options), [
      { a: null, b: '\\N' },
      { a: null, b: 'N' },
    ]);
  });

  test('is never a quoted field where quoted_nulls is false', async () => {
    const options = { quoted_nulls: false, null_values: ['', 'NULL'] };
    assert.deepEqual(await nullsOf('a,b\n,""\nNULL,"NULL"\n', options), [
      { a: null, b: '' },
      { a: null, b: 'NULL' },
    ]);
  });

  test('is not what discover infers a type from, where its escapes make it a number or a text', async () => {
    const options = { escape: '\\', null_values: ['\\N'], infer_types: true };
    assert.deepEqual(await nullsOf('a\n\\N\n7\n', options), [{ a: null }, { a: 7 }]);
  });

  test('of a column that the folder has too agrees with the folder of nulls alone', async () => {
    const place = 'lake/t/a=__HIVE_DEFAULT_PARTITION__/f.csv';
    const config = { data_format: { format: 'csv', escape: '\\', null_values: ['\\N'] } };
    const { said } = await textRows({ [place]: 'a,b\n\\N,1\n' }, config);
    assert.deepEqual(said, []);
    const other = await textRows({ [place]: 'a,b\n\\\\N,1\n' }, config);
    assert.match(other.said.join('\n'), /"a"/u);
  });
});

const field = option(
  string({
    unit: constantFrom('a', 'N', '\\', '"', ',', '\t', '|', '\n', '\r', '\u0001', 'é', '0', 'n'),
    maxLength: 6,
  }),
);

/** A field in the form that the documents of MySQL, Postgres and Snowflake describe. */
function escapedText(text: string | null, special: RegExp, named: Readonly<Record<string, string>>): string {
  if (text === null) return '\\N';
  return text.replaceAll(special, (char) => `\\${named[char] ?? char}`);
}

const writers = {
  mysql: (text: string | null) => escapedText(text, /[\\\t\n]/gu, {}),
  postgres_text: (text: string | null) => escapedText(text, /[\\\t\n\r]/gu, { '\t': 't', '\n': 'n', '\r': 'r' }),
  snowflake: (text: string | null) => escapedText(text, /[\\,\n]/gu, {}),
};

suite('Rows that a dialect’s writer wrote', () => {
  test('come back text by text and null by null, under any cutting into pieces', () => {
    const rows = array(array(field, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 8 });
    for (const [dialect, write] of Object.entries(writers)) {
      const options = resolveCsv(csvSchema.parse({ format: 'csv', dialect }));
      const isNull = nullTest(options);
      const between = String.fromCharCode(options.dialect.delimiter);
      check(
        property(rows, constantFrom(1, 2, 3, 7, 1000), (table, pieceBytes) => {
          const text = Buffer.from(table.map((row) => `${row.map(write).join(between)}\n`).join(''));
          const records = new CsvRecords(options.dialect, { key: 'k', origin: 0, columns: 2 });
          const found: (string | null)[][] = [];
          const take = (): void => {
            while (records.next()) {
              const { starts, ends, count } = records.fields;
              found.push(
                Array.from({ length: count }, (_, index) => {
                  if (isNull(records.text.bytes, starts[index] ?? 0, ends[index] ?? 0)) return null;
                  return Buffer.from(records.unescaped(index)).toString();
                }),
              );
            }
          };
          for (let at = 0; at < text.length; at += pieceBytes) {
            records.push(Buffer.from(text.subarray(at, at + pieceBytes)));
            take();
          }
          records.finish();
          take();
          assert.deepEqual(found, table);
        }),
        { numRuns: 1000, seed: 16 },
      );
    }
  });
});

suite('A dialect of CSV', () => {
  test('gives way to the options that are set', () => {
    const { dialect, header, nullValues } = resolveCsv(
      csvSchema.parse({ format: 'csv', dialect: 'mysql', delimiter: '|', header: true, null_values: ['NULL'] }),
    );
    assert.deepEqual([dialect.delimiter, header, nullValues], [0x7c, true, ['NULL']]);
  });

  test('is RFC 4180’s with a header where none is named', () => {
    const { dialect, header, nullValues } = resolveCsv(csvSchema.parse({ format: 'csv' }));
    assert.deepEqual(
      [dialect.delimiter, dialect.quote, dialect.escape, header, nullValues],
      [0x2c, 0x22, undefined, true, ['']],
    );
  });

  test('has a delimiter that a form can hold, and no other control character than the documents name', () => {
    for (const [text, byte] of [
      ['\\t', 9],
      ['\\u0001', 1],
      ['\\x1F', 31],
      ['|', 124],
    ] as const) {
      assert.equal(resolveCsv(csvSchema.parse({ format: 'csv', delimiter: text })).dialect.delimiter, byte);
    }
    for (const text of ['\\n', '\\u000a', '\\u000d', '\\x00', 'ab', '', 'é']) {
      assert.equal(csvSchema.safeParse({ format: 'csv', delimiter: text }).success, false, text);
    }
    assert.equal(csvSchema.safeParse({ format: 'csv', dialect: 'redshift_unload', quote: '|' }).success, false);
    assert.ok(Object.values(csvDialects).every(({ delimiter }) => delimiter.length === 1));
  });
});

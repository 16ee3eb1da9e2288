// The CSV cutter against an independent reader, however the text is cut into pieces.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { array, assert as check, constantFrom, integer, property, string, tuple } from 'fast-check';

import type { Dialect } from '../../../../source-s3/src/config/csv-config.ts';
import { CsvRecords } from '../../../../source-s3/src/formats/csv/csv-records.ts';
import { simpleCsv } from './simple-csv.ts';

const comma: Dialect = { delimiter: 0x2c, quote: 0x22, escape: undefined };

type Cut = { readonly start: number; readonly fields: readonly string[]; readonly problem: string | undefined };

function cut(pieces: readonly Uint8Array[], dialect = comma, origin = 0): readonly Cut[] {
  const records = new CsvRecords(dialect, { key: 'k', origin, columns: 0 });
  const found: Cut[] = [];
  const take = (): void => {
    while (records.next()) {
      const fields = Array.from({ length: records.fields.count }, (_, field) => {
        return Buffer.from(records.unescaped(field)).toString();
      });
      found.push({ start: records.start, fields, problem: records.problem });
    }
  };
  for (const piece of pieces) {
    records.push(piece);
    take();
  }
  records.finish();
  take();
  return found;
}

function inPieces(text: Buffer, lengths: readonly number[]): readonly Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (const length of lengths) {
    pieces.push(Buffer.from(text.subarray(at, at + length)));
    at += length;
  }
  return [...pieces, Buffer.from(text.subarray(at))].filter(({ length }) => length > 0);
}

const field = string({ unit: constantFrom('a', ',', '"', '\n', '\r', 'é', '日', ' '), maxLength: 8 });
const record = tuple(array(field, { minLength: 1, maxLength: 5 }), constantFrom('\n', '\r\n', '\r'));
const cuts = array(integer({ min: 1, max: 7 }), { maxLength: 60 });

function written(value: string): string {
  return /[",\r\n]/u.test(value) || value === '' ? `"${value.replaceAll('"', '""')}"` : value;
}

suite('CSV records', () => {
  test('are what was written, and what an independent reader has, under any cutting into pieces', () => {
    check(
      property(array(record, { maxLength: 12 }), cuts, (records, lengths) => {
        const text = records.map(([fields, end]) => fields.map(written).join(',') + end).join('');
        const found = cut(inPieces(Buffer.from(text), lengths));
        assert.deepEqual(
          found.map(({ fields }) => fields),
          records.map(([fields]) => fields),
        );
        const nonEmpty = found.map(({ fields }) => fields);
        if (!/(^|[\r\n])""[\r\n]/u.test(text)) assert.deepEqual(nonEmpty, simpleCsv(text));
      }),
    );
  });

  test('of any bytes are the same under any cutting, and begin where they say', () => {
    const dialects: readonly Dialect[] = [comma, { ...comma, escape: 0x61 }, { ...comma, quote: undefined }];
    check(
      property(
        string({ unit: constantFrom('a', 'b', ',', '"', '\n', '\r'), maxLength: 60 }),
        cuts,
        constantFrom(...dialects),
        (source, lengths, dialect) => {
          const text = Buffer.from(source);
          const whole = cut([text], dialect);
          assert.deepEqual(cut(inPieces(text, lengths), dialect), whole);
          for (const [index, { start }] of whole.entries()) {
            assert.deepEqual(cut([text.subarray(start)], dialect, start), whole.slice(index));
          }
        },
      ),
    );
  });

  const cases: readonly (readonly [text: string, fields: readonly (readonly string[])[]])[] = [
    ['', []],
    ['\n\r\n', []],
    [',', [['', '']]],
    ['a,\n', [['a', '']]],
    ['""', [['']]],
    ['a"b"c,d', [['a"b"c', 'd']]],
    [' "a"', [[' "a"']]],
    ['"a""",b', [['a"', 'b']]],
  ];
  for (const [text, fields] of cases) {
    test(`of ${JSON.stringify(text)} are ${JSON.stringify(fields)}`, () => {
      assert.deepEqual(
        cut([Buffer.from(text)]).map((found) => found.fields),
        fields,
      );
    });
  }

  test('keep doubled quotes where nothing is quoted, and lose only escapes there', () => {
    const [found] = cut([Buffer.from('a""b,a""\\,b,"a""\\,b"')], { ...comma, escape: 0x5c });
    assert.deepEqual(found?.fields, ['a""b', 'a"",b', 'a",b']);
  });

  test('with more fields than any bound foreseen are whole', () => {
    const [found] = cut([Buffer.from('x,'.repeat(1000))]);
    assert.equal(found?.fields.length, 1001);
  });
});

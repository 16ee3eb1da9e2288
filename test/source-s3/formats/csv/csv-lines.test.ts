// CSV records as RECORD lines: the loops that take four bytes at a time against those that take each byte.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { array, assert as check, constantFrom, integer, property, record, string } from 'fast-check';

import { airbyteFrame } from '@s3-connectors/common/protocol/record-frame.ts';

import type { Dialect } from '../../../../source-s3/src/config/csv-config.ts';
import { csvWriter } from '../../../../source-s3/src/formats/csv/csv-lines.ts';
import { CsvRecords } from '../../../../source-s3/src/formats/csv/csv-records.ts';
import { LineBuilder } from '../../../../source-s3/src/records/line-builder.ts';

const dialects: readonly Dialect[] = [
  { delimiter: 0x2c, quote: 0x22, escape: undefined },
  { delimiter: 0x3b, quote: 0x27, escape: 0x5c },
  { delimiter: 0x2c, quote: 0x22, escape: 0x5c },
  { delimiter: 0x09, quote: undefined, escape: undefined },
  { delimiter: 0x2c, quote: 0x22, escape: 0x61 },
];
const characters = [
  'a',
  'bcd',
  '7',
  '0',
  '.',
  ' ',
  ',',
  ';',
  '\t',
  '"',
  "'",
  '\\',
  '\n',
  '\r',
  '\0',
  '\u001F',
  'é',
  '日',
  '😀',
];
const text = array(constantFrom(...characters, '"bcd7"', 'bcdbcd', '\xff'), { maxLength: 60 });
const columns = [
  { name: 'a', kind: 'string' },
  { name: 'b', kind: 'number' },
  { name: 'c', kind: 'integer' },
  { name: 'd', kind: 'string' },
] as const;

type Told = { readonly lines: string; readonly problems: readonly string[] };
type Case = { readonly dialect: Dialect; readonly names: readonly string[]; readonly nullValues: readonly string[] };

function declared(name: string): 'integer' | undefined {
  return name === 'c' ? 'integer' : undefined;
}

/** The result for text that comes in pieces of this many bytes. */
function told(bytes: Buffer, pieceBytes: number, { dialect, names, nullValues }: Case): Told {
  const records = new CsvRecords(dialect, { key: 'k', origin: 0, columns: 0 });
  const asked = {
    frame: airbyteFrame({ name: 's' }),
    columns: columns.map(({ name, kind }) => ({ name, type: { kind } })),
    constants: new Map(),
    spellings: new Map(),
    clashes: [],
  };
  const writer = csvWriter({ asked, names, nullValues, quotedNulls: true, dialect, declared, emittedAt: 0 }, records);
  const out = new LineBuilder();
  const problems: string[] = [];
  const take = (): void => {
    while (records.next()) {
      const problem = writer.write(out);
      if (problem !== undefined) problems.push(`${records.start}: ${problem}`);
    }
  };
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    records.push(Buffer.from(bytes.subarray(at, at + pieceBytes)));
    take();
  }
  records.finish();
  take();
  return { lines: out.take().bytes.toString('latin1'), problems };
}

/** `\xff` alone is not UTF-8. */
function encoded(parts: readonly string[]): Buffer {
  return Buffer.concat(parts.map((part) => (part === '\xff' ? Buffer.of(0xff) : Buffer.from(part))));
}

suite('CSV lines', () => {
  test('are the same, and so is what is wrong with others, whether a record is whole or torn between pieces', () => {
    const cases = record({
      dialect: constantFrom(...dialects),
      names: constantFrom(['a'], ['a', 'd'], ['d', 'a', 'x'], ['c', 'b', 'a']),
      nullValues: constantFrom([''], [], ['', '7', 'bcd'], ['é']),
    });
    check(
      property(text, integer({ min: 2, max: 40 }), cases, (parts, pieceBytes, one) => {
        const bytes = encoded(parts);
        const bytewise = told(bytes, 1, one);
        assert.deepEqual(told(bytes, bytes.length + 1, one), bytewise);
        assert.deepEqual(told(bytes, pieceBytes, one), bytewise);
      }),
      { numRuns: 3000 },
    );
  });

  test('hold any text that a field can be', () => {
    const fields = array(string({ unit: 'binary', maxLength: 300 }), { minLength: 2, maxLength: 2 });
    check(
      property(array(fields, { maxLength: 20 }), (rows) => {
        const csv = rows.map((row) => `${row.map((field) => `"${field.replaceAll('"', '""')}"`).join(',')}\n`).join('');
        const one = { dialect: { delimiter: 0x2c, quote: 0x22, escape: undefined }, names: ['a', 'd'], nullValues: [] };
        const { lines, problems } = told(Buffer.from(csv), csv.length * 3 + 1, one);
        const parsed = Buffer.from(lines, 'latin1')
          .toString()
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line));
        assert.deepEqual(problems, []);
        assert.deepEqual(
          parsed.map(({ record }) => [record.data.a, record.data.d]),
          rows,
        );
      }),
    );
  });
});

// Parsers alone, thousands of inputs a second: the footer and pages of Parquet, the records of CSV against a plain reader.
import assert from 'node:assert/strict';

import * as fc from 'fast-check';

import { CsvRecords } from '../../../source-s3/src/formats/csv/csv-records.ts';
import { readFooter } from '../../../source-s3/src/formats/parquet/footer/footer.ts';
import { isIntact, pagesOf } from '../../../source-s3/src/formats/parquet/pages.ts';
import { ThriftDamage } from '../../../source-s3/src/formats/parquet/footer/thrift.ts';
import { simpleCsv } from '../../source-s3/formats/csv/simple-csv.ts';
import { parquet } from '../../support/parquet.ts';
import { damaged } from '../damaged.ts';
import { nothingToClose, type FuzzTarget, type Outcome } from '../target.ts';

const trailerBytes = 8;
const mostPages = 100_000;
const sql = `SELECT i AS id, 'x' || i AS name, [i, 2] AS list, {'a': {'b': i}} AS deep FROM range(100) t(i)`;

const parquetFooter: FuzzTarget = {
  name: 'parquet-footer',
  async open() {
    const files = [await parquet(sql), await parquet('SELECT 1 AS a', 'COMPRESSION uncompressed')];
    const footers = files.map((file) =>
      file.subarray(-trailerBytes - file.readUInt32LE(file.length - 8), -trailerBytes),
    );
    return {
      ...nothingToClose,
      inputs: damaged(footers),
      check(input): Promise<Outcome> {
        try {
          readFooter(input);
          return Promise.resolve('rows');
        } catch (error) {
          if (!(error instanceof ThriftDamage)) throw error;
          return Promise.resolve('ThriftDamage');
        }
      },
    };
  },
};

const parquetPages: FuzzTarget = {
  name: 'parquet-pages',
  async open() {
    const files = [await parquet(sql, 'COMPRESSION uncompressed'), await parquet(sql, 'PARQUET_VERSION v2')];
    return {
      ...nothingToClose,
      inputs: damaged(files.map((file) => file.subarray(4))),
      async check(input): Promise<Outcome> {
        const read = (at: number, length: number): Promise<Buffer> =>
          Promise.resolve(Buffer.from(input.subarray(at, at + length)));
        let pages = 0;
        for await (const page of pagesOf(read, { start: 0, end: input.length })) {
          assert.ok(page.end >= page.start && page.start > 0 && Number.isFinite(page.values));
          if (page.end <= input.length) await isIntact(read, page);
          assert.ok((pages += 1) < mostPages);
        }
        return pages > 0 ? 'pages' : 'none';
      },
    };
  },
};

function cutRecords(pieces: readonly Uint8Array[]): { readonly rows: string[][]; readonly hasProblem: boolean } {
  const records = new CsvRecords(
    { delimiter: 0x2c, quote: 0x22, escape: undefined },
    { key: 'k', origin: 0, columns: 0 },
  );
  const rows: string[][] = [];
  let hasProblem = false;
  const take = (): void => {
    while (records.next()) {
      hasProblem ||= records.problem !== undefined;
      const fields = Array.from({ length: records.fields.count }, (_, field) => field);
      rows.push(fields.map((field) => Buffer.from(records.unescaped(field)).toString()));
    }
  };
  for (const piece of pieces) {
    records.push(piece);
    take();
  }
  records.finish();
  take();
  return { rows, hasProblem };
}

const csvRecords: FuzzTarget = {
  name: 'csv-records',
  open: () =>
    Promise.resolve({
      ...nothingToClose,
      inputs: fc
        .string({ unit: fc.constantFrom('a', 'é', ',', ',', '"', '"', '\n', '\r', '\r\n', ' '), maxLength: 80 })
        .map((text) => Buffer.from(text)),
      check(input): Promise<Outcome> {
        const whole = cutRecords([Buffer.from(input)]);
        const pieces = Array.from(input, (byte) => Buffer.of(byte));
        assert.deepEqual(cutRecords(pieces), whole);
        if (whole.hasProblem) return Promise.resolve('problem');
        // A quoted nothing alone in its line is a record for us, and a blank line for the plain reader.
        const text = Buffer.from(input).toString();
        if (/(?:^|[\r\n])"(?:"")*"(?:[\r\n]|$)/u.test(text)) return Promise.resolve('rows');
        assert.deepEqual(whole.rows, simpleCsv(text));
        return Promise.resolve('rows, as a plain reader has them');
      },
    }),
};

export const parserTargets: readonly FuzzTarget[] = [parquetFooter, parquetPages, csvRecords];

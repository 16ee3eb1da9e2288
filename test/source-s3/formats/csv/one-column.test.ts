// CSV of one column, where DuckDB, polars, pyarrow and sqlite write a null as a blank line: no row is lost, wherever a run resumes.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { array, assert as check, asyncProperty, boolean, constantFrom, integer } from 'fast-check';

import { csvSchema, resolveCsv } from '../../../../source-s3/src/config/csv-config.ts';
import { readHead } from '../../../../source-s3/src/formats/csv/csv-head.ts';
import { CsvRecords } from '../../../../source-s3/src/formats/csv/csv-records.ts';
import { textRows } from '../../support/text.ts';
import type { Json } from '../../support/source.ts';

function* inPieces(text: Buffer, lengths: readonly number[]): Generator<Buffer> {
  let at = 0;
  for (const length of [...lengths, text.length]) {
    if (at < text.length) yield Buffer.from(text.subarray(at, at + length));
    at += length;
  }
}

type Cut = { readonly start: number; readonly value: string };

function cut(text: Buffer, origin: number, lengths: readonly number[]): readonly Cut[] {
  const { dialect } = resolveCsv(csvSchema.parse({ format: 'csv' }));
  const records = new CsvRecords(dialect, { key: 'k', origin, columns: 1 });
  const found: Cut[] = [];
  const take = (): void => {
    while (records.next()) {
      assert.equal(records.problem, undefined);
      assert.equal(records.fields.count, 1);
      found.push({ start: records.start, value: Buffer.from(records.unescaped(0)).toString() });
    }
  };
  for (const piece of inPieces(text.subarray(origin), lengths)) {
    records.push(piece);
    take();
  }
  records.finish();
  take();
  return found;
}

const rowsOf = async (text: string, format: Json = {}): Promise<readonly Json[]> => {
  const { rows, failures } = await textRows({ 'lake/t/a.csv': text }, { data_format: { format: 'csv', ...format } });
  assert.deepEqual(failures, []);
  return rows;
};

suite('CSV of one column', () => {
  for (const [name, end] of Object.entries({ LF: '\n', CRLF: '\r\n', CR: '\r' })) {
    test(`has a null for each blank line below its header, lines ending with ${name}`, async () => {
      const text = ['a', '', 'x', '', '', 'y', ''].map((line) => line + end).join('');
      assert.deepEqual(
        await rowsOf(text),
        [null, 'x', null, null, 'y', null].map((a) => ({ a })),
      );
    });

    test(`has a null for each blank line without a header, lines ending with ${name}`, async () => {
      const text = ['', 'x', '', 'y', ''].map((line) => line + end).join('');
      assert.deepEqual(
        await rowsOf(text, { header: false }),
        [null, 'x', null, 'y', null].map((value) => ({ column_1: value })),
      );
      assert.deepEqual(
        await rowsOf(text, { header: false, column_names: ['a'] }),
        [null, 'x', null, 'y', null].map((a) => ({ a })),
      );
    });

    test(`may have blank lines above its header, which are not rows, lines ending with ${name}`, async () => {
      assert.deepEqual(await rowsOf(['', '', 'a', 'x', ''].join(end)), [{ a: 'x' }]);
      assert.deepEqual(await rowsOf(['', 'A', 'x', ''].join(end), { column_names: ['a'] }), [{ a: 'x' }]);
    });
  }

  test('is a file of several columns whose blank lines are not rows, with a header or without', async () => {
    assert.deepEqual(await rowsOf('\n\na,b\n\n1,2\r\n\r\n3,4\n\n'), [
      { a: '1', b: '2' },
      { a: '3', b: '4' },
    ]);
    assert.deepEqual(await rowsOf('\n\n1,2\n\n3,4\n\n', { header: false }), [
      { column_1: '1', column_2: '2' },
      { column_1: '3', column_2: '4' },
    ]);
  });

  test('gives each row once from its header on and from each record on, under any cutting into pieces', async () => {
    const line = constantFrom('', '', 'a', '"q""\r\n"', '""');
    await check(
      asyncProperty(
        array(line, { minLength: 1, maxLength: 12 }),
        constantFrom('\n', '\r\n', '\r'),
        boolean(),
        array(integer({ min: 1, max: 4 }), { maxLength: 30 }),
        async (lines, end, header, lengths) => {
          const values = lines.map((text) => (text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text));
          const text = Buffer.from((header ? `name${end}` : '') + lines.map((value) => value + end).join(''));
          const options = resolveCsv(csvSchema.parse({ format: 'csv', header, column_names: ['name'] }));
          const pieces = (async function* (): AsyncGenerator<Buffer> {
            yield* inPieces(text, lengths);
          })();
          const { dataStart } = await readHead(pieces, { options, key: 'k', say: () => undefined });
          const rows = cut(text, dataStart, lengths);
          assert.deepEqual(
            rows.map(({ value }) => value),
            values,
          );
          for (const [index, { start }] of rows.entries())
            assert.deepEqual(cut(text, start, lengths), rows.slice(index));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

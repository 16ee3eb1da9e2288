// Floats of Avro under another declared type: the same texts and integers as for Parquet's floats, by the engine.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { DuckDBInstance } from '@duckdb/node-api';
import * as fc from 'fast-check';

import { wholeText } from '../../../../source-s3/src/casts/json-cast.ts';
import { floatText } from '../../../../source-s3/src/formats/avro/avro-scalars.ts';
import { avroFile, recordOf } from '../../support/avro.ts';
import { catalogJson, dataText, readHere, serverWith, type Json } from '../../support/source.ts';

/** The engine's texts of the numbers as `type`. */
async function engineTexts(numbers: readonly number[], type: 'FLOAT' | 'DOUBLE'): Promise<readonly string[]> {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  const list = numbers.map((value) => `'${Object.is(value, -0) ? '-0' : String(value)}'`).join();
  const reader = await connection.runAndReadAll(`SELECT unnest([${list}])::DOUBLE::${type}::VARCHAR AS text`);
  return reader.getRows().map(([text]) => String(text));
}

const edges = [
  0,
  -0,
  1,
  0.1,
  1e15,
  9_999_999_999_999_998,
  1e16,
  1e17,
  1e21,
  1e22,
  0.0001,
  0.00001,
  1e-7,
  2 ** 63,
  123_456_789,
];

suite('A float of Avro', () => {
  test('has the engine’s text as a string, if it is a double', async () => {
    const numbers = [...edges, ...fc.sample(fc.double(), { numRuns: 2_000, seed: 16 })];
    assert.deepEqual(
      numbers.map((value) => floatText(value, 'double')),
      await engineTexts(numbers, 'DOUBLE'),
    );
  });

  test('has a text that is the same float and no longer than the engine’s, which has some digits more than needed', async () => {
    const numbers = [...edges.map(Math.fround), ...fc.sample(fc.float(), { numRuns: 2_000, seed: 16 })];
    for (const [index, theirs] of (await engineTexts(numbers, 'FLOAT')).entries()) {
      const value = numbers[index] ?? 0;
      const text = floatText(value, 'float');
      if (Number.isFinite(value)) assert.ok(Object.is(Math.fround(Number(text)), value), `${text} for ${value}`);
      assert.ok(text.length <= theirs.length && text.includes('e') === theirs.includes('e'), `${text} for ${theirs}`);
    }
  });

  test('has all its digits as an integer, and is none with a fraction or without an end', () => {
    assert.equal(wholeText(2 ** 63), '9223372036854775808');
    assert.equal(wholeText(-(2 ** 53)), '-9007199254740992');
    assert.equal(wholeText(-0), '0');
    for (const value of [1.5, Number.NaN, Number.POSITIVE_INFINITY]) assert.equal(wholeText(value), undefined);
  });

  test('has the engine’s answer as an integer, beyond the range of its integers too', async () => {
    const wholes = fc.sample(fc.double({ noDefaultInfinity: true, noNaN: true }).map(Math.trunc), {
      numRuns: 2_000,
      seed: 16,
    });
    const range = [2 ** 127, 2 ** 127 - 2 ** 74, 1e37, 1e38, 1.7e38, 1e39, 1e300, Number.MAX_VALUE];
    const numbers = [...range, ...range.map((value) => -value), ...wholes];
    const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
    const list = numbers.map((value) => `'${value}'`).join();
    const reader = await connection.runAndReadAll(`SELECT TRY_CAST(unnest([${list}])::DOUBLE AS HUGEINT)::VARCHAR`);
    const theirs = reader.getRows().map(([text]) => (text === null ? undefined : String(text)));
    assert.deepEqual(numbers.map(wholeText), theirs);
  });

  test('is cast where the catalog declares another type', async () => {
    const values = [
      { i: 2 ** 63, s: 0.1 },
      { i: 1.5, s: 1e18 },
    ];
    await using server = await serverWith({ 'lake/t/a.avro': avroFile(recordOf({ i: 'double', s: 'float' }), values) });
    const nullable = (type: string): Json => ({ type: ['null', type] });
    const { lines, failures } = await readHere(server, {
      config: { data_format: { format: 'avro' } },
      catalog: catalogJson({ t: { i: nullable('integer'), s: nullable('string') } }),
    });
    assert.deepEqual(failures, []);
    const data = lines.filter((line) => line.includes('"type":"RECORD"')).map(dataText);
    assert.match(data[0] ?? '', /^\{"i":9223372036854775808,"s":"0\.1"/u);
    assert.match(data[1] ?? '', /^\{"i":null,"s":"1e\+18"/u);
  });
});

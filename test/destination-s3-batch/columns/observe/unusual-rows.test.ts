// Only unusual rows are brought into the types of a table whose usual rows are as its types say.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import * as fc from 'fast-check';

import { maxFields } from '../../../../destination-s3-batch/src/config/budgets.ts';
import { decideRow, isAsTyped } from '../../../../destination-s3-batch/src/columns/decide/decide.ts';
import { fieldRoom } from '../../../../destination-s3-batch/src/columns/decide/new-fields.ts';
import type { StructType } from '../../../../destination-s3-batch/src/columns/types/field-type.ts';
import { Fitter } from '../../../../destination-s3-batch/src/columns/fit/fit.ts';
import { RowObserver } from '../../../../destination-s3-batch/src/columns/observe/row-observer.ts';
import { shapeOfSchema } from '../../../../destination-s3-batch/src/columns/observe/shape.ts';
import { RowBuffer } from '@s3-connectors/common/records/row-buffer.ts';
import { content } from '../../support/restored.ts';
import { anyRow, typed } from '../../support/typed-rows.ts';

type Options = { readonly asLines: boolean; readonly objectsAsText: boolean; readonly known?: StructType };

const timesAsText = true;

/**
 * The rows as they are written if all are brought into the types, and the numbers of those that are unusual. `all`, `some`: what is
 * found of the values by bringing all into the types, and only the unusual ones.
 */
function judged(rows: readonly string[], { known, ...rules }: Options) {
  const shape = shapeOfSchema({});
  const observer = new RowObserver();
  const unusual = new Set<number>();
  const lines = rows.map((row) => Buffer.from(`${row}\n`));
  for (const [number, line] of lines.entries()) {
    if (observer.accept(shape, line, line.indexOf('{'))) unusual.add(number);
  }
  const { type } = decideRow(shape, known, { ...rules, timesAsText, room: fieldRoom(0, 0, maxFields) });
  const isUsualAsTyped = isAsTyped(shape, type, rules, 'usual');
  const all = fitted(lines, type, rules);
  const some = fitted(
    lines.filter((_, number) => unusual.has(number)),
    type,
    rules,
  );
  return { all, some, unusual, isUsualAsTyped, type, shape };
}

function fitted(lines: readonly Buffer[], type: StructType, rules: Pick<Options, 'asLines'>) {
  const fitter = new Fitter(type, rules);
  const out = new RowBuffer();
  for (const line of lines) fitter.fit(line, line.indexOf('{'), out);
  return { rows: out.bytes.toString().split('\n').slice(0, -1), values: fitter.values, type: fitter.type };
}

/** With numbers in their spelling. Empty members without a column may be omitted. */
function written(row: string): unknown {
  const spelled = row.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/gu, (token) =>
    token.startsWith('"') ? token : `"number ${token}"`,
  );
  return content(parseJson(spelled));
}

suite('rows with usual values', () => {
  test('need no change when all usual values are as the types say, whatever other rows need (1,000 tables)', () => {
    const repeated = fc.tuple(
      anyRow.map((row) => row.trim()),
      fc.constantFrom(1, 1, 2, 70, 200),
    );
    const table = fc
      .array(repeated, { minLength: 1, maxLength: 6 })
      .map((rows) => rows.flatMap(([row, times]) => Array.from({ length: times }, () => row)));
    const earlier = fc.option(fc.array(anyRow, { minLength: 1, maxLength: 3 }));
    let spared = 0;
    fc.assert(
      fc.property(table, earlier, fc.boolean(), fc.boolean(), (rows, before, asLines, objectsAsText) => {
        const known = before === null ? {} : { known: typed(before, { objectsAsText }).decided };
        const { all, some, unusual, isUsualAsTyped } = judged(rows, { asLines, objectsAsText, ...known });
        if (!isUsualAsTyped) return;
        assert.deepEqual([some.values, some.type], [all.values, all.type]);
        assert.deepEqual(
          some.rows,
          all.rows.filter((_, number) => unusual.has(number)),
        );
        for (const [number, row] of rows.entries()) {
          if (unusual.has(number)) continue;
          assert.deepEqual(written(all.rows[number] ?? ''), written(row));
          spared += 1;
        }
      }),
      { seed: 20_260_115, numRuns: 1000 },
    );
    assert.ok(spared > 10_000, String(spared));
  });

  test('are all but the first few and those that do not fit, where one in a thousand does not', () => {
    const rows = Array.from(
      { length: 5000 },
      (_, id) => `{"id":${id},"n":${id % 1000 === 999 ? '{"x":1}' : '1.5'},"s":"a"}`,
    );
    const { unusual, isUsualAsTyped } = judged(rows, { asLines: false, objectsAsText: false });
    assert.ok(isUsualAsTyped);
    assert.ok(unusual.size >= 5 && unusual.size < 80, String(unusual.size));
  });

  test('are none when a field of many rows has no column', () => {
    const rows = Array.from({ length: 500 }, (_, id) => `{"id":${id},"ID":1}`);
    assert.ok(!judged(rows, { asLines: false, objectsAsText: false }).isUsualAsTyped);
  });

  test('are none when a field that had many of them is forgotten', () => {
    const rows = Array.from({ length: 200 }, (_, id) => `{"id":${id},"a":"x"}`);
    const { shape, type } = judged(rows, { asLines: false, objectsAsText: false });
    shape.keepChildren(({ name }) => name !== 'a');
    assert.ok(!isAsTyped(shape, type, { asLines: false }, 'usual'));
  });
});

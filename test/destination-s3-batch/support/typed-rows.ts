// Rows fitted to the types of a table, as in a run, and arbitrary rows for that.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { maxFields } from '../../../destination-s3-batch/src/config/budgets.ts';
import { decideRow, isAsTyped } from '../../../destination-s3-batch/src/columns/decide/decide.ts';
import { countColumns, type StructType } from '../../../destination-s3-batch/src/columns/types/field-type.ts';
import { Fitter } from '../../../destination-s3-batch/src/columns/fit/fit.ts';
import { fieldRoom } from '../../../destination-s3-batch/src/columns/decide/new-fields.ts';
import { observeRow } from '../../../destination-s3-batch/src/columns/observe/observe.ts';
import { shapeOfSchema } from '../../../destination-s3-batch/src/columns/observe/shape.ts';
import { RowBuffer } from '@s3-connectors/common/records/row-buffer.ts';

export type Options = {
  readonly properties?: object;
  readonly known?: StructType;
  readonly objectsAsText?: boolean;
  readonly asLines?: boolean;
  /** The number of columns that the engine has memory for, beyond those of the decided type. */
  readonly moreColumns?: number;
};

/** The rows as written, the decided type, and the type with the siblings that the rows need. */
export function typed(
  rows: readonly string[],
  { properties = {}, known, objectsAsText = false, asLines = false, moreColumns = Infinity }: Options = {},
) {
  const shape = shapeOfSchema(JSON.parse(JSON.stringify({ properties })));
  const spooled = rows.map((row) => Buffer.from(`${row}\n`));
  for (const line of spooled) assert.equal(observeRow(line, line.indexOf('{'), shape), line.lastIndexOf('}') + 1);
  const room = fieldRoom(0, 0, maxFields);
  const { type: decided } = decideRow(shape, known, { objectsAsText, timesAsText: false, asLines, room });
  const out = new RowBuffer();
  const fitter = new Fitter(decided, { asLines, maxColumns: countColumns(decided) + moreColumns });
  for (const line of spooled) fitter.fit(line, line.indexOf('{'), out);
  const fitted = out.bytes.toString().split('\n').slice(0, -1);
  return {
    decided,
    type: fitter.type,
    asTyped: isAsTyped(shape, decided, { asLines }),
    fitted,
    misfits: Object.fromEntries(fitter.values.misfits),
    cut: Object.fromEntries(fitter.values.cut),
    coerced: Object.fromEntries(fitter.values.coerced),
  };
}

/** The rows as written to a table of that type. */
export function fittedTo(type: StructType, rows: readonly string[], asLines: boolean): readonly string[] {
  const out = new RowBuffer();
  const fitter = new Fitter(type, { asLines });
  for (const row of rows) fitter.fit(Buffer.from(`${row}\n`), row.indexOf('{'), out);
  return out.bytes.toString().split('\n').slice(0, -1);
}

/** As text, because JSON.stringify would write them in another way. */
const rawTexts = [
  '12345678901234567890',
  '9007199254740993',
  '-9223372036854775809',
  '0.12345678901234567890',
  '9.9900000000000002',
  '-0',
  '-0.0',
  '1.0',
  '1e2',
  '1e400',
  '1e-400',
  '"12"',
  '"true"',
  '"\\u0000"',
  '"\\ud83d\\ude00"',
  '"2026-01-15T14:30:00Z"',
];
const name = fc.constantFrom('a', 'A', 'b', 'c', 'a__json', '', 'ü', 'a"b');
const blank = fc.constantFrom('', '', ' ', '\t \r');

/** Objects as text: members in any order, white space anywhere. */
function objectTexts(names: 'any' | 'distinct') {
  return fc.letrec<{ valueText: string; objectText: string }>((tie) => {
    const item = fc.tuple(blank, tie('valueText'), blank).map((parts) => parts.join(''));
    const member = fc.tuple(name, fc.boolean(), blank, blank, item).map(([key, isEscaped, before, after, value]) => {
      const spelled = isEscaped ? JSON.stringify(key).replace('a', '\\u0061') : JSON.stringify(key);
      return { key, text: `${before}${spelled}${after}:${value}` };
    });
    const isDistinct = { selector: ({ key }: { readonly key: string }) => key };
    const members =
      names === 'any' ? fc.array(member, { maxLength: 5 }) : fc.uniqueArray(member, { maxLength: 5, ...isDistinct });
    return {
      valueText: fc.oneof(
        { depthSize: 'small' },
        fc
          .constantFrom<unknown>(
            null,
            true,
            0,
            -1,
            1.5,
            2 ** 53,
            1e300,
            'x',
            '5',
            '2026-01-15',
            '\ud800',
            '',
            ']',
            '}',
            '"],',
            '\\',
          )
          .map((value) => JSON.stringify(value)),
        fc.constantFrom(...rawTexts),
        fc.array(item, { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
        tie('objectText'),
      ),
      objectText: members.map((all) => `{${all.map(({ text }) => text).join(',')}}`),
    };
  });
}

/** Some objects repeat a member. */
export const { objectText: anyRow, valueText: anyValue } = objectTexts('any');
export const { objectText: plainRow } = objectTexts('distinct');

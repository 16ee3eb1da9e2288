// Rows brought into the types of a table, as a run does it; and any rows to try that with.
import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { maxFields } from '../../../destination-s3-batch/src/config/budgets.ts';
import { decideRow, isAsTyped } from '../../../destination-s3-batch/src/columns/decide/decide.ts';
import { countColumns, type StructType } from '../../../destination-s3-batch/src/columns/types/field-type.ts';
import { Fitter } from '../../../destination-s3-batch/src/columns/fit/fit.ts';
import { fieldRoom } from '../../../destination-s3-batch/src/columns/decide/new-fields.ts';
import { observeRow } from '../../../destination-s3-batch/src/columns/observe/observe.ts';
import { shapeOfSchema } from '../../../destination-s3-batch/src/columns/observe/shape.ts';
import { RowWriter } from '../../../common/src/records/row-writer.ts';

export type Options = {
  readonly properties?: object;
  readonly known?: StructType;
  readonly objectsAsText?: boolean;
  readonly asLines?: boolean;
  /** As many as the engine has memory for, beyond those of the type that is decided. */
  readonly moreColumns?: number;
};

/** The rows as they are written; the type that was decided, and the one with the siblings that the rows need. */
export function typed(
  rows: readonly string[],
  { properties = {}, known, objectsAsText = false, asLines = false, moreColumns = Infinity }: Options = {},
) {
  const shape = shapeOfSchema(JSON.parse(JSON.stringify({ properties })));
  const spooled = rows.map((row) => Buffer.from(`${row}\n`));
  for (const line of spooled) assert.equal(observeRow(line, line.indexOf('{'), shape), line.lastIndexOf('}') + 1);
  const room = fieldRoom(0, 0, maxFields);
  const { type: decided } = decideRow(shape, known, { objectsAsText, timesAsText: false, asLines, room });
  const out = new RowWriter();
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

const name = fc.constantFrom('a', 'A', 'b', 'c', 'a__json', '', 'ü', 'a"b');
const blank = fc.constantFrom('', '', ' ', '\t \r');
/** Values and objects as text: members in any order, some named twice, white space anywhere. */
export const { valueText: anyValue, objectText: anyRow } = fc.letrec<{ valueText: string; objectText: string }>(
  (tie) => {
    const item = fc.tuple(blank, tie('valueText'), blank).map((parts) => parts.join(''));
    const key = fc.tuple(name, fc.boolean()).map(([text, isEscaped]) => {
      return isEscaped ? JSON.stringify(text).replace('a', '\\u0061') : JSON.stringify(text);
    });
    const member = fc
      .tuple(blank, key, blank, item)
      .map(([before, text, after, value]) => `${before}${text}${after}:${value}`);
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
        fc.constantFrom(
          '12345678901234567890',
          '0.12345678901234567890',
          '1.0',
          '1e400',
          '"\\u0000"',
          '"\\ud83d\\ude00"',
        ),
        fc.array(item, { maxLength: 3 }).map((items) => `[${items.join(',')}]`),
        tie('objectText'),
      ),
      objectText: fc.array(member, { maxLength: 5 }).map((members) => `{${members.join(',')}}`),
    };
  },
);

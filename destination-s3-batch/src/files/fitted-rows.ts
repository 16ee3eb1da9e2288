// The pass over spooled rows that fits every value to its field's type; see columns/fit.ts.
import type { StructType } from '../columns/types/field-type.ts';
import { Fitter } from '../columns/fit/fit.ts';
import type { FittedValues } from '../columns/types/slot.ts';
import type { RowMarks } from '../spool/row-marks.ts';
import type { RowsOnDisk, RowSource } from './made-file.ts';
import { rewriteRows } from './rewritten-rows.ts';

type Options = {
  readonly type: StructType;
  readonly asLines: boolean;
  readonly maxColumns: number;
  readonly target: string;
  readonly marks: RowMarks | undefined;
};

type FittedRows = RowsOnDisk & { readonly type: StructType; readonly values: FittedValues };

/** Writes the fitted rows to `target`. `marks`: of the rows that may need it; undefined when all may. */
export async function fitRows(
  source: RowSource,
  { type, asLines, maxColumns, target, marks }: Options,
): Promise<FittedRows> {
  const fitter = new Fitter(type, { asLines, maxColumns });
  const fitted = await rewriteRows(source, target, (bytes, start, _end, out) => fitter.fit(bytes, start, out), {
    stays: (row) => marks?.has(row) === false,
  });
  return { ...fitted, type: fitter.type, values: fitter.values };
}

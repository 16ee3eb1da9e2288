// The pass over spooled rows that fits every value to its field's type; see columns/fit.ts.
import type { StructType } from '../columns/types/field-type.ts';
import { Fitter } from '../columns/fit/fit.ts';
import type { FittedValues } from '../columns/types/slot.ts';
import type { RowsOnDisk, RowSource } from './made-file.ts';
import { rewriteRows } from './rewritten-rows.ts';

type Options = {
  readonly type: StructType;
  readonly asLines: boolean;
  readonly maxColumns: number;
  readonly target: string;
};

type FittedRows = RowsOnDisk & { readonly type: StructType; readonly values: FittedValues };

/** Writes the fitted rows to `target`. */
export async function fitRows(source: RowSource, { type, asLines, maxColumns, target }: Options): Promise<FittedRows> {
  const fitter = new Fitter(type, { asLines, maxColumns });
  const fitted = await rewriteRows(source, target, (bytes, start, _end, out) => fitter.fit(bytes, start, out));
  return { ...fitted, type: fitter.type, values: fitter.values };
}

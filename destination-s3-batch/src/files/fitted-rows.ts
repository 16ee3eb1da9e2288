// The pass over spooled rows that brings every value into the form of its field's type; see columns/fit.ts.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

import { readLines } from '@s3-connectors/common/protocol/lines.ts';

import type { StructType } from '../columns/field-type.ts';
import { Fitter } from '../columns/fit.ts';
import type { Misfits } from '../columns/slot.ts';
import { RowWriter } from '../row-writer.ts';
import type { RowSource } from './made-file.ts';

const readBytes = 1024 * 1024;

export type FittedRows = RowSource & { readonly type: StructType; readonly misfits: Misfits };

/** Writes the fitted rows to `target`. Bound: a few chunks of 1 MiB, or of the longest row. */
export async function fitRows(
  source: RowSource,
  { type, asLines, target }: { readonly type: StructType; readonly asLines: boolean; readonly target: string },
): Promise<FittedRows> {
  const out = new RowWriter();
  const fitter = new Fitter(type, out, { asLines });
  const file = await open(target, 'w', 0o600);
  let bytes = 0;
  let longestRow = 0;
  try {
    const rows = createReadStream(source.path, { highWaterMark: readBytes });
    const lines = readLines(rows, { maxLineBytes: Infinity, reuse: true });
    for await (const batch of lines) {
      out.clear();
      let start = 0;
      for (const end of batch.ends) {
        const before = out.length;
        fitter.fit(batch.bytes, start);
        longestRow = Math.max(longestRow, out.length - before);
        start = end + 1;
      }
      await file.writeFile(out.bytes);
      bytes += out.length;
    }
  } finally {
    await file.close();
  }
  return { path: target, rows: source.rows, bytes, longestRow, type: fitter.type, misfits: fitter.misfits };
}

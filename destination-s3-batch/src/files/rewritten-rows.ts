// A pass over rows on local disk that writes something else for each.
import { LocalFile } from '@s3-connectors/common/local-disk/local-file.ts';
import { RowBuffer } from '@s3-connectors/common/records/row-buffer.ts';

import type { RowsOnDisk, RowSource } from './made-file.ts';
import { rowBatches } from './row-batches.ts';

/** Writes the replacement of the row bytes[start, end): a line or nothing. */
type WriteRow = (bytes: Buffer, start: number, end: number, out: RowBuffer) => void;

/** @returns what `target` has. Bound: that of `rowBatches`. */
export async function rewriteRows(
  source: Pick<RowSource, 'paths' | 'bytes'>,
  target: string,
  write: WriteRow,
): Promise<RowsOnDisk> {
  const out = new RowBuffer();
  let [rows, bytes, longestRow] = [0, 0, 0];
  {
    await using file = await LocalFile.open(target, 'new');
    for await (const batch of rowBatches(source)) {
      out.clear();
      let start = 0;
      for (const end of batch.ends) {
        const before = out.length;
        write(batch.bytes, start, end, out);
        const length = out.length - before;
        if (length > 0) rows += 1;
        longestRow = Math.max(longestRow, length);
        start = end + 1;
      }
      await file.write(out.bytes);
      bytes += out.length;
    }
  }
  return { path: target, rows, bytes, longestRow };
}

// A pass over rows on local disk that writes something else for each.
import { LocalFile } from '@s3-connectors/common/local-disk/local-file.ts';
import { RowBuffer } from '@s3-connectors/common/records/row-buffer.ts';

import type { RowsOnDisk, RowSource } from './made-file.ts';
import { rowBatches } from './row-batches.ts';

/** Writes the replacement of the row bytes[start, end): a line or nothing. */
type WriteRow = (bytes: Buffer, start: number, end: number, out: RowBuffer) => void;

type Options = {
  /** Whether the row, counted from 0, stays as it is: those that follow each other are copied at once. By default none. */
  readonly stays?: (row: number) => boolean;
};

/** @returns what `target` has. Bound: that of `rowBatches`. */
export async function rewriteRows(
  source: Pick<RowSource, 'paths' | 'bytes'>,
  target: string,
  write: WriteRow,
  { stays = () => false }: Options = {},
): Promise<RowsOnDisk> {
  const out = new RowBuffer();
  let [row, rows, bytes, longestRow] = [0, 0, 0, 0];
  {
    await using file = await LocalFile.open(target, 'new');
    for await (const batch of rowBatches(source)) {
      out.clear();
      let [start, copied] = [0, 0];
      for (const end of batch.ends) {
        let length = end + 1 - start;
        if (!stays(row)) {
          out.copy(batch.bytes, copied, start);
          const before = out.length;
          write(batch.bytes, start, end, out);
          length = out.length - before;
          copied = end + 1;
        }
        if (length > 0) rows += 1;
        longestRow = Math.max(longestRow, length);
        start = end + 1;
        row += 1;
      }
      out.copy(batch.bytes, copied, start);
      await file.write(out.bytes);
      bytes += out.length;
    }
  }
  return { path: target, rows, bytes, longestRow };
}

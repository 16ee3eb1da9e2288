// A pass over rows on local disk that writes another text for each.
import { createReadStream } from 'node:fs';

import { LocalFile } from '@s3-connectors/common/local-disk/local-file.ts';
import { readLines } from '@s3-connectors/common/protocol/lines.ts';

import { RowBuffer } from '@s3-connectors/common/records/row-buffer.ts';
import type { RowSource } from './made-file.ts';

const readBytes = 1024 * 1024;

/** Writes the replacement of the row bytes[start, end): a line or nothing. */
type WriteRow = (bytes: Buffer, start: number, end: number, out: RowBuffer) => void;

type Options = {
  /** Whether the row, counted from 0, stays as it is. Consecutive ones are copied at once. By default none stays. */
  readonly stays?: (row: number) => boolean;
};

/** @returns the content of `target`. Bound: a few chunks of 1 MiB, or of the longest row. */
export async function rewriteRows(
  source: Pick<RowSource, 'path' | 'bytes'>,
  target: string,
  write: WriteRow,
  { stays = () => false }: Options = {},
): Promise<RowSource> {
  const out = new RowBuffer();
  let [row, rows, bytes, longestRow] = [0, 0, 0, 0];
  {
    await using file = await LocalFile.open(target, 'new');
    const lines = readLines(createReadStream(source.path, { highWaterMark: Math.min(readBytes, source.bytes + 1) }), {
      maxLineBytes: Infinity,
      reuse: true,
    });
    for await (const batch of lines) {
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

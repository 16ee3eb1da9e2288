// Rows on local disk, cut into pieces that the engine has memory for each: for the few tables whose rows are so large, or have so
// many values, that it has none for all at once.
import { unlink } from 'node:fs/promises';

import { LocalFile } from '@s3-connectors/common/local-disk/local-file.ts';

import { fitsEngine } from '../config/budgets.ts';
import { countValues } from '../rows/count-values.ts';
import { RowBuffer } from '@s3-connectors/common/records/row-buffer.ts';
import { rowsOf, type RowSource } from './made-file.ts';
import { rowBatches } from './row-batches.ts';

/** Each piece is removed when the next one is requested. `path`: of all pieces, in turn. Bound: two pieces, or the longest row. */
export async function* piecesOf(source: RowSource, path: string, engineBytes: number): AsyncGenerator<RowSource> {
  let piece = newPiece();
  for await (const { bytes, ends } of rowBatches(source)) {
    let start = 0;
    for (const end of ends) {
      const size = end + 1 - start;
      const values = countValues(bytes, start, end);
      const isFull = !fitsEngine({ bytes: piece.out.length + size, values: piece.values + values }, engineBytes);
      if (isFull && piece.rows > 0) {
        yield* written(piece, path);
        piece = newPiece();
      }
      piece.out.copy(bytes, start, end + 1);
      piece.rows += 1;
      piece.values += values;
      piece.longestRow = Math.max(piece.longestRow, size);
      start = end + 1;
    }
  }
  if (piece.rows > 0) yield* written(piece, path);
}

type Piece = { readonly out: RowBuffer; rows: number; values: number; longestRow: number };

function newPiece(): Piece {
  return { out: new RowBuffer(), rows: 0, values: 0, longestRow: 0 };
}

async function* written({ out, rows, longestRow }: Piece, path: string): AsyncGenerator<RowSource> {
  {
    await using file = await LocalFile.open(path, 'new');
    await file.write(out.bytes);
  }
  try {
    yield rowsOf([{ path, rows, bytes: out.length, longestRow }]);
  } finally {
    await unlink(path);
  }
}

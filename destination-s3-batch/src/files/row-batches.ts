// Rows on local disk, read again.
import { createReadStream } from 'node:fs';

import { readLines, type LineBatch } from '@s3-connectors/common/protocol/lines.ts';

import type { RowSource } from './made-file.ts';

const readBytes = 1024 * 1024;

/** A batch is valid until the next one is asked for. Bound: a few chunks of 1 MiB, or of the longest row. */
export async function* rowBatches({ paths, bytes }: Pick<RowSource, 'paths' | 'bytes'>): AsyncGenerator<LineBatch> {
  const highWaterMark = Math.min(readBytes, bytes + 1); // The whole buffer is taken for a file of a few bytes, too.
  for (const path of paths) {
    yield* readLines(createReadStream(path, { highWaterMark }), { maxLineBytes: Infinity, reuse: true });
  }
}

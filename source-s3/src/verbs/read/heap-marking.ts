// How V8 marks its heap while files are read.
import { setFlagsFromString } from 'node:v8';

/**
 * While files are read, buffers come and go, and V8 would mark the heap again and again in small steps. These cost more than the
 * few marks that are needed (docs/adr/0013): a fifth of the CPU time of nested JSON lines. While tables are listed or a catalog is
 * made, the steps keep memory low.
 */
export async function* markedAtOnce<Item, Result>(reading: AsyncGenerator<Item, Result>): AsyncGenerator<Item, Result> {
  setFlagsFromString('--no-incremental-marking');
  try {
    return yield* reading;
  } finally {
    setFlagsFromString('--incremental-marking');
  }
}

// How V8 is to treat this program's memory, whichever face it has. To be called before anything else.
import { setFlagsFromString } from 'node:v8';

/**
 * Nearly all memory is in buffers outside V8's small heap, and V8's answers to that are wrong for us. It would mark the heap
 * anew for every few megabytes of input: a fifth of all CPU time. And it would let its young generation grow by 50 MB.
 */
export function tuneMemory(): void {
  setFlagsFromString('--no-incremental-marking');
  setFlagsFromString('--semi-space-growth-factor=1');
}

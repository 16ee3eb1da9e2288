// Sets how V8 treats the memory of this program, Airbyte or Singer. Call it before anything else.
import { setFlagsFromString } from 'node:v8';

/**
 * Nearly all memory is in buffers outside V8's small heap, for which V8's defaults are wrong. It would mark the heap again for
 * every few megabytes of input, which takes a fifth of all CPU time, and its young generation would grow by 50 MB.
 */
export function tuneMemory(): void {
  setFlagsFromString('--no-incremental-marking');
  setFlagsFromString('--semi-space-growth-factor=1');
}

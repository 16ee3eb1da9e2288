// What V8 is told before anything runs, by every executable of the source.
import { setFlagsFromString } from 'node:v8';

/**
 * A page of a listing is some megabytes of small objects for a moment. After a few of them V8 would let its young generation
 * grow by 90 MB, and let the old one grow to three times what is alive in it before it collects that, with as much in buffers
 * that only it knows to be of no use (docs/adr/0020).
 */
export function tuneMemory(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=20');
}

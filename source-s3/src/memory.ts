// Settings of V8 before anything runs, for every executable of the source.
import { setFlagsFromString } from 'node:v8';

/**
 * A page of a listing is briefly some megabytes of small objects. After a few pages V8 would let its young generation grow by 90
 * MB, and let the old one grow to three times its live size before collecting it, with as much in buffers that only the collector
 * can free (docs/adr/0020).
 */
export function tuneMemory(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=20');
}

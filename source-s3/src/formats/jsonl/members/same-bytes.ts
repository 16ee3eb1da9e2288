// What a line has like the line before it, compared four bytes at a step.
import { wordBytes } from '@s3-connectors/common/json/words.ts';

/** Whether [start, end) of the memory stands again at `at`; false also when it is shorter than a word. */
export function isSameAt(
  view: DataView,
  { start, end }: { readonly start: number; readonly end: number },
  at: number,
): boolean {
  const lastWord = end - wordBytes;
  const shift = at - start;
  if (lastWord < start || end + shift > view.byteLength) return false;
  for (let place = start; place < lastWord; place += 4) {
    if (view.getInt32(place, true) !== view.getInt32(place + shift, true)) return false;
  }
  return view.getInt32(lastWord, true) === view.getInt32(lastWord + shift, true);
}

// What most of a JSON line is, strings and the keys of the line before, passed over four bytes at a step.
import { QUOTE, skipString } from '@s3-connectors/common/json/json-bytes.ts';

import { escapable, firstOf, marksOf, wordBytes } from '../text/words.ts';

/** As `skipString`; `view` is of the same memory. */
export function stringEnd(bytes: Uint8Array, view: DataView, at: number): number {
  const lastWord = view.byteLength - wordBytes;
  let next = at + 1;
  while (next <= lastWord) {
    const marks = marksOf(escapable(view.getInt32(next, true)));
    if (marks === 0) next += 4;
    else {
      next += firstOf(marks);
      return bytes[next] === QUOTE ? next + 1 : skipString(bytes, next - 1);
    }
  }
  return skipString(bytes, next - 1); // It goes on from there as behind an opening quote.
}

/** Whether [start, end) of the memory stands again at `at`; false also when it is shorter than a word. */
export function standsAgain(
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

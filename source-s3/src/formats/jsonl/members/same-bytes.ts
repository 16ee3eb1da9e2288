// What a line shares with the previous line, compared four bytes at a time.
import { wordBytes } from '@s3-connectors/common/json/words.ts';

/** Whether the bytes [start, end) are repeated at `at`. Also false if there are fewer bytes than a word. */
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

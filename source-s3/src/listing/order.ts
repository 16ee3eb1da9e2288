// Sorting by places instead of moving what is sorted.

/**
 * The numbers from 0 to before `length` in the order of `compare`; equal ones stay in theirs. Bound: eight bytes a number.
 * That of V8 for typed arrays takes 24, most of them on its heap.
 */
export function orderOf(length: number, compare: (a: number, b: number) => number): Uint32Array {
  let sorted = new Uint32Array(length);
  let merged = new Uint32Array(length);
  for (let place = 0; place < length; place++) sorted[place] = place;
  for (let width = 1; width < length; width *= 2) {
    for (let start = 0; start < length; start += 2 * width) {
      const middle = Math.min(start + width, length);
      merge(sorted, merged, { start, middle, end: Math.min(middle + width, length) }, compare);
    }
    [sorted, merged] = [merged, sorted];
  }
  return sorted;
}

type Runs = { readonly start: number; readonly middle: number; readonly end: number };

function merge(
  from: Uint32Array,
  to: Uint32Array,
  { start, middle, end }: Runs,
  compare: (a: number, b: number) => number,
): void {
  let [left, right] = [start, middle];
  for (let at = start; at < end; at++) {
    const [a = 0, b = 0] = [from[left], from[right]];
    const isLeft = right >= end || (left < middle && compare(a, b) <= 0);
    to[at] = isLeft ? a : b;
    if (isLeft) left++;
    else right++;
  }
}

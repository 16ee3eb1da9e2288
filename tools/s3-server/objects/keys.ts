// The order of keys. S3 lists in the order of their UTF-8 bytes, which is that of code points and not that of JavaScript's
// strings: there the surrogates of U+10000 and above sort below U+E000.

export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** The first index from `from` on whose key is not `before`; keys that are stand together at the front. */
export function firstIndex(keys: readonly string[], before: (key: string) => boolean, from = 0): number {
  let low = from;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (before(keys[middle] ?? '')) low = middle + 1;
    else high = middle;
  }
  return low;
}

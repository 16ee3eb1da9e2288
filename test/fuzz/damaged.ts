// Valid bytes with some damage: what a fuzzer needs to come further than the first check of a parser.
import * as fc from 'fast-check';

type Damage =
  | { readonly kind: 'set'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: 'remove'; readonly at: number; readonly length: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly length: number }
  | { readonly kind: 'cut'; readonly at: number };

/** Bytes that are ends, signs or lengths somewhere; and the least and the greatest numbers. */
const edges: readonly Uint8Array[] = [
  [0],
  [1],
  [0x7f],
  [0x80],
  [0xff],
  [0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0x7f],
  [0x80, 0x80, 0x80, 0x80, 0x08],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xc3],
  [0xed, 0xa0, 0x80],
].map((bytes) => Uint8Array.from(bytes));

type Options = {
  /** Texts of the format. */
  readonly tokens?: readonly string[];
  /** From the end: where a format has what leads to the rest. */
  readonly nearEnd?: number;
};

/** One of the files with up to eight damages; sometimes none. */
export function damaged(
  corpus: readonly Uint8Array[],
  { tokens = [], nearEnd = 0 }: Options = {},
): fc.Arbitrary<Uint8Array> {
  const place =
    nearEnd === 0
      ? fc.nat()
      : fc.oneof(
          fc.nat(),
          fc.nat({ max: nearEnd }).map((back) => -1 - back),
        );
  const bytes = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 4 }),
    fc.constantFrom(...edges),
    ...(tokens.length === 0 ? [] : [fc.constantFrom(...tokens.map((token) => Buffer.from(token)))]),
  );
  const length = fc.oneof(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 2000 }));
  const damage: fc.Arbitrary<Damage> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('set' as const), at: place, bytes }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('insert' as const), at: place, bytes }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), at: place, length }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('repeat' as const), at: place, length }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), at: place }) },
  );
  return fc
    .tuple(fc.constantFrom(...corpus), fc.array(damage, { maxLength: 8 }))
    .map(([whole, damages]) => damages.reduce(withDamage, whole));
}

function withDamage(whole: Uint8Array, damage: Damage): Uint8Array {
  const at = placeIn(whole, damage.at);
  const [before, after] = [whole.subarray(0, at), whole.subarray(at)];
  switch (damage.kind) {
    case 'set':
      return Buffer.concat([before, damage.bytes, after.subarray(damage.bytes.length)]);
    case 'insert':
      return Buffer.concat([before, damage.bytes, after]);
    case 'remove':
      return Buffer.concat([before, after.subarray(damage.length)]);
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, damage.length), after]);
    case 'cut':
      return before;
    default:
      return whole;
  }
}

/** A negative place counts from the end. */
function placeIn(whole: Uint8Array, at: number): number {
  if (at < 0) return Math.max(0, whole.length + at);
  return at % (whole.length + 1);
}

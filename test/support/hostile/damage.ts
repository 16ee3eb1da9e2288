// Generated damage to bytes: near the values that must not be seen, at the ends, where formats have their headers, or anywhere.
import * as fc from 'fast-check';

type Damage = {
  readonly kind: 'flip' | 'byte' | 'invalid' | 'zeros' | 'cut' | 'drop' | 'repeat' | 'swap';
  readonly where: 'value' | 'start' | 'end' | 'anywhere';
  /** From 0 to 1. */
  readonly place: number;
  readonly size: number;
  readonly byte: number;
};

export const damages: fc.Arbitrary<readonly Damage[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('flip', 'byte', 'invalid', 'invalid', 'zeros', 'cut', 'drop', 'repeat', 'swap'),
    where: fc.constantFrom('value', 'value', 'start', 'end', 'anywhere'),
    place: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    size: fc.integer({ min: 1, max: 40 }),
    byte: fc.integer({ min: 0, max: 255 }),
  }),
  { minLength: 1, maxLength: 2 },
);

/** `values`: the bytes that damage is mainly aimed at. */
export function damaged(bytes: Buffer, all: readonly Damage[], values: readonly string[]): Buffer {
  const places = values.flatMap((value) => placesOf(bytes, Buffer.from(value)));
  return all.reduce((result, one) => damagedOnce(result, one, places), bytes);
}

function placesOf(bytes: Buffer, value: Buffer): readonly number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(value); at !== -1 && found.length < 200; at = bytes.indexOf(value, at + 1))
    found.push(at);
  return found;
}

function damagedOnce(bytes: Buffer, damage: Damage, places: readonly number[]): Buffer {
  const at = Math.max(0, Math.min(bytes.length - 1, placeIn(bytes, damage, places)));
  const end = Math.min(bytes.length, at + damage.size);
  const copy = Buffer.from(bytes);
  switch (damage.kind) {
    case 'flip':
      copy[at] = (copy[at] ?? 0) ^ (1 << (damage.byte % 8));
      return copy;
    case 'byte':
      copy[at] = damage.byte;
      return copy;
    case 'invalid':
      copy[at] = 0xff; // Not valid in UTF-8 text.
      return copy;
    case 'zeros':
      return copy.fill(0, at, end);
    case 'cut':
      return copy.subarray(0, at);
    case 'drop':
      return Buffer.concat([copy.subarray(0, at), copy.subarray(end)]);
    case 'repeat':
      return Buffer.concat([copy.subarray(0, end), copy.subarray(at)]);
    case 'swap':
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at, end).toReversed(), copy.subarray(end)]);
    default:
      return damage.kind satisfies never;
  }
}

function placeIn(bytes: Buffer, { where, place, size }: Damage, places: readonly number[]): number {
  switch (where) {
    case 'start':
      return 4 + Math.floor(place * 400);
    case 'end':
      return bytes.length - 9 - Math.floor(place * 1500);
    case 'value':
      return (places[Math.floor(place * places.length)] ?? 0) + size - 12;
    default:
      return Math.floor(place * bytes.length);
  }
}

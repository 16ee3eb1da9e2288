// Snappy's raw format, as in Avro blocks. https://github.com/google/snappy/blob/main/format_description.txt
import { Damage } from './damage.ts';

/** @throws Damage if the data is damaged or would be longer than `maxBytes`. */
export function unsnappy(source: Uint8Array, maxBytes: number): Buffer {
  const { value: length, at: start } = readLength(source);
  if (length > maxBytes) throw new RangeError(`it inflates to ${length} bytes`);
  const target = Buffer.allocUnsafeSlow(length);
  let to = 0;
  let at = start;
  while (at < source.length) {
    const tag = source[at++] ?? 0;
    if ((tag & 3) === 0) {
      let size = tag >>> 2;
      if (size >= 60) {
        const bytes = size - 59;
        size = little(source, at, bytes);
        at += bytes;
      }
      size++;
      if (size > source.length - at || size > length - to) throw new Damage('a literal is too long');
      target.set(source.subarray(at, at + size), to);
      at += size;
      to += size;
      continue;
    }
    const offsetBytes = [0, 1, 2, 4][tag & 3] ?? 0;
    const isShort = offsetBytes === 1;
    const size = isShort ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    const offset = little(source, at, offsetBytes) + (isShort ? (tag >>> 5) << 8 : 0);
    at += offsetBytes;
    if (offset === 0 || offset > to || size > length - to) throw new Damage('a copy goes beyond the data');
    copyBack(target, to, offset, size);
    to += size;
  }
  if (to !== length) throw new Damage('it ends early');
  return target;
}

/** The copied bytes may be those that the copy has just written. */
function copyBack(target: Buffer, to: number, offset: number, size: number): void {
  if (offset >= size) target.copyWithin(to, to - offset, to - offset + size);
  else for (let index = 0; index < size; index++) target[to + index] = target[to + index - offset] ?? 0;
}

function readLength(source: Uint8Array): { value: number; at: number } {
  let value = 0;
  for (let at = 0; at < 5; at++) {
    const byte = source[at] ?? 0x80;
    value += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return { value, at: at + 1 };
  }
  throw new Damage('its length is damaged');
}

function little(source: Uint8Array, at: number, bytes: number): number {
  let value = 0;
  for (let index = 0; index < bytes; index++) value += (source[at + index] ?? 0) * 2 ** (8 * index);
  return value;
}

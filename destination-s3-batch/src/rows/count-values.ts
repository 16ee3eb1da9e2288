// How many values a row has: keys too, since each costs the engine as much.
import { QUOTE, skipString } from '@s3-connectors/common/json/json-bytes.ts';

const COLON = 0x3a;
const COMMA = 0x2c;

/** bytes[start, end) is valid JSON. */
export function countValues(bytes: Uint8Array, start: number, end: number): number {
  let values = 1;
  for (let at = start; at < end;) {
    const byte = bytes[at];
    if (byte === COLON || byte === COMMA) values += 1;
    at = byte === QUOTE ? skipString(bytes, at) : at + 1;
  }
  return values;
}

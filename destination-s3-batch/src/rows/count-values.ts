// The number of values in a row. Keys count, too, because each costs the engine as much.
import { COLON, COMMA, QUOTE } from '@s3-connectors/common/json/ascii.ts';
import { skipString } from '@s3-connectors/common/json/json-bytes.ts';

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

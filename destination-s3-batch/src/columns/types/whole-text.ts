// Whether the escapes of a JSON string say something that can be stored: the engine takes neither half of a surrogate pair
// nor the zero character.
import { BACKSLASH } from '@s3-connectors/common/json/ascii.ts';

/** bytes[start, end) is the content of a valid JSON string. */
export function isWholeText(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    if (bytes[at] !== BACKSLASH) continue;
    const length = bytes[at + 1] === 0x75 ? escapeLength(bytes, at) : 2;
    if (length === 0) return false;
    at += length - 1;
  }
  return true;
}

/** Bytes of the `\u` escape at `at`, with the second half of a pair; 0 for a half alone and for the zero character. */
function escapeLength(bytes: Uint8Array, at: number): number {
  const unit = codeUnit(bytes, at + 2);
  if (unit === 0 || (unit >= 0xdc00 && unit <= 0xdfff)) return 0;
  if (unit < 0xd800 || unit > 0xdbff) return 6;
  const isPair = bytes[at + 6] === BACKSLASH && bytes[at + 7] === 0x75;
  const second = isPair ? codeUnit(bytes, at + 8) : 0;
  return second >= 0xdc00 && second <= 0xdfff ? 12 : 0;
}

function codeUnit(bytes: Uint8Array, at: number): number {
  return Number.parseInt(Buffer.from(bytes.buffer, bytes.byteOffset + at, 4).toString('latin1'), 16);
}

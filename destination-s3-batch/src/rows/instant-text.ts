// The time of a row in the form of published tables, `2026-01-15T14:30:00.123Z`, without a Date for each row.
import { knownText } from '@s3-connectors/common/records/known-text.ts';
import type { RowBuffer } from '@s3-connectors/common/records/row-buffer.ts';

const dayMs = 86_400_000;
/** The last written text. */
const text = knownText('"1970-01-01T00:00:00.000Z"');
const { bytes } = text;
let lastDay = 0;

/** Writes milliseconds since 1970 as a JSON string. Hot path: rows of one day share its date. */
export function writeInstant(out: RowBuffer, ms: number): void {
  const day = Math.floor(ms / dayMs);
  if (day !== lastDay) {
    lastDay = day;
    bytes.set(Buffer.from(new Date(day * dayMs).toISOString().slice(0, 10)), 1);
  }
  const rest = ms - day * dayMs;
  const seconds = Math.floor(rest / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const fraction = rest - seconds * 1000;
  const hundreds = Math.floor(fraction / 100);
  twoDigits(12, hours);
  twoDigits(15, minutes - hours * 60);
  twoDigits(18, seconds - minutes * 60);
  bytes[21] = 0x30 + hundreds;
  twoDigits(22, fraction - hundreds * 100);
  out.known(text);
}

function twoDigits(at: number, value: number): void {
  const tens = Math.floor(value / 10);
  bytes[at] = 0x30 + tens;
  bytes[at + 1] = 0x30 + value - tens * 10;
}

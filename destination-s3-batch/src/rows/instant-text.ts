// The time of a row as published tables have it, `2026-01-15T14:30:00.123Z`, without a Date per row.
import type { RowBuffer } from '@s3-connectors/common/records/row-buffer.ts';

const dayMs = 86_400_000;
let lastDay = Number.NaN;
let lastDate = Buffer.alloc(0);

/** Writes milliseconds since 1970 as a JSON string. Hot path: rows of one day share its date. */
export function writeInstant(out: RowBuffer, ms: number): void {
  const day = Math.floor(ms / dayMs);
  if (day !== lastDay) {
    lastDay = day;
    lastDate = Buffer.from(`"${new Date(day * dayMs).toISOString().slice(0, 11)}`);
  }
  const rest = ms - day * dayMs;
  out.copy(lastDate, 0, lastDate.length);
  twoDigits(out, Math.floor(rest / 3_600_000), 0x3a);
  twoDigits(out, Math.floor(rest / 60_000) % 60, 0x3a);
  twoDigits(out, Math.floor(rest / 1000) % 60, 0x2e);
  const fraction = rest % 1000;
  out.byte(0x30 + Math.floor(fraction / 100));
  twoDigits(out, fraction % 100, 0x5a);
  out.byte(0x22);
}

function twoDigits(out: RowBuffer, value: number, after: number): void {
  out.byte(0x30 + Math.floor(value / 10));
  out.byte(0x30 + (value % 10));
  out.byte(after);
}

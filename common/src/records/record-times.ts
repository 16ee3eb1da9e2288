// The times of a record, from its bytes: its own, and the one that stands in where it has none.
import { emittedAt, eventTime } from './event-time.ts';
import type { Envelope } from './envelope.ts';

/**
 * The row's own time in milliseconds; NaN without a valid one. `timeField`: the number of the scanner's field that says it,
 * undefined for a snapshot, whose rows have none.
 */
export function ownTime(bytes: Uint8Array, found: Envelope, timeField: number | undefined, nowMs: number): number {
  const start = timeField === undefined ? -1 : (found.fieldStarts[timeField] as number);
  return start < 0 ? Number.NaN : eventTime(bytes, start, found.fieldEnds[timeField as number] as number, nowMs);
}

/** When the record was emitted, in milliseconds; now, if it does not say. */
export function emittedTime(bytes: Uint8Array, { emittedAtStart, emittedAtEnd }: Envelope, nowMs: number): number {
  const emitted = emittedAtStart < 0 ? Number.NaN : emittedAt(bytes, emittedAtStart, emittedAtEnd);
  return Number.isNaN(emitted) ? nowMs : emitted;
}

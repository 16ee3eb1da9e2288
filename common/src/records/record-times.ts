// The times of a record, from its bytes: its own, and the time that is used if it has none.
import { emittedAt, eventTime } from './event-time.ts';
import type { Envelope } from './envelope.ts';

/**
 * The row's own time in milliseconds; NaN if it has no valid one. `timeField`: the number of the scanner's field; undefined for
 * a snapshot, whose rows have no time.
 */
export function ownTime(bytes: Uint8Array, found: Envelope, timeField: number | undefined, nowMs: number): number {
  const start = timeField === undefined ? -1 : (found.fieldStarts[timeField] as number);
  return start < 0 ? Number.NaN : eventTime(bytes, start, found.fieldEnds[timeField as number] as number, nowMs);
}

/** When the record was emitted, in milliseconds. The present, if the record does not have it. */
export function emittedTime(bytes: Uint8Array, { emittedAtStart, emittedAtEnd }: Envelope, nowMs: number): number {
  const emitted = emittedAtStart < 0 ? Number.NaN : emittedAt(bytes, emittedAtStart, emittedAtEnd);
  return Number.isNaN(emitted) ? nowMs : emitted;
}

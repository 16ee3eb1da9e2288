// Records that are set aside instead of written: the reasons, the line that keeps such a record, and the share at which a run
// fails.
import { parseJson } from '../../json/parse-json.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import type { Envelope } from '../../records/envelope.ts';

/**
 * The closed list. `time_out_of_range`: no time, or a time before 2000 or more than 24 h ahead. `other_workspace`: not the
 * configured one. `too_late`, `too_early`: further from the present than `late_data` allows. `not_an_object`: `data` is missing
 * or of another type. `not_utf8`. `unknown_stream`: not in the catalog. `line_too_long`: only the beginning is kept.
 * `row_too_large`: for the engine's memory. `no_table`: an event whose name cannot have a table.
 */
export const REJECTION_REASONS = [
  'missing_field',
  'wrong_type',
  'time_out_of_range',
  'other_workspace',
  'too_late',
  'too_early',
  'not_an_object',
  'not_utf8',
  'unknown_stream',
  'line_too_long',
  'row_too_large',
  'no_table',
] as const;
type RejectionReason = (typeof REJECTION_REASONS)[number];

/** Why a record cannot become a row of any stream. */
export type RefusalReason = 'not_an_object' | 'not_utf8' | 'unknown_stream' | 'line_too_long';

export type Rejection = { readonly reason: RejectionReason; readonly field: string };

/** A run fails if it rejects at least this number of records of a stream, and more than this share. */
const manyRecords = 100;
const largeShare = 0.1;

/** The record with the reason, as JSON without a line end. */
export function rejectedLine({ reason, field }: Rejection, record: Uint8Array): Buffer {
  const head = `{"reason":"${reason}","field":${JSON.stringify(field.toWellFormed())},"record":`;
  return Buffer.concat([Buffer.from(head), record, Buffer.from('}')]);
}

/** A record that cannot become a row, as the line that keeps it. */
export type LineRefusal = Rejection & { readonly reason: RefusalReason; readonly kept: Buffer };

/** For a RECORD that was scanned. `record`: its data, if any. `isUtf8`: if false, the record is kept in base64. */
export function refusal(
  reason: RefusalReason,
  { bytes, found }: { readonly bytes: Buffer; readonly found: Envelope },
  { record = Buffer.from('null'), isUtf8 }: { readonly record?: Buffer | undefined; readonly isUtf8: boolean },
): LineRefusal {
  const field = reason === 'unknown_stream' ? 'stream' : 'data';
  const head = `{"reason":"${reason}","field":"${field}"${reason === 'unknown_stream' ? namesOf(bytes, found) : ''}`;
  const parts = isUtf8 ? [',"record":', record, '}'] : [',"record_base64":"', inBase64(record), '"}'];
  return { reason, field, kept: Buffer.concat([head, ...parts].map((part) => Buffer.from(part))) };
}

/** For a line of `size` bytes, of which only the beginning is kept. */
export function tooLongRefusal(beginning: Buffer, size: number): LineRefusal {
  const start = JSON.stringify(beginning.toString());
  const kept = Buffer.from(`{"reason":"line_too_long","field":"data","bytes":${size},"line_start":${start}}`);
  return { reason: 'line_too_long', field: 'data', kept };
}

/** Names are cut, because names outside the catalog may have any length. */
const maxNameLength = 1000;

function namesOf(bytes: Buffer, { streamStart, streamEnd, namespaceStart, namespaceEnd }: Envelope): string {
  const name = (start: number, end: number): string => {
    const value: unknown = parseJson(bytes.toString('utf8', start, end));
    return JSON.stringify(typeof value === 'string' ? value.slice(0, maxNameLength).toWellFormed() : null);
  };
  const namespace = namespaceStart < 0 ? '' : `,"namespace":${name(namespaceStart, namespaceEnd)}`;
  return `,"stream":${name(streamStart, streamEnd)}${namespace}`;
}

/** In pieces: one large text would take the same memory again. */
function inBase64(bytes: Buffer): Buffer {
  const pieceBytes = 3 * 16 * 1024;
  const text = Buffer.allocUnsafe(Math.ceil(bytes.length / 3) * 4);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    text.write(bytes.toString('base64', at, Math.min(at + pieceBytes, bytes.length)), (at / 3) * 4, 'latin1');
  }
  return text;
}

/** The error that ends the run if `invalid_records` is `fail`. `label`: names the stream; `line`: counted from 1. */
export function recordRefused(label: string, { reason, field }: Rejection, line: number): ConnectorError {
  const text = `The record of the stream "${label}" in line ${line} of the input is rejected: ${reason} of "${field}". Correct the source, or set "invalid_records" to "dead_letter".`;
  return new ConnectorError('RECORDS_REJECTED', text);
}

type Tally = {
  accepted: number;
  rejected: number;
  /** Bound: the reasons times the fields of the stream's schema. */
  readonly byCause: Map<string, Rejection & { count: number }>;
};

/** Whether a run that rejects `rejected` of `total` records fails. */
export function areTooMany(rejected: number, total: number): boolean {
  return rejected >= manyRecords && rejected > total * largeShare;
}

/**
 * Counts accepted and rejected records by stream. The number after the last stream stands for all streams that are not in the
 * catalog.
 */
export class RejectionTally {
  readonly #tallies: readonly Tally[];
  readonly #streams: number;

  constructor(streams: number) {
    this.#streams = streams;
    this.#tallies = Array.from({ length: streams + 1 }, () => ({ accepted: 0, rejected: 0, byCause: new Map() }));
  }

  /** Rejected records of all streams. */
  get rejected(): number {
    return this.#tallies.reduce((sum, tally) => sum + tally.rejected, 0);
  }

  /** Hot path. */
  accept(stream: number): void {
    (this.#tallies[stream] as Tally).accepted += 1;
  }

  reject(stream: number, { reason, field }: Rejection): void {
    const tally = this.#tallies[stream] as Tally;
    const cause = tally.byCause.get(`${reason} ${field}`);
    if (cause === undefined) tally.byCause.set(`${reason} ${field}`, { reason, field, count: 1 });
    else cause.count += 1;
    tally.rejected += 1;
  }

  /** Whether too many of the stream's records were rejected. */
  isExcessive(stream: number): boolean {
    return areTooMany((this.#tallies[stream] as Tally).rejected, this.#total(stream));
  }

  of(stream: number): { readonly accepted: number; readonly rejected: number } {
    return this.#tallies[stream] as Tally;
  }

  /** The stream's rejected records, by reason. */
  reasons(stream: number): ReadonlyMap<RejectionReason, number> {
    const counts = new Map<RejectionReason, number>();
    for (const { reason, count } of (this.#tallies[stream] as Tally).byCause.values()) {
      counts.set(reason, (counts.get(reason) ?? 0) + count);
    }
    return counts;
  }

  /** Records outside the catalog are compared with all records of the run. */
  #total(stream: number): number {
    const among = stream === this.#streams ? this.#tallies : [this.#tallies[stream] as Tally];
    return among.reduce((sum, { accepted, rejected }) => sum + accepted + rejected, 0);
  }

  /** A clause for each stream with too many rejected records, with the main reason. */
  excesses(label: (stream: number) => string): readonly string[] {
    return this.#tallies.flatMap(({ rejected, byCause }, stream) => {
      if (!this.isExcessive(stream)) return [];
      const total = this.#total(stream);
      if (stream === this.#streams)
        return [`${rejected} of ${total} records are of streams that are not in the catalog`];
      const [main] = [...byCause.values()].sort((a, b) => b.count - a.count);
      const cause = main === undefined ? '' : `, ${main.count} of them for ${main.reason} of "${main.field}"`;
      return [`${rejected} of ${total} records of the stream "${label(stream)}" were rejected${cause}`];
    });
  }
}

// Records that are set aside instead of written: why, the line that keeps them, and when they are too many for a run to be
// called a success.
import { ConnectorError } from '../protocol/errors.ts';

/**
 * The closed list. `time_out_of_range`: no time, or one before 2000 or more than 24 h ahead; `other_workspace`: not of the
 * configured one; `too_late`, `too_early`: further from the present than the policy for late data allows.
 */
export type RejectionReason =
  | 'missing_field'
  | 'wrong_type'
  | 'time_out_of_range'
  | 'other_workspace'
  | 'too_late'
  | 'too_early';

export type Rejection = { readonly reason: RejectionReason; readonly field: string };

/** A run fails that rejects so many records of a stream, if they are also more than this share of it. */
const manyRecords = 100;
const largeShare = 0.1;

/** The record bytes[start, end) with the reason, as JSON; the caller ends the line. */
export function rejectedLine({ reason, field }: Rejection, bytes: Uint8Array, start: number, end: number): Buffer {
  const head = `{"reason":"${reason}","field":${JSON.stringify(field)},"record":`;
  return Buffer.concat([Buffer.from(head), bytes.subarray(start, end), Buffer.from('}')]);
}

/** What ends the run where rejected records are to. `label`: of the stream; `line`: counted from 1. */
export function recordRefused(label: string, { reason, field }: Rejection, line: number): ConnectorError {
  const text = `The record of the stream "${label}" in line ${line} of the input is rejected: ${reason} of "${field}".`;
  return new ConnectorError('RECORDS_REJECTED', text);
}

type Tally = {
  accepted: number;
  rejected: number;
  /** Bound: the reasons times the fields of the stream's schema. */
  readonly byCause: Map<string, Rejection & { count: number }>;
};

/** What became of each stream's records. */
export class RejectionTally {
  readonly #tallies: readonly Tally[];

  constructor(streams: number) {
    this.#tallies = Array.from({ length: streams }, () => ({ accepted: 0, rejected: 0, byCause: new Map() }));
  }

  /** Records rejected, of all streams. */
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
    const { accepted, rejected } = this.#tallies[stream] as Tally;
    return rejected >= manyRecords && rejected > (accepted + rejected) * largeShare;
  }

  /** The streams with too many rejected records, each said in a clause with the main reason. */
  excesses(label: (stream: number) => string): readonly string[] {
    return this.#tallies.flatMap(({ accepted, rejected, byCause }, stream) => {
      if (!this.isExcessive(stream)) return [];
      const total = accepted + rejected;
      const [main] = [...byCause.values()].sort((a, b) => b.count - a.count);
      const cause = main === undefined ? '' : `, ${main.count} of them for ${main.reason} of "${main.field}"`;
      return [`${rejected} of ${total} records of the stream "${label(stream)}" were rejected${cause}`];
    });
  }
}

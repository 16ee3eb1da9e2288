// Changes records of the input that no reader would take, and counts by stream and field what is changed.
import { countNotNumbers, withNulls } from '../../json/not-numbers.ts';
import { replaceHalves } from '../../json/surrogates.ts';
import type { Envelope } from '../../records/envelope.ts';
import { withLastValues } from '../../records/last-values.ts';
import { findByField, RepairTally, type Repair } from '../../records/repairs.ts';

type StreamOf = (bytes: Buffer, found: Envelope) => number;
type Find = Parameters<typeof findByField>[2];

/** `found`: the parts of the record that was scanned last. */
export class LineRepairs {
  readonly tally = new RepairTally();
  readonly #streamOf: StreamOf;

  constructor(streamOf: StreamOf) {
    this.#streamOf = streamOf;
  }

  /** In place. */
  replaceHalves(bytes: Buffer, found: Envelope): void {
    this.#find('repairedTexts', bytes, found, (from, to, isTwin) => {
      return replaceHalves(bytes, from, to, isTwin ? 'code' : 'U+FFFD');
    });
  }

  /** `masked`: the line as `withNumbers` has it. */
  withNulls(line: Buffer, masked: Buffer, found: Envelope): Buffer {
    this.#find('nulled', masked, found, (from, to) => countNotNumbers(line, masked, from, to));
    return withNulls(line, masked);
  }

  /** Of the line bytes[start, end]; undefined if no object names a member twice. */
  withLastValues(
    bytes: Buffer,
    { start, end }: { readonly start: number; readonly end: number },
    found: Envelope,
  ): Buffer | undefined {
    if (found.dataStart < 0) return undefined;
    const stream = this.#streamOf(bytes, found);
    return withLastValues(bytes, { start, end, value: found.dataStart }, (path, count) => {
      this.tally.note(stream, 'repeatedKeys', path, count);
    });
  }

  #find(repair: Repair, bytes: Buffer, found: Envelope, find: Find): void {
    if (found.dataStart < 0) return;
    const stream = this.#streamOf(bytes, found);
    findByField(bytes, found.dataStart, find, (path, count) => this.tally.note(stream, repair, path, count));
  }
}

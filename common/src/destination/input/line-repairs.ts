// Repairs records that some readers would refuse, and counts each repair by stream and field.
import { countNotNumbers, withNulls } from '../../json/not-numbers.ts';
import { replaceHalves } from '../../json/surrogates.ts';
import type { Envelope } from '../../records/envelope.ts';
import { readableRow } from '../../records/readable-row.ts';
import { findByField, RepairTally, type Repair } from '../../records/repairs.ts';

type Find = Parameters<typeof findByField>[2];
type Span = { readonly start: number; readonly end: number };

/** `textColumns`: paths of fields with keys that users choose. Texts do not name them. */
export type Repaired = { readonly index: number; readonly textColumns?: readonly string[] };

/** `streamOf`: the stream of a record. */
export class LineRepairs extends RepairTally {
  readonly #streamOf: (bytes: Buffer, found: Envelope) => Repaired;

  constructor(streamOf: (bytes: Buffer, found: Envelope) => Repaired) {
    super();
    this.#streamOf = streamOf;
  }

  /** In place. */
  replaceHalves(bytes: Buffer, found: Envelope): void {
    this.#find('repairedTexts', bytes, found, (from, to, isTwin) => {
      return replaceHalves(bytes, from, to, isTwin ? 'code' : 'U+FFFD');
    });
  }

  /** `masked`: the line as `withNumbers` returned it and as it was scanned. */
  withNulls(line: Buffer, masked: Buffer, found: Envelope): Buffer {
    this.#find('nulled', masked, found, (from, to) => countNotNumbers(line, masked, from, to));
    return withNulls(line, masked);
  }

  /** `readable` gets a part of the input with `data`, such as its line. Undefined if it needs no change. */
  readable(bytes: Buffer, { start, end }: Span, found: Envelope): Buffer | undefined {
    if (found.dataStart < 0) return undefined;
    const stream = this.#streamOf(bytes, found);
    return readableRow(bytes, { start, end, value: found.dataStart }, (repair, path, count) => {
      this.#note(stream, repair, path, count);
    });
  }

  #note({ index, textColumns = [] }: Repaired, repair: Repair, path: string, count: number): void {
    const column = textColumns.find((text) => path.startsWith(`${text}.`) || path.startsWith(`${text}[`));
    this.note(index, repair, column ?? path, count);
  }

  #find(repair: Repair, bytes: Buffer, found: Envelope, find: Find): void {
    if (found.dataStart < 0) return;
    const stream = this.#streamOf(bytes, found);
    findByField(bytes, found.dataStart, find, (path, count) => this.#note(stream, repair, path, count));
  }
}

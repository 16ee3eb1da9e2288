// The fields of a record as members of a line. Most fields are text without anything to escape; they are copied four bytes at a
// time in one loop. All others go to writeField.
import type { LineBuilder } from '../../records/line-builder.ts';
import { QUOTE } from '@s3-connectors/common/json/ascii.ts';
import { wordBytes } from '@s3-connectors/common/json/words.ts';
import { nullTest, writeField, type Nulls, type NullTest, type CsvField, type WrittenValue } from './csv-field.ts';
import { plain } from './csv-fields.ts';
import type { CsvRecords } from './csv-records.ts';

const quotesBytes = 2;
const nullBytes = 4;
const nullWord = 0x6c6c756e; // `null`, the first letter lowest.

/** Slots by their place, as numbers that a loop reads quickly. */
type CsvRow = {
  readonly slots: readonly CsvField[];
  /** Lead k is leads[leadEnds[k - 1], leadEnds[k]). After the last one is room for a word. */
  readonly leads: DataView;
  readonly leadEnds: Int32Array;
  readonly fields: Int32Array;
  /** 1 if a field is written as text. */
  readonly isText: Uint8Array;
  readonly isNull: NullTest;
  /** Longer fields are not null. */
  readonly longestNull: number;
};

export function csvRow(slots: readonly CsvField[], nulls: Nulls): CsvRow {
  const leads = Buffer.concat([...slots.map(({ lead }) => lead), new Uint8Array(wordBytes)]);
  let end = 0;
  return {
    slots,
    leads: new DataView(leads.buffer, leads.byteOffset, leads.length),
    leadEnds: Int32Array.from(slots, ({ lead }) => (end += lead.length)),
    fields: Int32Array.from(slots, ({ field }) => field),
    isText: Uint8Array.from(slots, ({ type }) => (type === undefined ? 1 : 0)),
    isNull: nullTest(nulls),
    longestNull: Math.max(-1, ...nulls.nullValues.map((text) => Buffer.byteLength(text))),
  };
}

/** A slot whose field was written as null, because it does not fit its type. */
type Misfit = { readonly slot: CsvField; readonly written: Exclude<WrittenValue, 'written'> };

/** @returns undefined: there is none. */
export function writeRow(out: LineBuilder, records: CsvRecords, row: CsvRow): Misfit[] | undefined {
  const { leads, leadEnds, fields, isText, isNull, longestNull } = row;
  const { starts, ends, making, seen } = records.fields;
  const { bytes, view: source } = records.text;
  const lastWord = source.byteLength - wordBytes;
  const mostBytes = leads.byteLength + records.end - records.start + (quotesBytes + nullBytes) * fields.length;
  let to = out.room(mostBytes);
  let { view } = out;
  let lead = 0;
  let misfits: Misfit[] | undefined;
  for (let index = 0; index < fields.length; index++) {
    const leadEnd = leadEnds[index] as number;
    for (let shift = to - lead, at = lead; at < leadEnd; at += 4)
      view.setInt32(at + shift, leads.getInt32(at, true), true);
    to += leadEnd - lead;
    lead = leadEnd;
    const field = fields[index] as number;
    const start = starts[field] as number;
    const end = ends[field] as number;
    const isPlain = making[field] === plain && end <= lastWord;
    if (isPlain && end - start <= longestNull && isNull(bytes, start, end)) {
      view.setInt32(to, nullWord, true);
      to += nullBytes;
    } else if (isPlain && isText[index] === 1) {
      view.setInt8(to++, QUOTE);
      for (let shift = to - start, at = start; at < end; at += 4) {
        view.setInt32(at + shift, source.getInt32(at, true), true);
      }
      to += end - start;
      view.setInt8(to++, QUOTE);
    } else {
      out.wrote(to);
      const slot = row.slots[index] as CsvField;
      const written = writeField(out, records, { slot, isNull });
      if (written !== 'written') misfits = [...(misfits ?? []), { slot, written }];
      to = out.room(mostBytes);
      ({ view } = out);
    }
  }
  out.wrote(to, seen);
  return misfits;
}

// What a writer of Avro values writes to.
import type { LineBuilder } from '../../records/line-builder.ts';
import type { AvroBytes } from './avro-bytes.ts';

/** Where a row goes; `lost` takes the names of values that JSON or the catalog's type cannot hold, and that became null. */
export type AvroRow = { readonly out: LineBuilder; readonly lost: string[] };

/** Reads one value and writes it. @throws AvroDamage */
export type WriteValue = (from: AvroBytes, row: AvroRow) => void;

export const nullText = Buffer.from('null');

/** Reads a value that nobody asked for. */
export function pass(from: AvroBytes, row: AvroRow, write: WriteValue): void {
  const mark = row.out.mark();
  const losses = row.lost.length;
  write(from, row);
  row.out.takeBack(mark);
  row.lost.length = losses;
}

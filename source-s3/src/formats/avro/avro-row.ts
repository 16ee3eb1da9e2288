// The output of a writer of Avro values.
import type { LineBuilder } from '../../records/line-builder.ts';
import type { AvroBytes } from './avro-bytes.ts';

/** The output of a row. `lost` takes the names of values that became null, because JSON or the catalog's type cannot hold them. */
export type AvroRow = { readonly out: LineBuilder; readonly lost: string[] };

/** Reads one value and writes it. @throws AvroDamage */
export type WriteValue = (from: AvroBytes, row: AvroRow) => void;

export const nullText = Buffer.from('null');

/** Reads a value that is not in the catalog. @returns its JSON, valid until something is written. */
export function pass(from: AvroBytes, row: AvroRow, write: WriteValue): Buffer {
  const mark = row.out.lineBytes;
  const losses = row.lost.length;
  write(from, row);
  row.lost.length = losses;
  return row.out.takeBack(mark);
}

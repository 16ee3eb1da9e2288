// The positions of the fields of one CSV record in the text, and their form. The cutters write it, the writer reads it.
import { doubled } from '@s3-connectors/common/streams/grown-buffer.ts';

/** A field's bytes are a valid JSON string as they are. */
export const plain = 0;
/** They are text as it is, which JSON may have to escape. */
export const literal = 1;
/** They have doubled quotes or escapes of the dialect. */
export const escaped = 2;

export type Making = typeof plain | typeof literal | typeof escaped;

/** One object is reused for all records. Bound: 9 bytes for each field of the widest record, twice that while it grows. */
export class CsvFields {
  /** Field k is the text's bytes[starts[k], ends[k]), without the quotes around it. */
  starts = new Int32Array(64);
  ends = new Int32Array(64);
  /** A `Making` for each field. */
  making = new Uint8Array(64);
  count = 0;
  /** Without high bits the record is ASCII. */
  seen = 0;

  add(start: number, end: number, making: Making): void {
    if (this.count === this.starts.length) this.#grow();
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.making[this.count] = making;
    this.count++;
  }

  /** The text has moved `by` bytes towards the start. */
  moveBack(by: number): void {
    for (let field = 0; field < this.count; field++) {
      this.starts[field] = (this.starts[field] ?? 0) - by;
      this.ends[field] = (this.ends[field] ?? 0) - by;
    }
  }

  #grow(): void {
    this.starts = doubled(this.starts);
    this.ends = doubled(this.ends);
    this.making = doubled(this.making);
  }
}

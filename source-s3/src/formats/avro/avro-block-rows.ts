// The rows of Avro blocks, one after another. Cutting and writing are one step, because the end of a row is known only once it is
// read.
import type { LineBuilder } from '../../records/line-builder.ts';
import type { Findings } from '../contract/format.ts';
import type { RowCutter, RowWriter } from '../contract/placed-lines.ts';
import type { AvroBlock } from './avro-blocks.ts';
import { AvroBytes, AvroDamage } from './avro-bytes.ts';
import { inflateBlock, type Codec } from './avro-codec.ts';
import type { AvroRowWriter } from './avro-rows.ts';

/** Rows of only nulls take no bytes. More of them in a block count as damage. */
const maxEmptyRows = 1_000_000;

/** Bound: a block, stored and decompressed. A block without a row to write is not decompressed. */
export class AvroBlockRows implements RowCutter<AvroBlock>, RowWriter {
  readonly #codec: Codec;
  readonly #writer: AvroRowWriter;
  #block: AvroBlock | undefined;
  #inflated: AvroBytes | undefined;
  /** The number of the current row, from 1. */
  #row = 0;
  #rowsRead = 0;

  constructor(codec: Codec, writer: AvroRowWriter) {
    this.#codec = codec;
    this.#writer = writer;
  }

  get start(): number {
    return this.#block?.start ?? 0;
  }

  get label(): string {
    return `row ${this.#row} of the block at byte ${this.start}`;
  }

  push(block: AvroBlock): void {
    this.#block = block;
    this.#inflated = undefined;
    this.#row = 0;
    this.#rowsRead = 0;
  }

  finish(): void {
    this.#block = undefined;
  }

  /** @throws AvroDamage if a block does not end with its last row. */
  next(): boolean {
    if (this.#row < (this.#block?.rows ?? 0)) {
      this.#row++;
      return true;
    }
    if (this.#inflated?.isAtEnd === false) throw new AvroDamage('a block holds more than its rows');
    return false;
  }

  /** @throws AvroDamage */
  write(out: LineBuilder): string | undefined {
    const from = (this.#inflated ??= this.#inflate());
    if (this.#rowsRead < this.#row - 1) this.#passRows(from, out);
    this.#writer.write(from, out);
    this.#rowsRead++;
    return out.endLine() ? undefined : 'holds text that is not UTF-8';
  }

  findings(): Findings {
    return this.#writer.findings();
  }

  /** Skips the rows that an earlier run sent. */
  #passRows(from: AvroBytes, out: LineBuilder): void {
    for (; this.#rowsRead < this.#row - 1; this.#rowsRead++) {
      this.#writer.write(from, out);
      out.dropLine();
    }
    this.#writer.findings(); // Findings of rows that were counted before.
  }

  #inflate(): AvroBytes {
    const { data, rows } = this.#block ?? { data: Buffer.alloc(0), rows: 0 };
    const from = new AvroBytes(inflateBlock(data, this.#codec));
    if (rows > Math.max(from.bytes.length, maxEmptyRows)) throw new AvroDamage('a block has more rows than bytes');
    return from;
  }
}

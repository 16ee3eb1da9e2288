// Writes Thrift's compact protocol: the footers of our local copies.
import { grownBuffer } from '@s3-connectors/common/streams/grown-buffer.ts';

import { types } from './thrift.ts';

/** The bytes of structs, one after another in one growing buffer. */
export class ThriftWriter {
  #bytes = Buffer.alloc(4096);
  #length = 0;
  #field = 0;

  /** The bytes so far. They are valid until more is written. */
  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  i32(field: number, value: number): void {
    this.#head(field, types.i32);
    this.#number(value);
  }

  i64(field: number, value: number): void {
    this.#head(field, types.i64);
    this.#number(value);
  }

  text(field: number, value: Uint8Array): void {
    this.#head(field, types.binary);
    this.#varint(value.length);
    this.#raw(value);
  }

  /** Copies a value from another struct, of that type. */
  copy(field: number, type: number, value: Uint8Array): void {
    this.#head(field, type);
    this.#raw(value);
  }

  struct(field: number, write: () => void): void {
    this.#head(field, types.struct);
    this.#inside(write);
  }

  structs<T>(field: number, items: readonly T[], write: (item: T) => void): void {
    this.#head(field, types.list);
    this.#listHead(items.length, types.struct);
    for (const item of items) this.#inside(() => write(item));
  }

  /** An item of a list of structs whose head is written elsewhere. */
  item(write: () => void): void {
    this.#inside(write);
  }

  /** An empty list, of numbers or texts. */
  nothing(field: number, type: number): void {
    this.#head(field, types.list);
    this.#listHead(0, type);
  }

  /** Ends the current struct. */
  stop(): void {
    this.#byte(0);
  }

  #inside(write: () => void): void {
    const outer = this.#field;
    this.#field = 0;
    write();
    this.stop();
    this.#field = outer;
  }

  #head(field: number, type: number): void {
    const delta = field - this.#field;
    this.#field = field;
    if (delta > 0 && delta < 16) this.#byte((delta << 4) | type);
    else {
      this.#byte(type);
      this.#number(field);
    }
  }

  #listHead(items: number, type: number): void {
    if (items < 15) this.#byte((items << 4) | type);
    else {
      this.#byte(0xf0 | type);
      this.#varint(items);
    }
  }

  #number(value: number): void {
    this.#varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  #varint(value: number): void {
    let left = value;
    for (; left >= 128; left = Math.floor(left / 128)) this.#byte((left % 128) | 128);
    this.#byte(left);
  }

  #byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  #raw(value: Uint8Array): void {
    this.#room(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  #room(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    this.#bytes = grownBuffer(this.#bytes, this.#length, Math.max(this.#bytes.length * 2, this.#length + count));
  }
}

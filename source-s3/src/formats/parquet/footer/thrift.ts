// Reads Thrift's compact protocol, in which Parquet writes its footer and the headers of its pages.
// https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md

/** A field of a struct: its number, its type, and where its value begins. */
type Field = { readonly id: number; readonly type: number; readonly at: number };

/** The bytes are not Thrift, or end too early. */
export class ThriftDamage extends Error {}

const stop = 0;
/** Numbers of the types, in fields. */
export const types = {
  isTrue: 1,
  isFalse: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
} as const;
const maxDepth = 32;

/** A position in bytes, which reading moves. */
export class ThriftBytes {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  /**
   * The fields of the struct that begins here. At the end, the position is after the struct. A value is either read completely, by
   * its type, or skipped.
   */
  *fields(depth = 0): Generator<Field> {
    let id = 0;
    for (let head = this.#byte(); head !== stop; head = this.#byte()) {
      const type = head & 0x0f;
      id = head >>> 4 === 0 ? this.number() : id + (head >>> 4);
      const { at } = this;
      yield { id, type, at };
      if (this.at === at) this.skip(type, depth);
    }
  }

  /** The head of the list that begins here. Its items follow. */
  list(): { readonly items: number; readonly type: number } {
    const head = this.#byte();
    const items = head >>> 4 === 0x0f ? this.#varint() : head >>> 4;
    return { items, type: head & 0x0f };
  }

  /** A whole number of any width, within JavaScript's range. */
  number(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Bytes of any length. The value is a view of them. */
  binary(): Uint8Array {
    const length = this.#varint();
    const start = this.at;
    this.#pass(length);
    return this.bytes.subarray(start, this.at);
  }

  /** Skips a value. A boolean in a field has no bytes. */
  skip(type: number, depth: number): void {
    if (depth > maxDepth) throw new ThriftDamage('structs are nested too deeply');
    if (type === types.isTrue || type === types.isFalse) return;
    if (type === types.struct) this.#skipStruct(depth + 1);
    else if (type === types.list || type === types.set) this.#skipList(depth + 1);
    else if (type === types.map) this.#skipMap(depth + 1);
    else if (type === types.binary) this.#pass(this.#varint());
    else if (type === types.double) this.#pass(8);
    else if (type === types.byte) this.#pass(1);
    else if (type === types.i16 || type === types.i32 || type === types.i64) this.#varint();
    else throw new ThriftDamage(`there is no type ${type}`);
  }

  #skipStruct(depth: number): void {
    for (let head = this.#byte(); head !== stop; head = this.#byte()) {
      if (head >>> 4 === 0) this.#varint();
      this.skip(head & 0x0f, depth);
    }
  }

  #skipList(depth: number): void {
    const { items, type } = this.list();
    for (let item = 0; item < items; item++) this.#skipItem(type, depth);
  }

  #skipMap(depth: number): void {
    const entries = this.#varint();
    if (entries === 0) return;
    const types = this.#byte();
    for (let entry = 0; entry < entries; entry++) {
      this.#skipItem(types >>> 4, depth);
      this.#skipItem(types & 0x0f, depth);
    }
  }

  /** In lists and maps a boolean takes a byte. */
  #skipItem(type: number, depth: number): void {
    if (type === types.isTrue || type === types.isFalse) this.#pass(1);
    else this.skip(type, depth);
  }

  #varint(): number {
    let value = 0;
    let scale = 1;
    for (let read = 0; read < 10; read++, scale *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw new ThriftDamage('a number has more than 64 bits');
  }

  #byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new ThriftDamage('the bytes end inside a value');
    return byte;
  }

  #pass(count: number): void {
    this.at += count;
    if (this.at > this.bytes.length) throw new ThriftDamage('the bytes end inside a value');
  }
}

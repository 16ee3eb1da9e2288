// Reads Avro's binary encoding from a block, number by number. https://avro.apache.org/docs/1.12.0/specification/#binary-encoding

/** The bytes do not match the schema. The message is the reason. */
export class AvroDamage extends Error {}

export class AvroBytes {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new AvroDamage('a value goes beyond the end of its block');
    return byte;
  }

  /** Skips the next `length` bytes. @returns their start. */
  take(length: number): number {
    const start = this.at;
    if (length < 0 || length > this.bytes.length - start)
      throw new AvroDamage('a value goes beyond the end of its block');
    this.at += length;
    return start;
  }

  /** A whole number within JavaScript's range: lengths, counts, indexes. */
  count(): number {
    const value = this.long();
    if (typeof value === 'bigint') throw new AvroDamage('a length is out of bounds');
    return value;
  }

  /** Up to 64 bits, exact: a bigint if a number would not be exact. */
  long(): number | bigint {
    let low = 0;
    let byte = this.byte();
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let shift = 0;
    while (byte >= 0x80 && shift < 21) {
      low |= (byte & 0x7f) << shift;
      shift += 7;
      byte = this.byte();
    }
    low |= (byte & 0x7f) << shift;
    if (byte < 0x80) return (low >>> 1) ^ -(low & 1);
    return this.#long(low);
  }

  /** After the first 28 bits. */
  #long(low: number): number | bigint {
    let middle = 0;
    let byte = 0x80;
    for (let shift = 0; shift < 28 && byte >= 0x80; shift += 7) {
      byte = this.byte();
      middle |= (byte & 0x7f) << shift;
    }
    if (byte < 0x80 && middle < 2 ** 24) {
      const value = middle * 2 ** 28 + low;
      return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    const value = (BigInt(byte < 0x80 ? 0 : this.#top()) << 56n) | (BigInt(middle) << 28n) | BigInt(low);
    const long = (value >> 1n) ^ -(value & 1n);
    const number = Number(long);
    return Number.isSafeInteger(number) ? number : long;
  }

  /** The last 8 bits. */
  #top(): number {
    const byte = this.byte();
    if (byte < 0x80) return byte;
    const last = this.byte();
    if (last > 1) throw new AvroDamage('a number has more than 64 bits');
    return (byte & 0x7f) | (last << 7);
  }
}

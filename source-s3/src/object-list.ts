// Objects of one table in little memory: a table can have a million files, and as JavaScript objects each of them takes
// three hundred bytes. Here it takes about 55 and its key's below the table.
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

const chunkBytes = 1024 * 1024;
const sizeBytes = 6; // Up to 2^48; S3 ends at 5 TB.
const lengthBytes = 2; // Keys have at most 1,024 bytes.
const headBytes = sizeBytes + 2 * lengthBytes;
const digestEtag = /^"[0-9a-f]{32}"$/u;
const digestBytes = 16;
/** Stands for the length of an ETag that is kept as the bytes of its digest. */
const digestMark = 0xffff;

export class ObjectList implements Iterable<ListedObject> {
  readonly #prefix: string;
  readonly #chunks: Buffer[] = [];
  /** Bytes used of the last chunk. */
  #used = chunkBytes;
  #times = new Float64Array(1024);
  /** Number of the chunk and place in it, as one number. */
  #places = new Float64Array(1024);
  #length = 0;
  #bytes = 0;
  #order: Uint32Array | undefined;

  /** All keys begin with `prefix`. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get length(): number {
    return this.#length;
  }

  /** Sizes of all. */
  get totalBytes(): number {
    return this.#bytes;
  }

  add({ key, etag, size, lastModified }: ListedObject): void {
    const path = Buffer.from(key.slice(this.#prefix.length));
    const isDigest = digestEtag.test(etag);
    const tag = isDigest ? Buffer.from(etag.slice(1, -1), 'hex') : Buffer.from(etag);
    const place = this.#reserve(headBytes + path.length + tag.length);
    const chunk = this.#chunkOf(place);
    let at = chunk.writeUIntLE(size, place % chunkBytes, sizeBytes);
    at = chunk.writeUInt16LE(path.length, at);
    at = chunk.writeUInt16LE(isDigest ? digestMark : tag.length, at);
    at += path.copy(chunk, at);
    tag.copy(chunk, at);
    if (this.#length === this.#times.length) this.#grow();
    this.#times[this.#length] = lastModified.getTime();
    this.#places[this.#length] = place;
    this.#length++;
    this.#bytes += size;
  }

  /** By LastModified, then by the bytes of the key: the order of reading. */
  sort(): void {
    const order = Uint32Array.from({ length: this.#length }, (_, index) => index);
    const isSorted = order.every((index) => index === 0 || this.#compare(index - 1, index) <= 0);
    this.#order = isSorted ? undefined : order.sort((a, b) => this.#compare(a, b));
  }

  *[Symbol.iterator](): Iterator<ListedObject> {
    for (let index = 0; index < this.#length; index++) yield this.#at(this.#order?.[index] ?? index);
  }

  #at(index: number): ListedObject {
    const place = this.#places[index] ?? 0;
    const chunk = this.#chunkOf(place);
    const start = place % chunkBytes;
    const { keyStart, keyEnd } = this.#keyOf(index);
    const tagLength = chunk.readUInt16LE(start + sizeBytes + lengthBytes);
    const etag =
      tagLength === digestMark
        ? `"${chunk.toString('hex', keyEnd, keyEnd + digestBytes)}"`
        : chunk.toString('utf8', keyEnd, keyEnd + tagLength);
    return {
      key: this.#prefix + chunk.toString('utf8', keyStart, keyEnd),
      size: chunk.readUIntLE(start, sizeBytes),
      etag,
      lastModified: new Date(this.#times[index] ?? 0),
    };
  }

  #compare(a: number, b: number): number {
    const byTime = (this.#times[a] ?? 0) - (this.#times[b] ?? 0);
    if (byTime !== 0) return byTime;
    const [one, other] = [this.#keyOf(a), this.#keyOf(b)];
    return one.chunk.compare(other.chunk, other.keyStart, other.keyEnd, one.keyStart, one.keyEnd);
  }

  #keyOf(index: number): { readonly chunk: Buffer; readonly keyStart: number; readonly keyEnd: number } {
    const place = this.#places[index] ?? 0;
    const chunk = this.#chunkOf(place);
    const start = place % chunkBytes;
    const keyStart = start + headBytes;
    return { chunk, keyStart, keyEnd: keyStart + chunk.readUInt16LE(start + sizeBytes) };
  }

  #chunkOf(place: number): Buffer {
    const chunk = this.#chunks[Math.floor(place / chunkBytes)];
    if (chunk === undefined) throw new RangeError(`no chunk for the place ${place}`);
    return chunk;
  }

  #reserve(bytes: number): number {
    if (this.#used + bytes > chunkBytes) {
      this.#chunks.push(Buffer.allocUnsafeSlow(chunkBytes));
      this.#used = 0;
    }
    const place = (this.#chunks.length - 1) * chunkBytes + this.#used;
    this.#used += bytes;
    return place;
  }

  #grow(): void {
    this.#times = twiceAsLong(this.#times);
    this.#places = twiceAsLong(this.#places);
  }
}

function twiceAsLong(numbers: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(numbers.length * 2);
  longer.set(numbers);
  return longer;
}

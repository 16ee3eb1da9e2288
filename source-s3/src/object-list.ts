// Objects of one table in little memory: a table can have a million files, and as JavaScript objects each of them takes
// three hundred bytes and its key's. Here it takes about 45, since a key is kept as what differs from the one before.
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

/** Entries whose keys build on one another; the first of a block is whole. */
const blockEntries = 32;
const headBytes = 14;
const digestEtag = /^"[0-9a-f]{32}"$/u;
/** Stands for the length of an ETag that is kept as the bytes of its digest. */
const digestMark = 0xffff;
const digestBytes = 16;

export class ObjectList implements Iterable<ListedObject> {
  readonly #prefix: string;
  readonly #blocks: Buffer[] = [];
  /** Entries of the block that is not full yet. */
  #open: Buffer[] = [];
  #times = new Float64Array(1024);
  #length = 0;
  #totalBytes = 0;
  #lastPath: Buffer = Buffer.alloc(0);
  #isInKeyOrder = true;
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
    return this.#totalBytes;
  }

  add({ key, etag, size, lastModified }: ListedObject): void {
    const path = Buffer.from(key.slice(this.#prefix.length));
    if (this.#open.length === blockEntries) this.#closeBlock();
    this.#open.push(entryOf(path, this.#open.length === 0 ? undefined : this.#lastPath, { etag, size }));
    this.#isInKeyOrder &&= Buffer.compare(this.#lastPath, path) <= 0;
    this.#lastPath = path;
    if (this.#length === this.#times.length) this.#times = twiceAsLong(this.#times);
    this.#times[this.#length++] = lastModified.getTime();
    this.#totalBytes += size;
  }

  /** By LastModified, then by the bytes of the key: the order of reading. */
  sort(): void {
    const order = Uint32Array.from({ length: this.#length }, (_, index) => index);
    const isSorted = order.every((index) => index === 0 || this.#compare(index - 1, index) <= 0);
    this.#order = isSorted ? undefined : order.sort((a, b) => this.#compare(a, b));
  }

  *[Symbol.iterator](): Iterator<ListedObject> {
    for (let place = 0; place < this.#length; place++) {
      const index = this.#order?.[place] ?? place;
      const { path, size, etag } = this.#entry(index);
      const lastModified = new Date(this.#times[index] ?? 0);
      yield { key: this.#prefix + path.toString(), size, etag, lastModified };
    }
  }

  /** S3 lists in the order of keys; places then stand for them. */
  #compare(a: number, b: number): number {
    const byTime = (this.#times[a] ?? 0) - (this.#times[b] ?? 0);
    if (byTime !== 0) return byTime;
    return this.#isInKeyOrder ? a - b : Buffer.compare(this.#entry(a).path, this.#entry(b).path);
  }

  #entry(index: number): Entry {
    const block = this.#blocks[Math.floor(index / blockEntries)] ?? Buffer.concat(this.#open);
    let entry = readEntry(block, 0, Buffer.alloc(0));
    for (let left = index % blockEntries; left > 0; left--) entry = readEntry(block, entry.end, entry.path);
    return entry;
  }

  #closeBlock(): void {
    const block = Buffer.allocUnsafeSlow(this.#open.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const entry of this.#open) at += entry.copy(block, at);
    this.#blocks.push(block);
    this.#open = [];
  }
}

/** `end`: where the next one begins. */
type Entry = { readonly path: Buffer; readonly size: number; readonly etag: string; readonly end: number };

/** How much of the path before the head and the tail are, and how long what is new and the ETag; the size; these two. */
function entryOf(
  path: Buffer,
  before: Buffer | undefined,
  { etag, size }: Pick<ListedObject, 'etag' | 'size'>,
): Buffer {
  const isDigest = digestEtag.test(etag);
  const tag = isDigest ? Buffer.from(etag.slice(1, -1), 'hex') : Buffer.from(etag);
  const head = before === undefined ? 0 : sharedHead(path, before);
  const tail = before === undefined ? 0 : sharedTail(path.subarray(head), before.subarray(head));
  const fresh = path.subarray(head, path.length - tail);
  const entry = Buffer.allocUnsafe(headBytes + fresh.length + tag.length);
  let at = entry.writeUInt16LE(head, 0);
  at = entry.writeUInt16LE(tail, at);
  at = entry.writeUInt16LE(fresh.length, at);
  at = entry.writeUInt16LE(isDigest ? digestMark : tag.length, at);
  at = entry.writeUIntLE(size, at, 6); // Up to 2^48; an object ends at 5 TB.
  at += fresh.copy(entry, at);
  tag.copy(entry, at);
  return entry;
}

function readEntry(block: Buffer, start: number, before: Buffer): Entry {
  const head = block.readUInt16LE(start);
  const tail = block.readUInt16LE(start + 2);
  const freshStart = start + headBytes;
  const tagStart = freshStart + block.readUInt16LE(start + 4);
  const tagLength = block.readUInt16LE(start + 6);
  const end = tagStart + (tagLength === digestMark ? digestBytes : tagLength);
  const fresh = block.subarray(freshStart, tagStart);
  return {
    path: Buffer.concat([before.subarray(0, head), fresh, before.subarray(before.length - tail)]),
    size: block.readUIntLE(start + 8, 6),
    etag:
      tagLength === digestMark ? `"${block.toString('hex', tagStart, end)}"` : block.toString('utf8', tagStart, end),
    end,
  };
}

function sharedHead(a: Buffer, b: Buffer): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}

function sharedTail(a: Buffer, b: Buffer): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[a.length - 1 - length] === b[b.length - 1 - length]) length++;
  return length;
}

function twiceAsLong(numbers: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(numbers.length * 2);
  longer.set(numbers);
  return longer;
}

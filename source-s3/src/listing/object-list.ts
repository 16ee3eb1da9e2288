// Objects of one table in little memory: a table can have a million files, and as JavaScript objects each of them takes
// three hundred bytes and its key's. Here it takes about 45, since a key is kept as what differs from the one before.
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';

import { ByteBlocks, withRoom } from './byte-blocks.ts';
import { orderOf } from './order.ts';
import { packPath, unpackPath } from './packed-path.ts';

/** Entries whose keys build on one another; the first of a block is whole. */
const blockEntries = 32;
const headBytes = 14;
const digestEtag = /^"[0-9a-f]{32}"$/u;
/** Stands for the length of an ETag that is kept as the bytes of its digest. */
const digestMark = 0xffff;
const digestBytes = 16;

export class ObjectList implements Iterable<ListedObject> {
  readonly #prefix: string;
  readonly #blocks = new ByteBlocks();
  /** Entries of the block that is not full yet. */
  #open: Buffer[] = [];
  #times = new Float64Array(1024);
  #length = 0;
  #totalBytes = 0;
  #lastPacked: Buffer = Buffer.alloc(0);
  #lastBytes: Buffer = Buffer.alloc(0);
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
    const path = key.slice(this.#prefix.length);
    const packed = packPath(path);
    if (this.#open.length === blockEntries) {
      this.#blocks.add(this.#open);
      this.#open = [];
    }
    this.#open.push(entryOf(packed, this.#open.length === 0 ? undefined : this.#lastPacked, { etag, size }));
    const bytes = Buffer.from(path);
    this.#isInKeyOrder &&= Buffer.compare(this.#lastBytes, bytes) <= 0;
    this.#lastPacked = packed;
    this.#lastBytes = bytes;
    this.#times = withRoom(this.#times, this.#length);
    this.#times[this.#length++] = lastModified.getTime();
    this.#totalBytes += size;
  }

  /** By LastModified, then by the bytes of the key: the order of reading. */
  sort(): void {
    let isSorted = true;
    for (let index = 1; index < this.#length && isSorted; index++) isSorted = this.#compare(index - 1, index) <= 0;
    this.#order = isSorted ? undefined : orderOf(this.#length, (a, b) => this.#compare(a, b));
  }

  *[Symbol.iterator](): Iterator<ListedObject> {
    for (let place = 0; place < this.#length; place++) {
      const index = this.#order?.[place] ?? place;
      const { packed, size, etag } = this.#entry(index);
      const lastModified = new Date(this.#times[index] ?? 0);
      yield { key: this.#prefix + unpackPath(packed), size, etag, lastModified };
    }
  }

  /** S3 lists in the order of keys; places then stand for them. */
  #compare(a: number, b: number): number {
    const byTime = (this.#times[a] ?? 0) - (this.#times[b] ?? 0);
    if (byTime !== 0) return byTime;
    return this.#isInKeyOrder ? a - b : Buffer.compare(this.#bytes(a), this.#bytes(b));
  }

  #bytes(index: number): Buffer {
    return Buffer.from(unpackPath(this.#entry(index).packed));
  }

  #entry(index: number): Entry {
    const block = this.#blocks.from(Math.floor(index / blockEntries)) ?? Buffer.concat(this.#open);
    let entry = readEntry(block, 0, Buffer.alloc(0));
    for (let left = index % blockEntries; left > 0; left--) entry = readEntry(block, entry.end, entry.packed);
    return entry;
  }
}

/** `end`: where the next one begins. */
type Entry = { readonly packed: Buffer; readonly size: number; readonly etag: string; readonly end: number };

/** How much of the packed path before the head and the tail are, and how long what is new and the ETag; the size; these two. */
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
    packed: Buffer.concat([before.subarray(0, head), fresh, before.subarray(before.length - tail)]),
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

// The hash in a file name. It is made from the content and the position of the source, so a replay from the same STATE repeats
// the name and overwrites its own file, while equal rows that arrive at another time get another name.
import { createHash, type Hash } from 'node:crypto';

import { markedHash, remarkedHash } from './partition-folders.ts';

const hashLength = 16;
/**
 * After this many names a new epoch begins. It is mixed into all later hashes, so that memory stays bounded and names differ.
 */
const namesPerEpoch = 20_000;

/** SHA-256 that begins with the `stream_state` before the file's first record. Feed it the file's uncompressed bytes. */
export function beginContentHash(position: Uint8Array): Hash {
  return createHash('sha256').update(position);
}

/** The parts of a file's key, except its content. */
type FilePlace = {
  /** Ends with a slash. */
  readonly folder: string;
  /** The folders of its partition below `folder`, if any. */
  readonly partition?: string;
  /** Milliseconds: the time of the file's first row. */
  readonly timestamp: number;
  readonly workerId: string;
  readonly extension: string;
};

/** Gives each file of a run a hash that no other file in the same place has. Bound: about 3 MB. */
export class FileNames {
  readonly #used = new Set<string>();
  #epoch = 0;

  /** The key of a file: `{folder}{timestamp}-{hash}-{worker_id}{extension}`. `content` is consumed. */
  key({ folder, partition = '', timestamp, workerId, extension }: FilePlace, content: Hash): string {
    const place = `${folder}${partition}${timestamp}-`;
    return `${place}${this.hash(place, content, partition)}-${workerId}${extension}`;
  }

  /** 16 hex digits. `place`: the key before the hash. `content` is consumed. */
  hash(place: string, content: Hash, partition = ''): string {
    const digest = content.digest();
    const marked = (hash: string): string => markedHash(hash, partition);
    let hash = marked(this.#epoch === 0 ? hex(digest) : mixed(digest, this.#epoch, 0));
    for (let count = 1; this.#used.has(place + hash); count += 1) hash = marked(mixed(digest, this.#epoch, count));
    this.#used.add(Buffer.from(place + hash).toString()); // A copy in one piece: a text that V8 keeps as joined parts takes four times the memory.
    if (this.#used.size >= namesPerEpoch) {
      this.#used.clear();
      this.#epoch += 1;
    }
    return hash;
  }
}

function mixed(digest: Uint8Array, epoch: number, count: number): string {
  return hex(createHash('sha256').update(digest).update(`${epoch}/${count}`).digest());
}

function hex(digest: Buffer): string {
  return digest.toString('hex', 0, hashLength / 2);
}

/**
 * The key of a file of this connector with another hash, made from the old hash and `salt`. It is marked for the same folders.
 */
export function renamedKey(key: string, salt: string): string {
  const at = key.lastIndexOf('/') + 1;
  const name = key.slice(at).replace(/^(-?\d+-)([0-9a-f]{16})(?=-)/u, (_, timestamp: string, hash: string) => {
    return timestamp + remarkedHash(hex(createHash('sha256').update(`${hash}/${salt}`).digest()), hash);
  });
  return key.slice(0, at) + name;
}

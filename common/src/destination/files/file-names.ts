// The hash in a file's name: from what the file says and where its source stood, so that a replay from the same STATE
// repeats the name and overwrites itself, while equal rows received at another time get a name of their own.
import { createHash, type Hash } from 'node:crypto';

import { markedHash, remarkedHash } from './partition-folders.ts';

const hashLength = 16;
/** After so many names a new epoch begins, which is mixed into all later hashes: memory stays bounded, names stay apart. */
const namesPerEpoch = 20_000;

/** SHA-256 to be fed the file's uncompressed bytes, begun with the `stream_state` that came before its first record. */
export function beginContentHash(position: Uint8Array): Hash {
  return createHash('sha256').update(position);
}

/** What a file's key is made of, but for its content. */
type FilePlace = {
  /** Ends with a slash. */
  readonly folder: string;
  /** Below `folder`: those of its partition, if it has any. */
  readonly partition?: string;
  /** Milliseconds: the time of the file's first row. */
  readonly timestamp: number;
  readonly workerId: string;
  readonly extension: string;
};

/** Gives each file of a run a hash that no other file in the same place has. Bound: some 3 MB. */
export class FileNames {
  readonly #used = new Set<string>();
  #epoch = 0;

  /** The key of a file: `{folder}{timestamp}-{hash}-{worker_id}{extension}`. `content` is used up. */
  key({ folder, partition = '', timestamp, workerId, extension }: FilePlace, content: Hash): string {
    const place = `${folder}${partition}${timestamp}-`;
    return `${place}${this.hash(place, content, partition)}-${workerId}${extension}`;
  }

  /** 16 hex digits; `place` is what stands before them in the key. `content` is used up. */
  hash(place: string, content: Hash, partition = ''): string {
    const digest = content.digest();
    const marked = (hash: string): string => markedHash(hash, partition);
    let hash = marked(this.#epoch === 0 ? hex(digest) : mixed(digest, this.#epoch, 0));
    for (let count = 1; this.#used.has(place + hash); count += 1) hash = marked(mixed(digest, this.#epoch, count));
    this.#used.add(flat(place + hash));
    if (this.#used.size >= namesPerEpoch) {
      this.#used.clear();
      this.#epoch += 1;
    }
    return hash;
  }
}

/** The same text in one piece: as the tree of parts that it was joined from it takes four times the memory. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}

function mixed(digest: Uint8Array, epoch: number, count: number): string {
  return hex(createHash('sha256').update(digest).update(`${epoch}/${count}`).digest());
}

function hex(digest: Buffer): string {
  return digest.toString('hex', 0, hashLength / 2);
}

/** The key of a file of ours with another hash, made of its own and `salt`, which vouches for the same folders. */
export function renamedKey(key: string, salt: string): string {
  const at = key.lastIndexOf('/') + 1;
  const name = key.slice(at).replace(/^(-?\d+-)([0-9a-f]{16})(?=-)/u, (_, timestamp: string, hash: string) => {
    return timestamp + remarkedHash(hex(createHash('sha256').update(`${hash}/${salt}`).digest()), hash);
  });
  return key.slice(0, at) + name;
}

// The part of a table's files that one of several readers takes. Pure.
import { hash } from 'node:crypto';

import type { Shard } from '@s3-connectors/common/program/scheduler.ts';

/** All files. */
export const wholeTable: Shard = { index: 0, count: 1 };

/**
 * By the first four bytes of the key's SHA-256, so that a late or replaced file always belongs to the same reader, and readers need
 * not know each other. The ETag does not count.
 */
export function isInShard(key: string, { index, count }: Shard): boolean {
  return shardIndex(key, count) === index;
}

/** From 0; below `count`. */
export function shardIndex(key: string, count: number): number {
  return count === 1 ? 0 : Number.parseInt(hash('sha256', key, 'hex').slice(0, 8), 16) % count;
}

/** Whether what one shard has read includes everything of the other shard, so that the other can continue from its state. */
export function includes(whole: Shard, part: Shard): boolean {
  return part.count % whole.count === 0 && part.index % whole.count === whole.index;
}

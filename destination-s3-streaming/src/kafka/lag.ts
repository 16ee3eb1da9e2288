// How far a member is behind the ends of its partitions, in a sentence.
import { countOf } from '@s3-connectors/common/program/text-layout.ts';

import type { Ownership, PartitionOffset } from './ownership.ts';

/** @param ends what comes after the last message of each partition. @param rebalances since the member joined. */
export function lagText(ends: readonly PartitionOffset[], ownership: Ownership, rebalances: number): string {
  const lags = ends.map((end) => {
    const { next = 0n, committed } = ownership.placeOf(end) ?? {};
    return { ...end, unread: positive(end.offset - next), unstored: positive(end.offset - (committed ?? 0n)) };
  });
  const sum = (which: 'unread' | 'unstored'): bigint => lags.reduce((total, lag) => total + lag[which], 0n);
  const [worst] = lags.toSorted((a, b) => Number(b.unstored - a.unstored));
  const most =
    worst === undefined || worst.unstored === 0n
      ? ''
      : ` (most in ${worst.topic} ${worst.partition}: ${worst.unstored})`;
  const [partitions, unread] = [countOf(lags.length, 'partition'), countOf(sum('unread'), 'message')];
  return `Behind in ${partitions}: ${unread} to read, ${sum('unstored')} not yet committed${most}. The assignment changed ${countOf(rebalances, 'time')} since this replica joined.`;
}

function positive(lag: bigint): bigint {
  return lag > 0n ? lag : 0n;
}

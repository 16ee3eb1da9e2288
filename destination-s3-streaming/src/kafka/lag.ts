// How far a member lags behind its partitions, as a sentence and as metrics. The ends are requested while messages
// are read, and an answer that does not come delays nothing.
import { countOf } from '@s3-connectors/common/program/text-layout.ts';
import type { Point } from '@s3-connectors/common/protocol/metrics.ts';

import type { GroupMember } from './group-member.ts';
import type { Ownership, PartitionOffset } from './ownership.ts';

/** @param ends the offset after the last message of each partition. @param rebalances since the member joined. */
export function lagText(ends: readonly PartitionOffset[], ownership: Ownership, rebalances: number): string {
  const lags = lagsOf(ends, ownership);
  const sum = (which: 'unread' | 'unstored'): bigint => lags.reduce((total, lag) => total + lag[which], 0n);
  const [worst] = lags.toSorted((a, b) => Number(b.unstored - a.unstored));
  const most =
    worst === undefined || worst.unstored === 0n
      ? ''
      : ` (most in ${worst.topic} ${worst.partition}: ${worst.unstored})`;
  const [partitions, unread] = [countOf(lags.length, 'partition'), countOf(sum('unread'), 'message')];
  return `Behind in ${partitions}: ${unread} to read, ${sum('unstored')} not yet committed${most}. The assignment changed ${countOf(rebalances, 'time')} since this replica joined.`;
}

/** The most partitions with their own metrics: those that are the furthest behind. */
const mostPartitions = 500;

/** For partitions that are still owned. */
export function* lagPoints(ends: readonly PartitionOffset[], ownership: Ownership, group: string): Generator<Point> {
  const owned = ends.filter((end) => ownership.placeOf(end)?.next !== undefined);
  const lags = lagsOf(owned, ownership).sort((a, b) => Number(b.unstored - a.unstored));
  for (const { topic, partition, unread, unstored } of lags.slice(0, mostPartitions)) {
    const of = { topic, partition: String(partition), group };
    yield { metric: 's3_connectors.kafka.lag', value: Number(unstored), of };
    yield { metric: 's3_connectors.kafka.unread', value: Number(unread), of };
  }
}

function lagsOf(ends: readonly PartitionOffset[], ownership: Ownership) {
  return ends.map((end) => {
    const { next = 0n, first = 0n, committed = first } = ownership.placeOf(end) ?? {};
    return { ...end, unread: positive(end.offset - next), unstored: positive(end.offset - committed) };
  });
}

function positive(lag: bigint): bigint {
  return lag > 0n ? lag : 0n;
}

type Watched = Pick<GroupMember, 'ends' | 'rebalances'>;

export type LagWatch = ReturnType<typeof lagWatch>;

export function lagWatch(ownership: Ownership, group: string) {
  let member: Watched | undefined;
  let ends: readonly PartitionOffset[] = [];
  let isAsking = false;
  let earlierRebalances = 0; // Of earlier members.
  return {
    /** From now on `next` is the member. */
    watch(next: Watched): void {
      earlierRebalances += member?.rebalances ?? 0;
      member = next;
      isAsking = false;
    },

    /** Requests the ends, unless an answer is still pending. */
    look(): void {
      const asked = member;
      if (asked === undefined || isAsking) return;
      isAsking = true;
      const answered = (found = ends): void => {
        if (asked !== member) return;
        isAsking = false;
        ends = found;
      };
      asked.ends().then(answered, () => answered()); // A failure shows when it reads.
    },

    *points(): Generator<Point> {
      const value = earlierRebalances + (member?.rebalances ?? 0);
      yield { metric: 's3_connectors.kafka.rebalances', value, of: { group } };
      yield* lagPoints(ends, ownership, group);
    },
  };
}

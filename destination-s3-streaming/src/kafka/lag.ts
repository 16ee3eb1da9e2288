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

export class LagWatch {
  readonly #ownership: Ownership;
  readonly #group: string;
  #member: Watched | undefined;
  #ends: readonly PartitionOffset[] = [];
  #isAsking = false;
  /** Of earlier members. */
  #earlierRebalances = 0;

  constructor(ownership: Ownership, group: string) {
    this.#ownership = ownership;
    this.#group = group;
  }

  /** From now on this is the member. */
  watch(member: Watched): void {
    this.#earlierRebalances += this.#member?.rebalances ?? 0;
    this.#member = member;
    this.#isAsking = false;
  }

  /** Requests the ends, unless an answer is still pending. */
  look(): void {
    const member = this.#member;
    if (member === undefined || this.#isAsking) return;
    this.#isAsking = true;
    const answered = (ends?: readonly PartitionOffset[]): void => {
      if (member !== this.#member) return;
      this.#isAsking = false;
      this.#ends = ends ?? this.#ends;
    };
    member.ends().then(answered, () => answered()); // A failure shows when it reads.
  }

  *points(): Generator<Point> {
    const rebalances = this.#earlierRebalances + (this.#member?.rebalances ?? 0);
    yield { metric: 's3_connectors.kafka.rebalances', value: rebalances, of: { group: this.#group } };
    yield* lagPoints(this.#ends, this.#ownership, this.#group);
  }
}

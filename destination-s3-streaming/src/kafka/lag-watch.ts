// The metrics of a feeder: how far it is behind, and how often its partitions changed. The ends of partitions are asked for while messages
// are read, and an answer that does not come holds nothing up.
import type { Point } from '@s3-connectors/common/protocol/metrics.ts';

import { lagPoints } from './lag.ts';
import type { GroupMember } from './group-member.ts';
import type { Ownership, PartitionOffset } from './ownership.ts';

type Watched = Pick<GroupMember, 'ends' | 'rebalances'>;

export class LagWatch {
  readonly #ownership: Ownership;
  readonly #group: string;
  #member: Watched | undefined;
  #ends: readonly PartitionOffset[] = [];
  #isAsking = false;
  /** Of members before this one. */
  #earlierRebalances = 0;

  constructor(ownership: Ownership, group: string) {
    this.#ownership = ownership;
    this.#group = group;
  }

  /** From now on it is this member. */
  watch(member: Watched): void {
    this.#earlierRebalances += this.#member?.rebalances ?? 0;
    this.#member = member;
    this.#isAsking = false;
  }

  /** Asks for the ends, unless it is still waiting for an answer. */
  look(): void {
    const member = this.#member;
    if (member === undefined || this.#isAsking) return;
    this.#isAsking = true;
    const answered = (ends?: readonly PartitionOffset[]): void => {
      if (member !== this.#member) return;
      this.#isAsking = false;
      this.#ends = ends ?? this.#ends;
    };
    member.ends().then(answered, () => answered()); // What is wrong shows when it reads.
  }

  *points(): Generator<Point> {
    const rebalances = this.#earlierRebalances + (this.#member?.rebalances ?? 0);
    yield { metric: 's3_connectors.kafka.rebalances', value: rebalances, of: { group: this.#group } };
    yield* lagPoints(this.#ends, this.#ownership, this.#group);
  }
}

// The partitions that this member owns, how far each was read, and which offsets may be committed. Pure: the rules by which a
// group of feeders loses nothing when partitions move between its members.
//
// Each partition is owned under an epoch, a number that is new whenever the partition is assigned again. A STATE carries the
// epoch of each offset, and an offset is committed only if the partition is still owned under it. Messages are taken only from
// a stream that was opened after the last change of the assignment. An older stream still delivers what it has buffered of
// revoked partitions. If such a partition comes back, that stream would skip messages that no member has read.
import { isObject, type JsonObject } from '@s3-connectors/common/protocol/messages.ts';

export type TopicPartition = { readonly topic: string; readonly partition: number };
export type PartitionOffset = TopicPartition & { readonly offset: bigint };

type Owned = {
  readonly epoch: number;
  /** The offset of the next message. Undefined while the start of the partition is unknown. */
  next: bigint | undefined;
  /** The group's offset, if known. */
  committed: bigint | undefined;
  /** The offset at which reading began, as in `next`. */
  first: bigint | undefined;
};

type Change = { readonly added: readonly TopicPartition[]; readonly revoked: readonly TopicPartition[] };

export class Ownership {
  readonly #topics = new Map<string, Map<number, Owned>>();
  #epoch = 0;
  #generation = 0;

  /** Changes with each change of the assignment. A stream may be read only under the generation in which it was opened. */
  get generation(): number {
    return this.#generation;
  }

  get owned(): readonly TopicPartition[] {
    return [...this.#entries()].map(([place]) => place);
  }

  /**
   * Sets the owned partitions. A partition that was owned before keeps its epoch and its place. @returns undefined if nothing
   * changed.
   */
  assign(partitions: readonly TopicPartition[]): Change | undefined {
    const added = partitions.filter(({ topic, partition }) => this.#find(topic, partition) === undefined);
    const kept = new Set(partitions.map(({ topic, partition }) => `${partition}/${topic}`));
    const revoked = this.owned.filter(({ topic, partition }) => !kept.has(`${partition}/${topic}`));
    if (added.length === 0 && revoked.length === 0) return undefined;
    this.#generation += 1;
    for (const { topic, partition } of revoked) this.#topics.get(topic)?.delete(partition);
    for (const { topic, partition } of added) {
      const ofTopic = this.#topics.get(topic) ?? new Map<number, Owned>();
      this.#topics.set(topic, ofTopic);
      this.#epoch += 1;
      ofTopic.set(partition, { epoch: this.#epoch, next: undefined, committed: undefined, first: undefined });
    }
    return { added, revoked };
  }

  /** The group has dropped this member: others may have owned its next partitions meanwhile. */
  loseAll(): void {
    this.#generation += 1;
    this.#topics.clear();
  }

  /** The next offset to read of a partition, and the group's offset. Undefined before `seed`. */
  placeOf({ topic, partition }: TopicPartition): Pick<Owned, 'next' | 'committed' | 'first'> | undefined {
    return this.#find(topic, partition);
  }

  /** Sets where reading begins, unless that is known already. `committed`: the group's offset, if any. */
  seed({ topic, partition, offset }: PartitionOffset, committed: bigint | undefined): void {
    const owned = this.#find(topic, partition);
    if (owned === undefined || owned.next !== undefined) return;
    owned.next = offset;
    owned.first = offset;
    owned.committed = committed;
  }

  /** Whether a message from a stream of `generation` is the next one to keep. Hot path. */
  take(topic: string, partition: number, offset: bigint, generation: number): boolean {
    if (generation !== this.#generation) return false;
    const owned = this.#find(topic, partition);
    if (owned?.next === undefined || offset < owned.next) return false;
    owned.next = offset + 1n;
    return true;
  }

  /** There is no message left before `offset`, only marks of transactions and messages that were rolled back. */
  pass({ topic, partition, offset }: PartitionOffset, generation: number): void {
    const owned = generation === this.#generation ? this.#find(topic, partition) : undefined;
    if (owned?.next !== undefined && offset > owned.next) owned.next = offset;
  }

  /** The `stream_state` of the stream of these topics: topic → partition → the next offset and its epoch. */
  state(topics: readonly string[]): JsonObject {
    const places = topics.map((topic) => {
      const ofTopic = [...(this.#topics.get(topic) ?? [])].flatMap(([partition, { epoch, next }]) => {
        return next === undefined ? [] : [[String(partition), { offset: String(next), epoch }] as const];
      });
      return [topic, Object.fromEntries(ofTopic)] as const;
    });
    return Object.fromEntries(places);
  }

  /**
   * The part of a STATE that may be committed now. The destination has acknowledged it, so all messages before it are stored.
   */
  committable(state: JsonObject): readonly PartitionOffset[] {
    return Object.entries(state).flatMap(([topic, partitions]) => {
      if (!isObject(partitions)) return [];
      return Object.entries(partitions).flatMap(([key, place]) => {
        const partition = Number(key);
        const owned = this.#find(topic, partition);
        if (owned === undefined || !isObject(place) || place['epoch'] !== owned.epoch) return [];
        const offset = BigInt(place['offset'] as string);
        return owned.committed !== undefined && offset <= owned.committed ? [] : [{ topic, partition, offset }];
      });
    });
  }

  /** The group has accepted these offsets of `committable`. */
  committed(offsets: readonly PartitionOffset[]): void {
    for (const { topic, partition, offset } of offsets) {
      const owned = this.#find(topic, partition);
      if (owned !== undefined && (owned.committed === undefined || owned.committed < offset)) owned.committed = offset;
    }
  }

  #find(topic: string, partition: number): Owned | undefined {
    return this.#topics.get(topic)?.get(partition);
  }

  *#entries(): Generator<readonly [TopicPartition, Owned]> {
    for (const [topic, partitions] of this.#topics) {
      for (const [partition, owned] of partitions) yield [{ topic, partition }, owned];
    }
  }
}

// Which partitions this member owns, how far each was read, and which offsets may be committed. Pure: the guards that make a group
// of feeders lose nothing when partitions move between its members.
//
// Each partition is owned under an epoch, a number that is new whenever the partition is assigned again. A STATE carries the epoch
// of each offset, and an offset is committed only if the partition is still owned under it. Messages are taken only from a stream
// that was opened after the last change of the assignment: an older one goes on to deliver what it has buffered of partitions
// that were revoked, and after they have come back it would skip what was read meanwhile by nobody.
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';
import { isObject } from '@s3-connectors/common/protocol/messages.ts';

export type TopicPartition = { readonly topic: string; readonly partition: number };
export type PartitionOffset = TopicPartition & { readonly offset: bigint };

type Owned = {
  readonly epoch: number;
  /** The offset of the next message to take; undefined as long as nobody knows where the partition begins. */
  next: bigint | undefined;
  /** As far as the group's offset is known. */
  committed: bigint | undefined;
  /** Where reading began, as `next`. */
  first: bigint | undefined;
};

type Change = { readonly added: readonly TopicPartition[]; readonly revoked: readonly TopicPartition[] };

export class Ownership {
  readonly #topics = new Map<string, Map<number, Owned>>();
  #epoch = 0;
  #generation = 0;

  /** Changes with each change of the assignment: what a stream must have been opened under to be read. */
  get generation(): number {
    return this.#generation;
  }

  get owned(): readonly TopicPartition[] {
    return [...this.#entries()].map(([place]) => place);
  }

  /** The partitions owned now. One that was owned before keeps its epoch and its place. @returns undefined when nothing changed. */
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

  /** The group has dropped this member: whatever it is given next, others may have owned meanwhile. */
  loseAll(): void {
    this.#generation += 1;
    this.#topics.clear();
  }

  /** Where a partition is read next, and the group's offset of it; undefined before `seed`. */
  placeOf({ topic, partition }: TopicPartition): Pick<Owned, 'next' | 'committed' | 'first'> | undefined {
    return this.#find(topic, partition);
  }

  /** Where reading begins, unless that is known already. `committed`: the group's offset, if it has one. */
  seed({ topic, partition, offset }: PartitionOffset, committed: bigint | undefined): void {
    const owned = this.#find(topic, partition);
    if (owned === undefined || owned.next !== undefined) return;
    owned.next = offset;
    owned.first = offset;
    owned.committed = committed;
  }

  /** Whether a message that a stream of `generation` delivers is the next one to keep. Hot path. */
  take(topic: string, partition: number, offset: bigint, generation: number): boolean {
    if (generation !== this.#generation) return false;
    const owned = this.#find(topic, partition);
    if (owned?.next === undefined || offset < owned.next) return false;
    owned.next = offset + 1n;
    return true;
  }

  /** Nothing is left to deliver before `offset`: what was there are marks of transactions, and messages that were rolled back. */
  pass({ topic, partition, offset }: PartitionOffset, generation: number): void {
    const owned = generation === this.#generation ? this.#find(topic, partition) : undefined;
    if (owned?.next !== undefined && offset > owned.next) owned.next = offset;
  }

  /** The `stream_state` of the stream that these topics feed: topic → partition → what comes next, and under which epoch. */
  state(topics: readonly string[]): JsonObject {
    const places = topics.map((topic) => {
      const ofTopic = [...(this.#topics.get(topic) ?? [])].flatMap(([partition, { epoch, next }]) => {
        return next === undefined ? [] : [[String(partition), { offset: String(next), epoch }] as const];
      });
      return [topic, Object.fromEntries(ofTopic)] as const;
    });
    return Object.fromEntries(places);
  }

  /** What of a STATE may be committed now: all messages before it are stored, since the destination has given it back. */
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

  /** The group has taken these offsets, of `committable`. */
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

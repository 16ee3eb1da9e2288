// A consumer group in which everything goes wrong, around the real `Ownership` of each member: partitions move at any moment and
// this is noticed late, old streams keep delivering, the destination stores in any order, commits are accepted or refused, members
// die.
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';

import { Ownership, type TopicPartition } from '../../../destination-s3-streaming/src/kafka/ownership.ts';

export const partitions = [0, 1, 2];
export const members = 3;
const topic = 't';

export type Step =
  | { readonly do: 'produce'; readonly partition: number; readonly count: number }
  | { readonly do: 'rebalance'; readonly owners: readonly number[] }
  | { readonly do: 'notice' | 'reopen' | 'state' | 'acknowledge' | 'kill' | 'expel'; readonly member: number }
  | { readonly do: 'deliver'; readonly member: number; readonly stream: number; readonly count: number }
  | { readonly do: 'store'; readonly member: number; readonly at: number };

/** What has occurred, so that a test can check that its cases were the interesting ones. */
export type Counts = { stale: number; commits: number; dropped: number; refused: number; moved: number };

type Stream = { readonly generation: number; readonly next: Map<number, number> };
type Entry = { readonly row: string; stored: boolean } | { readonly state: JsonObject };
type Member = { ownership: Ownership; streams: Stream[]; pipeline: Entry[] };

export class GroupModel {
  readonly counts: Counts = { stale: 0, commits: 0, dropped: 0, refused: 0, moved: 0 };
  readonly #ends = new Map(partitions.map((partition) => [partition, 0]));
  readonly #committed = new Map<number, bigint>();
  readonly #stored = new Set<string>();
  #owners: readonly (number | undefined)[] = partitions.map(() => undefined);
  readonly #members: Member[] = Array.from({ length: members }, fresh);
  /** Accepts or refuses the next commit. */
  readonly #accepts: () => boolean;

  constructor(accepts: () => boolean) {
    this.#accepts = accepts;
  }

  do(step: Step): void {
    switch (step.do) {
      case 'produce':
        this.#ends.set(step.partition, (this.#ends.get(step.partition) ?? 0) + step.count);
        return;
      case 'rebalance':
        this.#owners = step.owners;
        return;
      case 'deliver':
        this.#deliver(this.#member(step.member), step.stream, step.count);
        return;
      case 'store': {
        const rows = this.#member(step.member).pipeline.filter((entry) => 'row' in entry && !entry.stored);
        const row = rows[step.at % Math.max(1, rows.length)];
        if (row !== undefined && 'row' in row) this.#store(row);
        return;
      }
      default:
        this.#doTo(step.do, step.member);
    }
  }

  /** Messages before the group's offsets that are not stored. */
  missing(): readonly string[] {
    return [...this.#committed].flatMap(([partition, offset]) => {
      const before = Array.from({ length: Number(offset) }, (_, at) => `${partition}/${at}`);
      return before.filter((row) => !this.#stored.has(row));
    });
  }

  /**
   * One member is left, gets all partitions, and ends normally. @returns messages that are not stored, and partitions not committed
   * to their end.
   */
  finish(): readonly string[] {
    for (let member = 1; member < members; member += 1) this.#doTo('kill', member);
    this.#owners = partitions.map(() => 0);
    for (const what of ['notice', 'reopen'] as const) this.#doTo(what, 0);
    const { streams, pipeline } = this.#member(0);
    this.#deliver(this.#member(0), streams.length - 1, Infinity);
    this.#doTo('state', 0);
    for (const entry of pipeline) if ('row' in entry) this.#store(entry);
    this.#doTo('acknowledge', 0);
    const all = partitions.flatMap((partition) => {
      return Array.from({ length: this.#ends.get(partition) ?? 0 }, (_, at) => `${partition}/${at}`);
    });
    const open = partitions.filter(
      (partition) => Number(this.#committed.get(partition) ?? 0n) !== this.#ends.get(partition),
    );
    return [...all.filter((row) => !this.#stored.has(row)), ...open.map((partition) => `the end of ${partition}`)];
  }

  #doTo(what: 'notice' | 'reopen' | 'state' | 'acknowledge' | 'kill' | 'expel', index: number): void {
    const member = this.#member(index);
    switch (what) {
      case 'notice': {
        const change = member.ownership.assign(this.#assigned(index));
        if (change !== undefined && change.revoked.length > 0) this.counts.moved += 1;
        return;
      }
      case 'reopen':
        this.#reopen(member);
        return;
      case 'state':
        member.pipeline.push({ state: JSON.parse(JSON.stringify(member.ownership.state([topic]))) as JsonObject });
        return;
      case 'acknowledge':
        this.#acknowledge(member);
        return;
      case 'kill':
        Object.assign(member, fresh());
        this.#owners = this.#owners.map((owner) => (owner === index ? undefined : owner));
        return;
      case 'expel':
        member.ownership.loseAll();
        return;
    }
  }

  /** A new stream. The previous one keeps delivering. */
  #reopen(member: Member): void {
    const { ownership } = member;
    for (const place of ownership.owned) {
      const committed = this.#committed.get(place.partition);
      ownership.seed({ ...place, offset: committed ?? 0n }, committed);
    }
    const next = new Map(ownership.owned.map((place) => [place.partition, Number(ownership.placeOf(place)?.next)]));
    member.streams = [...member.streams.slice(-2), { generation: ownership.generation, next }];
  }

  #deliver({ streams, ownership, pipeline }: Member, index: number, count: number): void {
    const stream = streams[index % Math.max(1, streams.length)];
    for (const [partition, from] of stream?.next ?? []) {
      const end = Math.min(this.#ends.get(partition) ?? 0, from + count);
      for (let offset = from; offset < end; offset += 1) {
        if (ownership.take(topic, partition, BigInt(offset), stream?.generation ?? 0)) {
          pipeline.push({ row: `${partition}/${offset}`, stored: false });
        } else this.counts.stale += 1;
      }
      stream?.next.set(partition, Math.max(from, end));
    }
  }

  /** The destination acknowledges each STATE before which everything is stored. */
  #acknowledge(member: Member): void {
    const { ownership, pipeline } = member;
    while (pipeline.length > 0) {
      const [entry] = pipeline;
      if (entry === undefined || ('row' in entry && !entry.stored)) return;
      pipeline.shift();
      if ('row' in entry) continue;
      const offsets = ownership.committable(entry.state);
      if (offsets.length === 0) this.counts.dropped += 1;
      else if (this.#accepts()) {
        for (const { partition, offset } of offsets) this.#committed.set(partition, offset);
        ownership.committed(offsets);
        this.counts.commits += 1;
      } else this.counts.refused += 1;
    }
  }

  #store(row: { readonly row: string; stored: boolean }): void {
    row.stored = true;
    this.#stored.add(row.row);
  }

  #assigned(member: number): readonly TopicPartition[] {
    return partitions.filter((at) => this.#owners[at] === member).map((partition) => ({ topic, partition }));
  }

  #member(index: number): Member {
    return this.#members[index] as Member;
  }
}

function fresh(): Member {
  return { ownership: new Ownership(), streams: [], pipeline: [] };
}

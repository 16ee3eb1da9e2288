// This replica as a member of the consumer group: its partitions, the stream of its messages, its commits, and how it leaves.
//
// The client's own offsets and streams are not used across a change of the assignment: each change opens a new stream at the
// places in `Ownership`, which are seeded with the group's offsets. Changes are detected in `assignments`, which the client
// replaces, because there is no event for them with the protocol "consumer".
import { countText } from '@s3-connectors/common/program/text-layout.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import type { Clock } from '@s3-connectors/common/streams/clock.ts';
import type { MessagesStream } from '@platformatic/kafka';

import type { WakeUp } from '../run/wake-up.ts';
import { closedWithin, openClient, type KafkaClient } from './client.ts';
import type { FeedConfig } from './config.ts';
import type { Ownership, PartitionOffset, TopicPartition } from './ownership.ts';
import { listOffsets, seedOwned } from './positions.ts';
import type { Message } from './record-lines.ts';

type Stream = MessagesStream<Buffer, Buffer, Buffer, Buffer>;

/** The most bytes to take at once. */
const batchBytes = 1024 * 1024;
/** About the memory of a message, in addition to its payload. */
const messageBytes = 200;

type Options = {
  readonly kafka: FeedConfig['kafka'];
  readonly ownership: Ownership;
  /** Notified when there may be something to read or to do. */
  readonly wakeUp: WakeUp;
  readonly log: Log;
  readonly clock: Clock;
};

export class GroupMember {
  readonly #options: Options;
  readonly #client: KafkaClient;
  readonly #topics: readonly string[];
  #seen: unknown;
  #memberId: string | null = null;
  #stream: Stream | undefined;
  #openedUnder = -1;
  #partitions = 0;
  #failure: unknown;
  #streamFailure: unknown;
  rebalances = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#client = openClient(options.kafka);
    this.#topics = options.kafka.topics.map(({ topic }) => topic);
    // Without a listener this event would end the process. It means that the client no longer rejoins.
    (this.#client as { on(event: string, listener: (error: unknown) => void): void }).on('error', (error) =>
      this.fail(error),
    );
    this.#client.on('consumer:heartbeat:stalled', ({ lastError }) => this.fail(lastError ?? new Error('no heartbeat')));
    const sync = (): void => this.sync();
    this.#client.on('consumer:heartbeat:start', sync).on('consumer:heartbeat:end', sync);
    this.#client.on('consumer:group:join', sync);
  }

  /** Another member must replace this one. */
  fail(error: unknown): void {
    this.#failure ??= error;
    this.#options.wakeUp.notify();
  }

  /** Whether it can continue after a stream failed. */
  get isMember(): boolean {
    return this.#failure === undefined && this.#memberId !== null;
  }

  /**
   * @throws the errors of the client; at once if no broker answers or accepts it, because the client's own requests retry for
   * long.
   */
  async join(): Promise<void> {
    this.#partitions = await this.#countPartitions(0);
    // Kept for the complete membership: with its last stream the client would forget the topics, and own nothing at its next
    // heartbeat.
    this.#client.topics.trackAll(...this.#topics);
    if (this.#options.kafka.groupProtocol === 'classic') await this.#client.joinGroup({});
    else {
      // Only a stream makes a member. It is not read, because it would begin at an offset that the client chooses.
      const stream = await this.#client.consume({ topics: [...this.#topics], mode: 'manual', offsets: [] });
      stream.on('error', () => undefined);
      await stream.close();
    }
    this.sync();
  }

  /** Takes over the current assignment. */
  sync(): void {
    const { assignments, memberId } = this.#client;
    if (assignments === this.#seen && memberId === this.#memberId) return;
    const { ownership, log, wakeUp } = this.#options;
    if (this.#memberId !== null && memberId !== this.#memberId) ownership.loseAll();
    this.#seen = assignments;
    this.#memberId = memberId;
    const partitions = (assignments ?? []).flatMap(({ topic, partitions }) => {
      return partitions.map((partition) => ({ topic, partition }));
    });
    const change = ownership.assign(partitions);
    if (change === undefined) return;
    this.#closeStream(); // At once, because it would fetch new messages, of which it may not know the place.
    this.rebalances += 1;
    const { added, revoked } = change;
    log('INFO', `Assigned: ${placesText(ownership.owned)} (${added.length} new, ${revoked.length} revoked).`);
    wakeUp.notify();
  }

  /**
   * Joins again when topics have more partitions, because with the protocol "classic" no one else would notice. Only the
   * group's leader makes the group divide them.
   */
  async lookForPartitions(): Promise<void> {
    const partitions = await this.#countPartitions();
    if (partitions === this.#partitions) return;
    this.#partitions = partitions;
    this.#options.log('INFO', `The topics have ${countText(partitions, 'partition')} now.`);
    if (this.#options.kafka.groupProtocol === 'classic') await this.#client.joinGroup({});
  }

  /**
   * The available messages: a megabyte, and the last message of it. Opens a stream if there is none for the owned partitions.
   */
  async read(): Promise<readonly Message[]> {
    this.sync();
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#streamFailure !== undefined) {
      const failure = this.#streamFailure;
      this.#closeStream();
      throw failure;
    }
    const { ownership } = this.#options;
    if (this.#openedUnder !== ownership.generation) await this.#reopen();
    const stream = this.#stream;
    const messages: Message[] = [];
    if (stream === undefined) return messages;
    for (let bytes = 0; bytes < batchBytes;) {
      const message = stream.read() as Message | null;
      if (message === null) {
        this.#pass(stream);
        break;
      }
      const { topic, partition, offset, value } = message;
      if (!ownership.take(topic, partition, offset, this.#openedUnder)) continue;
      bytes += messageBytes + (value?.length ?? 0);
      messages.push(message);
    }
    return messages;
  }

  /** @throws the errors of the client, which the caller judges. */
  async commit(offsets: readonly PartitionOffset[]): Promise<void> {
    await this.#client.commit({ offsets: offsets.map((place) => ({ ...place, leaderEpoch: -1 })) });
  }

  /** The offset after the last message of each owned partition. */
  async ends(): Promise<readonly PartitionOffset[]> {
    const { owned } = this.#options.ownership;
    const ends = await listOffsets(this.#client, owned, 'latest');
    return owned.map((place) => ({ ...place, offset: ends(place) ?? 0n }));
  }

  /** Leaves the group, so that others need not wait for the session timeout. Never throws. */
  async close(): Promise<void> {
    this.#closeStream();
    await closedWithin(this.#client, this.#options.clock);
  }

  async #countPartitions(retries?: number): Promise<number> {
    const topics = [...this.#topics];
    const found = await this.#client.metadata(retries === undefined ? { topics } : { topics, retries });
    return topics.reduce((total, topic) => total + (found.topics.get(topic)?.partitionsCount ?? 0), 0);
  }

  async #reopen(): Promise<void> {
    const { ownership, wakeUp, kafka, log } = this.#options;
    this.#closeStream();
    for (;;) {
      const { generation, owned } = ownership;
      if (owned.length === 0) {
        this.#openedUnder = generation;
        return;
      }
      await seedOwned(this.#client, ownership, { rules: kafka.seeding, log });
      if (generation !== ownership.generation) continue;
      const offsets = owned.map((place) => ({ ...place, offset: ownership.placeOf(place)?.next ?? 0n }));
      const topics = [...this.#topics];
      const how = { mode: 'manual', fallbackMode: 'fail', autocommit: false } as const;
      const stream = await this.#client.consume({ topics, offsets, ...how });
      stream.on('error', (error) => {
        if (this.#stream !== stream) return; // It is no longer read.
        this.#streamFailure ??= error;
        wakeUp.notify();
      });
      if (generation !== ownership.generation) {
        stream.destroy();
        continue;
      }
      this.#stream = stream;
      this.#openedUnder = generation;
      stream.on('readable', () => wakeUp.notify());
      return;
    }
  }

  /** Everything that was fetched is read. What is left before the next fetch is not messages. */
  #pass(stream: Stream): void {
    if (stream.destroyed || stream.readableLength > 0) return;
    const { ownership } = this.#options;
    for (const place of ownership.owned) {
      const offset = stream.offsetsToFetch.get(`${place.topic}:${place.partition}`);
      if (offset !== undefined) ownership.pass({ ...place, offset }, this.#openedUnder);
    }
  }

  #closeStream(): void {
    const stream = this.#stream;
    this.#stream = undefined;
    this.#streamFailure = undefined;
    this.#openedUnder = -1;
    if (stream === undefined || stream.destroyed) return;
    stream.destroy(); // Not `close`: it waits for a running fetch, and resumes the stream to its end.
  }
}

/** `events 0, 3, 5; clicks 1`. */
function placesText(owned: readonly TopicPartition[]): string {
  if (owned.length === 0) return 'no partition';
  const byTopic = [...Map.groupBy(owned, ({ topic }) => topic)].map(([topic, places]) => {
    return `${topic} ${places
      .map(({ partition }) => partition)
      .sort((a, b) => a - b)
      .join(', ')}`;
  });
  return byTopic.join('; ');
}

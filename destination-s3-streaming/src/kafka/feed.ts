// `run`: a member of a consumer group as the source of the streaming destination, in one process. Messages go in as RECORDs, and every
// second a STATE with the next offset of each partition. The STATEs that the destination acknowledges are committed.
//
//   member.read → RECORD lines, STATEs → write (files → S3) → acknowledged STATEs → committer → the group's offsets
//
// The destination pulls: while S3 does not answer, nothing is read from the brokers, and the membership continues.
import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import type { VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { ConnectorError, toConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';
import { sleep, systemClock, type Clock } from '@s3-connectors/common/streams/clock.ts';

import { WakeUp } from '../run/wake-up.ts';
import { write } from '../run/write.ts';
import { Committer } from './committer.ts';
import type { FeedConfig } from './config.ts';
import { isOutOfRange, kafkaFailure } from './failure.ts';
import { lagText, lagWatch, type LagWatch } from './lag.ts';

import { GroupMember } from './group-member.ts';
import { Ownership } from './ownership.ts';
import { RecordLines, type Message } from './record-lines.ts';

const stateEveryMs = 1000;
const reportEveryMs = 5 * 60_000;
/** How soon new partitions of a topic are noticed. */
const partitionsEveryMs = 10_000;
/** How often the assignment is checked while no message comes. */
const lookEveryMs = 250;
/** After a signal, the time to take what was read. The destination has another 16 seconds to store it. */
const takeInWithinMs = 3000;
const commitWithinMs = 5000;
/** The time to wait for S3. */
const patienceMs = 10 * 60_000;
/** After this time without a failure, the next one counts as the first. */
const calmMs = 2 * 60_000;
const longestPauseMs = 15_000;
/** Longer than a group needs to settle. */
const hangMs = 3 * 60_000;

export async function feed(
  config: FeedConfig,
  catalog: readonly ConfiguredStream[],
  context: VerbContext & { readonly clock?: Clock },
): Promise<void> {
  const feeder = new Feeder(config, { clock: systemClock, ...context });
  using _ = context.metrics?.observe(() => feeder.lag.points());
  try {
    const states = write(config, catalog, feeder.lines(), { ...context, signal: feeder.writing });
    for await (const state of states) feeder.stored(state);
  } finally {
    await feeder.close();
  }
}

type Context = VerbContext & { readonly clock: Clock };

class Feeder {
  readonly #kafka: FeedConfig['kafka'];
  readonly #context: Context;
  readonly #ownership = new Ownership();
  readonly #wakeUp: WakeUp;
  readonly #committer: Committer;
  /** By topic. */
  readonly #records: ReadonlyMap<string, RecordLines>;
  /** By stream: its topics, and the last STATE that was sent. */
  readonly #streams: ReadonlyMap<string, { readonly topics: readonly string[]; sent: string }>;
  readonly #writing = new AbortController();
  readonly lag: LagWatch;
  #member: GroupMember | undefined;
  #wasConnected = false;
  #firstFailure = -Infinity;
  #lastFailure = -Infinity;
  #pauseMs = 0;
  #fatal: unknown;

  constructor({ kafka }: FeedConfig, context: Context) {
    const { clock, signal, log } = context;
    this.#kafka = kafka;
    this.#context = context;
    this.#wakeUp = new WakeUp(clock);
    this.lag = lagWatch(this.#ownership, kafka.groupId);
    this.#records = new Map(kafka.topics.map(({ topic, stream }) => [topic, new RecordLines(stream, kafka.include)]));
    const byStream = Map.groupBy(kafka.topics, ({ stream }) => stream);
    this.#streams = new Map(
      [...byStream].map(([stream, topics]) => [stream, { topics: topics.map(({ topic }) => topic), sent: '' }]),
    );
    this.#committer = new Committer({
      ownership: this.#ownership,
      commit: async (offsets) => this.#member?.commit(offsets),
      onFailure: (error) => this.#onCommitFailure(error),
      log,
      clock,
    });
    const onStop = (): void => {
      this.#wakeUp.notify();
      clock.after(takeInWithinMs, () => this.#writing.abort(signal.reason));
    };
    if (signal.aborted) onStop();
    else signal.addEventListener('abort', onStop, { once: true });
  }

  /** Aborted when the destination must not take more. */
  get writing(): AbortSignal {
    return this.#writing.signal;
  }

  /** The input of the destination. Ends at a signal, once everything that was read is taken. @throws a Kafka code. */
  async *lines(): AsyncGenerator<Uint8Array> {
    const { clock, signal, metrics } = this.#context;
    let stateDue = 0;
    let reportDue = clock.elapsed() + reportEveryMs;
    let lookDue = clock.elapsed() + partitionsEveryMs;
    while (!signal.aborted) {
      const messages = await this.#read();
      if (this.#fatal !== undefined) throw this.#fatal;
      const bytes = this.#lines(messages);
      if (bytes.length > 0) yield bytes;
      if (clock.elapsed() >= stateDue) {
        yield* this.#states();
        stateDue = clock.elapsed() + stateEveryMs;
      }
      if (clock.elapsed() >= reportDue) {
        await this.#report();
        reportDue = clock.elapsed() + reportEveryMs;
      }
      if (clock.elapsed() >= lookDue) {
        if (metrics !== undefined) this.lag.look();
        await this.#member?.lookForPartitions().catch(() => undefined); // A failure shows when it reads.
        lookDue = clock.elapsed() + partitionsEveryMs;
      }
      if (messages.length === 0) await this.#wakeUp.wait(lookEveryMs);
    }
    yield* this.#states();
    this.#writing.abort(signal.reason);
  }

  /** The destination has acknowledged a STATE: everything before it is stored. */
  stored(line: Uint8Array): void {
    const { state } = parseJson(Buffer.from(line).toString()) as {
      readonly state: {
        readonly stream: { readonly stream_descriptor: { readonly name: string }; readonly stream_state: JsonObject };
      };
    };
    this.#committer.offer(state.stream.stream_descriptor.name, state.stream.stream_state);
  }

  async close(): Promise<void> {
    await this.#committer.drain(commitWithinMs);
    await this.#member?.close();
  }

  async #read(): Promise<readonly Message[]> {
    try {
      if (this.#member === undefined) {
        const { clock, log } = this.#context;
        const base = { kafka: this.#kafka, ownership: this.#ownership, wakeUp: this.#wakeUp, clock, log };
        this.#member = new GroupMember(base);
        this.lag.watch(this.#member);
        await this.#withinReason(this.#member.join());
        this.#wasConnected = true;
        log('INFO', `Joined the group "${this.#kafka.groupId}" by the protocol ${this.#kafka.groupProtocol}.`);
      }
      const messages = await this.#withinReason(this.#member.read());
      this.#wasConnected = true;
      return messages;
    } catch (error) {
      await this.#onReadFailure(error);
      return [];
    }
  }

  /** A request that never gets an answer must not stop the feeder silently. @throws KAFKA_UNAVAILABLE */
  async #withinReason<T>(asked: Promise<T>): Promise<T> {
    const answered = new AbortController();
    const over = sleep(this.#context.clock, hangMs, answered.signal).then(() => {
      const failure = new ConnectorError('KAFKA_UNAVAILABLE', 'The brokers did not answer a request.');
      this.#member?.fail(failure);
      throw failure;
    });
    try {
      return await Promise.race([asked, over]);
    } finally {
      answered.abort();
    }
  }

  /** @throws failures that time cannot fix, or has not fixed. */
  async #onReadFailure(error: unknown): Promise<void> {
    const { clock, log, signal } = this.#context;
    if (signal.aborted) return;
    const member = this.#member;
    const failure = toConnectorError(kafkaFailure(error, this.#kafka, this.#wasConnected));
    const now = clock.elapsed();
    if (now - this.#lastFailure > calmMs) {
      this.#firstFailure = now;
      this.#pauseMs = 500;
    }
    this.#lastFailure = now;
    const isOver = now - this.#firstFailure > patienceMs;
    if ((failure.failureType !== 'transient_error' || isOver) && !isOutOfRange(error)) throw failure;
    log('WARN', `${failure.message} Trying again.`);
    if (member?.isMember !== true) {
      this.#member = undefined;
      this.#ownership.loseAll();
      await member?.close();
    }
    this.#pauseMs = Math.min(this.#pauseMs * 2, longestPauseMs);
    await sleep(clock, this.#pauseMs, signal).catch(() => undefined);
  }

  /** Whether to try again. Reading handles its own failures, so only permanent ones end the feeder here. */
  #onCommitFailure(error: unknown): boolean {
    const failure = toConnectorError(kafkaFailure(error, this.#kafka, true));
    if (failure.failureType === 'transient_error') {
      this.#context.log('WARN', `Offsets cannot be committed: ${failure.message} Trying again.`);
      return true;
    }
    this.#fatal ??= failure;
    this.#wakeUp.notify();
    return false;
  }

  #lines(messages: readonly Message[]): Buffer {
    const now = this.#context.clock.wall();
    const lines = messages.flatMap((message) => this.#records.get(message.topic)?.line(message, now) ?? []);
    return Buffer.concat(lines);
  }

  /** A STATE for each stream that has progressed. */
  *#states(): Generator<Uint8Array> {
    for (const [stream, known] of this.#streams) {
      const state = JSON.stringify(this.#ownership.state(known.topics));
      if (state === known.sent) continue;
      known.sent = state;
      const descriptor = `{"stream_descriptor":${JSON.stringify({ name: stream })},"stream_state":${state}}`;
      yield Buffer.from(`{"type":"STATE","state":{"type":"STREAM","stream":${descriptor}}}\n`);
    }
  }

  /** How far this member is behind. It is only information, so a failure to get it does not matter. */
  async #report(): Promise<void> {
    const ends = await this.#member?.ends().catch(() => undefined);
    if (this.#member === undefined || ends === undefined) return;
    this.#context.log('INFO', lagText(ends, this.#ownership, this.#member.rebalances));
  }
}

// A run of `write`: its parts, how they are joined, and what is done with them at each turn of the loop in write.ts.
import { Completion } from '@s3-connectors/common/destination/input/completion.ts';
import { DeflatePool } from '@s3-connectors/common/destination/files/deflate-pool.ts';
import { DurableStates } from '@s3-connectors/common/destination/input/durable-states.ts';
import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import { ConnectorError, toConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { readLines, type LineBatch } from '@s3-connectors/common/protocol/lines.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import type { VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { outlineDepth } from '@s3-connectors/common/records/record-scanner.ts';
import { closeS3, openS3, type S3 } from '@s3-connectors/common/s3/connection/client.ts';
import { summarize as summarizeRequests } from '@s3-connectors/common/s3/connection/counters.ts';
import { WakeUp } from './wake-up.ts';
import { systemClock, type Clock } from '@s3-connectors/common/streams/clock.ts';
import { ReadAhead } from './read-ahead.ts';

import { BufferPool } from '../files/buffer-pool.ts';
import type { Config } from '../config/config.ts';
import { Gathering } from '../files/gathering.ts';
import { Intake } from './intake.ts';
import { Sketch, type Latency } from '../files/latency.ts';
import { sharesOf, type MemoryShares } from '../config/memory.ts';
import { OpenFiles } from './open-files.ts';
import { planStreams, type Target } from './plan.ts';
import { Replacements, type Verdict } from './replacements.ts';
import { Report } from './report.ts';
import { allDue, chunkBytes, filesDue, msUntilAged, type RotationLimits } from '../files/rotation.ts';
import { Stopping } from './stopping.ts';
import { Store } from '../files/store.ts';
import type { Figures } from './summary.ts';

/** As many as libuv's thread pool has threads. */
const compressionsAtOnce = 4;
/** Chunks, each at most 1 MiB, that are compressed or wait for it while more input is read. */
const maxChunksWaiting = 8;
export class Run {
  readonly #memory: MemoryShares;
  readonly #limits: RotationLimits;
  readonly #signal: AbortSignal;
  readonly #labels: readonly string[];
  readonly #clock: Clock;
  readonly #wakeUp: WakeUp;
  readonly #lines: ReadAhead<LineBatch>;
  readonly #intake: Intake;
  readonly #states: DurableStates;
  readonly #files: OpenFiles;
  readonly #pool: BufferPool;
  readonly #deflate: DeflatePool;
  readonly #store: Store;
  readonly #completion: Completion;
  readonly #replacements: Replacements;
  readonly #s3: S3;
  readonly #log: Log;
  readonly #latency: Latency = { sinceCame: new Sketch(), sinceHappened: new Sketch() };
  readonly #report: Report;
  readonly #stopping: Stopping;
  #inputFailure: unknown;

  /** @throws CATALOG_INVALID for what cannot be done, before anything is read. */
  constructor(
    config: Config,
    catalog: readonly ConfiguredStream[],
    input: AsyncIterable<Uint8Array>,
    context: VerbContext,
    clock: Clock = systemClock,
  ) {
    const { log, signal } = context;
    this.#log = log;
    this.#clock = clock;
    this.#wakeUp = new WakeUp(clock);
    const { maxFileBytes } = config;
    const plan = planStreams(config, catalog, log);
    this.#labels = plan.targets.map(({ label }) => label);
    const memory = sharesOf(config.maxMemoryBytes);
    this.#memory = memory;
    this.#limits = { maxAgeMs: config.maxFileAgeMs, maxFileBytes, maxOpenBytes: memory.openBytes };
    const pool = new BufferPool(memory.idleBytes);
    const allocate = (bytes: number): Buffer => pool.take(bytes);
    this.#pool = pool;
    this.#deflate = new DeflatePool({ level: config.gzipLevel, atOnce: compressionsAtOnce, allocate });
    this.#states = new DurableStates(plan.targets.length + 1, memory.heldBytes);
    this.#s3 = openS3(config.connection, { log, clock });
    const { targets } = plan;
    this.#completion = new Completion(targets.map(({ regime }) => regime));
    const giveUp = ({ index }: Target): void => this.#intake.giveUp(index);
    const parts = { s3: this.#s3, states: this.#states, clock, context, giveUp };
    this.#replacements = new Replacements({ ...parts, config, targets });
    this.#store = new Store({
      s3: this.#s3,
      config,
      keyFor: (file, key) => this.#replacements.keyFor(file, key),
      onStored: (file, key, written) => {
        this.#replacements.stored(file, key, written);
        this.#states.stored(file.stream, file);
        if (this.#replacements.stages(file)) return;
        file.rowTimes.stored(clock.elapsed() - file.openedAt, this.#latency);
      },
      onChange: () => this.#onStoreChange(),
    });
    this.#files = new OpenFiles([...plan.targets, plan.strays], {
      pool,
      deflate: this.#deflate,
      maxAgeMs: config.maxFileAgeMs,
      gathering: new Gathering(memory.gatheringBytes),
      chunkBytes: chunkBytes(maxFileBytes),
      onChunk: (error) => (error === undefined ? this.#wakeUp.notify() : this.#store.fail(error)),
    });
    const [files, states, completion] = [this.#files, this.#states, this.#completion];
    this.#intake = new Intake({ plan, files, states, completion, rules: config.rules, clock, log });
    this.#report = new Report({ log, clock, figures: () => this.#figures(), latency: this.#latency });
    this.#lines = new ReadAhead(readLines(input, { outlineDepth: outlineDepth.airbyte }), this.#wakeUp);
    this.#signal = signal;
    this.#stopping = new Stopping({
      signal,
      clock,
      onStop: () => {
        this.#lines.stop();
        this.#wakeUp.notify();
      },
      onCut: (reason) => this.#store.abort(reason),
    });
  }

  /** Puts in order what earlier runs left, before anything is written. */
  async begin(): Promise<void> {
    await this.#replacements.begin(this.#signal);
  }

  /** Nothing more is read, and nothing is on its way to S3. */
  get isFinished(): boolean {
    const { size, failure } = this.#store;
    return this.#lines.ended && size === 0 && (this.#files.size === 0 || failure !== undefined);
  }

  /**
   * Takes the next lines, if they are there and there is memory for them. A line that is none ends the input: what came
   * before it is stored and acknowledged. @returns whether there were any.
   */
  takeLines(): boolean {
    const hasRoom = this.#bufferBytes < this.#memory.bufferBytes && this.#deflate.size < maxChunksWaiting;
    const batch = hasRoom ? this.#lines.take() : undefined;
    if (batch === undefined) return false;
    try {
      this.#intake.take(batch);
    } catch (error) {
      this.#inputFailure = error;
      this.#lines.stop();
    }
    return true;
  }

  /** Sends what is due on its way: by age, size or memory, and everything once the input has ended. */
  closeDueFiles(): void {
    if (this.#store.failure !== undefined || !this.#store.hasRoom) return;
    const { oldestFirst } = this.#files;
    const openBytes = this.#files.held.bytes + this.#states.waitingBytes;
    const situation = { oldestFirst, grown: this.#files.takeGrown(), openBytes, now: this.#clock.elapsed() };
    const due = this.#lines.ended ? allDue(oldestFirst) : filesDue(situation, this.#limits);
    for (const { file, reason } of due) {
      if (!this.#store.hasRoom) return;
      this.#files.remove(file);
      if (this.#isCut && this.#replacements.stages(file)) file.release();
      else this.#store.put(file, reason);
    }
  }

  /** The STATE lines whose records are all in S3 by now; each once. */
  durableStates(): readonly Uint8Array[] {
    return this.#states.take();
  }

  /** Until something happens or the oldest file is due. */
  async wait(): Promise<void> {
    // After a failure nothing is closed any more, however old; and without room nothing before a file is stored.
    const { failure, hasRoom } = this.#store;
    const oldest = failure === undefined && hasRoom ? this.#files.oldest : undefined;
    const msUntilDue = Math.min(this.#report.msUntilDue, msUntilAged(oldest, this.#clock.elapsed(), this.#limits));
    await this.#wakeUp.wait(msUntilDue);
  }

  /** Everything is stored: replaces what is to be replaced. After each step STATEs may have become durable. */
  async *conclude(): AsyncGenerator<void> {
    if (this.#isCut || this.#store.failure !== undefined) return;
    yield* this.#replacements.conclude((target) => this.#endingOf(target), this.#stopping.cut);
  }

  /** Every five minutes a word in the log on what was done in them. */
  report(): void {
    this.#report.tell({ openFiles: this.#files.size, bufferBytes: this.#bufferBytes });
  }

  summary(): string {
    const { supersededText } = this.#states;
    if (supersededText !== undefined) this.#log('WARN', supersededText);
    return `${this.#report.conclusion()} ${summarizeRequests(this.#s3.counters)}.`;
  }

  /** @throws why the run ended before its input did, or RECORDS_REJECTED when too many were. */
  throwFailure(): void {
    const failure = this.#store.failure ?? this.#inputFailure ?? this.#lines.error;
    if (failure !== undefined) throw failure;
    const excesses = this.#intake.rejections.excesses((stream) => this.#labels[stream] ?? '');
    if (excesses.length === 0 || this.#signal.aborted) return;
    throw new ConnectorError('RECORDS_REJECTED', `${excesses.join('; ')}. They lie below _rejected/.`);
  }

  /** Cuts whatever is still under way, and removes what was staged in vain. */
  async close(): Promise<void> {
    this.#lines.stop();
    this.#store.abort(new Error('the run has ended'));
    await this.#dropStaged();
    this.#stopping.close();
    this.#deflate.close();
    closeS3(this.#s3);
  }

  async #dropStaged(): Promise<void> {
    try {
      await this.#stopping.briefly((signal) => this.#replacements.drop(signal));
    } catch (error) {
      const why = toConnectorError(error).message;
      this.#log('WARN', `Files below _staging/ are left for the next run to remove: ${why}`);
    }
  }

  /** The input did not end by itself: nobody can say that a stream is complete. */
  get #isCut(): boolean {
    return this.#signal.aborted || this.#inputFailure !== undefined || this.#lines.error !== undefined;
  }

  #endingOf({ index }: Target): Verdict {
    return this.#intake.rejections.isExcessive(index) ? 'spoilt' : this.#completion.ending(index);
  }

  /** What counts for the memory; see memory.ts. */
  get #bufferBytes(): number {
    return this.#files.held.bytes + this.#store.held.bytes + this.#states.waitingBytes + this.#pool.idleBytes;
  }

  #figures(): Figures {
    const { counts, rejections } = this.#intake;
    const { files, bytes, reasons } = this.#store.counts;
    return { ...counts, rejected: rejections.rejected, files, storedBytes: bytes, ...reasons };
  }

  #onStoreChange(): void {
    if (this.#store.failure !== undefined) this.#lines.stop();
    this.#wakeUp.notify();
  }
}

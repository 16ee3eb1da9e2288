// A run of `write`: its parts, how they are joined, and what each turn of the loop in write.ts does with them.
import { DeflatePool } from '@s3-connectors/common/destination/files/deflate-pool.ts';
import type { DurableStates } from '@s3-connectors/common/destination/input/durable-states.ts';
import { compressionsAtOnce } from '@s3-connectors/common/program/cores.ts';
import { onePlaceEach } from '@s3-connectors/common/destination/publishing/places.ts';
import type { Target } from '@s3-connectors/common/destination/plan/plan.ts';
import { setUpRun, type RunContext } from '@s3-connectors/common/destination/plan/run-setup.ts';
import { Runtime } from '@s3-connectors/common/destination/run/runtime.ts';
import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { readLines, type LineBatch } from '@s3-connectors/common/protocol/lines.ts';
import type { Point } from '@s3-connectors/common/protocol/metrics.ts';
import { outlineDepth } from '@s3-connectors/common/records/record-scanner.ts';
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import type { WrittenBody } from '@s3-connectors/common/s3/write.ts';

import { sharesOf, type MemoryShares, type StreamingConfig } from '../config/config.ts';
import { BufferPool } from '../files/buffer-pool.ts';
import { Gathering } from '../files/gathering.ts';
import type { OpenFile } from '../files/open-file.ts';
import { allDue, chunkBytes, filesDue, maxChunksWaiting, msUntilAged, type RotationLimits } from '../files/rotation.ts';
import { FileStore } from '../files/store.ts';
import { layout } from '../layout/layout.ts';
import { FileSink } from './file-sink.ts';
import { OpenFiles } from './open-files.ts';
import { planStreams, type TypeTarget } from './plan.ts';
import { ReadAhead } from './read-ahead.ts';
import { Report, type StreamingFigures } from './report.ts';
import { watchStop, type Stopping } from './stopping.ts';
import { WakeUp } from './wake-up.ts';

export class StreamingRun {
  readonly #memory: MemoryShares;
  readonly #limits: RotationLimits;
  readonly #context: RunContext;
  readonly #targets: readonly Target[];
  readonly #strays: Target;
  readonly #wakeUp: WakeUp;
  readonly #lines: ReadAhead<LineBatch>;
  readonly #runtime: Runtime<TypeTarget>;
  readonly #states: DurableStates;
  readonly #files: OpenFiles;
  readonly #pool: BufferPool;
  readonly #deflate: DeflatePool;
  readonly #store: FileStore;
  readonly #s3: S3;
  readonly #report: Report;
  readonly #stopping: Stopping;
  readonly #isShared: boolean;
  #inputFailure: unknown;

  /** @throws CATALOG_INVALID for streams that cannot be written, before anything is read. */
  constructor(
    config: StreamingConfig,
    catalog: readonly ConfiguredStream[],
    input: AsyncIterable<Uint8Array>,
    context: RunContext,
  ) {
    const { log, signal, clock } = context;
    this.#context = context;
    this.#isShared = config.run !== undefined;
    this.#wakeUp = new WakeUp(clock);
    const plan = planStreams(config, catalog, log);
    this.#targets = plan.targets;
    this.#strays = plan.strays;
    const memory = sharesOf(config.maxMemoryBytes);
    this.#memory = memory;
    const { maxFileBytes, maxFileAgeMs: maxAgeMs } = config;
    this.#limits = { maxAgeMs, maxFileBytes, maxOpenBytes: memory.openBytes };
    this.#pool = new BufferPool(memory.idleBytes);
    const allocate = (bytes: number): Buffer => this.#pool.take(bytes);
    const atOnce = compressionsAtOnce(config.maxCores, config.maxMemoryBytes);
    this.#deflate = new DeflatePool({ level: config.gzipLevel, atOnce, allocate });
    const setup = setUpRun({ config, plan, layout, context }, memory.heldBytes);
    this.#states = setup.states;
    this.#s3 = setup.area.s3;
    this.#store = new FileStore({
      s3: this.#s3,
      config,
      keyFor: ({ isOfRows, stream }, key) => (isOfRows ? this.#runtime.publisher.waiting.keyFor(stream, key) : key),
      onStored: (file, key, written) => this.#onStored(file, key, written),
      onChange: () => this.#onStoreChange(),
    });
    this.#files = new OpenFiles([...plan.targets, plan.strays], {
      pool: this.#pool,
      deflate: this.#deflate,
      maxAgeMs,
      gathering: new Gathering(memory.gatheringBytes),
      chunkBytes: chunkBytes(maxFileBytes),
      onChunk: (error) => (error === undefined ? this.#wakeUp.notify() : this.#store.fail(error)),
    });
    this.#runtime = new Runtime<TypeTarget>(setup, {
      sink: new FileSink(plan, this.#files, this.#states),
      places: onePlaceEach(plan.targets, (...why) => this.#runtime.giveUp(...why)),
      schemaOf: ({ schema }) => schema,
    });
    const standing = () => ({ openFiles: this.#files.size, bufferBytes: this.#bufferBytes });
    this.#report = new Report({ log, clock, late: config.rules.late, figures: () => this.figures, standing });
    this.#lines = new ReadAhead(readLines(input, { outlineDepth: outlineDepth.airbyte }), this.#wakeUp);
    const onStop = (): void => this.#stopReading();
    this.#stopping = watchStop({ signal, clock, onStop, onCut: (reason) => this.#store.abort(reason) });
  }

  /**
   * Settles what earlier runs left, before anything is written. A run that only appends needs no permission except to write.
   */
  async begin(): Promise<void> {
    const { signal, log } = this.#context;
    try {
      const isOpen = await this.#runtime.begin(signal);
      if (!isOpen) this.#lines.stop();
    } catch (error) {
      const appendsOnly = !this.#isShared && this.#targets.every(({ succession }) => succession.kind === 'keep');
      if (!appendsOnly || !(error instanceof ConnectorError) || error.code !== 'S3_ACCESS_DENIED') throw error;
      log(
        'INFO',
        `Skipped the search for interrupted replacements, which a run that only appends does not need: ${error.message}`,
      );
    }
  }

  /** Nothing more will be read, and no upload is under way. */
  get isFinished(): boolean {
    const { size, failure } = this.#store;
    return this.#lines.ended && size === 0 && (this.#files.size === 0 || failure !== undefined);
  }

  /**
   * Takes the next lines, if they have arrived and there is memory for them. A line that is not a message ends the input:
   * everything before it is stored and acknowledged. @returns whether there were any.
   */
  takeLines(): boolean {
    const hasRoom =
      this.#bufferBytes < this.#memory.bufferBytes && this.#deflate.size < maxChunksWaiting(this.#deflate.atOnce);
    const batch = hasRoom && !this.#files.hasSurplus ? this.#lines.take() : undefined;
    if (batch === undefined) return false;
    try {
      this.#runtime.intake.take(batch);
    } catch (error) {
      this.#inputFailure = error;
      this.#lines.stop();
    }
    return true;
  }

  /** Sends files that are due by age, size or memory, and all files once the input has ended. */
  closeDueFiles(): void {
    if (this.#store.failure !== undefined || !this.#store.hasRoom) return;
    const { oldestFirst } = this.#files;
    const openBytes = this.#files.held.bytes + this.#states.waitingBytes;
    const [grown, surplus, now] = [this.#files.takeGrown(), this.#files.surplus(), this.#context.clock.elapsed()];
    const situation = { oldestFirst, grown, surplus, openBytes, now };
    const due = this.#lines.ended ? allDue(oldestFirst) : filesDue(situation, this.#limits);
    for (const { file, reason } of due) {
      if (!this.#store.hasRoom) return;
      this.#files.remove(file);
      if (this.#isCut && file.isOfRows && this.#runtime.publisher.waiting.has(file.stream)) file.release();
      else this.#store.put(file, reason);
    }
  }

  /** The STATE lines whose records are all in S3, each once. */
  durableStates(): readonly Uint8Array[] {
    return this.#states.take();
  }

  /** Waits until something happens or the oldest file is due. */
  async wait(): Promise<void> {
    // After a failure no file is closed any more, however old. Without room no file is closed before another one is stored.
    const { failure, hasRoom } = this.#store;
    const oldest = failure === undefined && hasRoom ? this.#files.oldest : undefined;
    const msUntilDue = Math.min(
      this.#report.msUntilDue,
      msUntilAged(oldest, this.#context.clock.elapsed(), this.#limits),
    );
    await this.#wakeUp.wait(msUntilDue);
  }

  /** Everything is stored: publishes the replacements. Yields the STATEs that become durable by that. */
  async *conclude(): AsyncGenerator<Uint8Array> {
    if (this.#isCut || this.#store.failure !== undefined) return;
    yield* this.#runtime.conclude(this.#stopping.cut);
  }

  /** Logs every five minutes what was done in them. */
  report(): void {
    this.#report.tell();
  }

  summarize(): void {
    this.#runtime.summarize(this.#report.conclusion());
  }

  /** @throws the error that ended the run before its input, or RECORDS_REJECTED when too many records were rejected. */
  throwFailure(): void {
    const failure = this.#store.failure ?? this.#inputFailure ?? this.#lines.error;
    if (failure !== undefined) throw failure;
    this.#runtime.refuseRejections();
  }

  /** Cuts work that is still under way, and removes files that were staged in vain. */
  async close(): Promise<void> {
    this.#lines.stop();
    this.#store.abort(new Error('the run has ended'));
    await this.#runtime.drop(this.#stopping.cut);
    this.#stopping.close();
    this.#deflate.close();
    this.#s3[Symbol.dispose]();
  }

  /** The input did not end by itself, so no stream is known to be complete. */
  get #isCut(): boolean {
    return this.#context.signal.aborted || this.#inputFailure !== undefined || this.#lines.error !== undefined;
  }

  #onStored(file: OpenFile, key: string, written: WrittenBody): void {
    const { stream, isOfRows, rows, minTime, maxTime, openedAt, rowTimes } = file;
    const { name } = this.#targets[stream] ?? this.#strays;
    const staged = { ...written, key, rows, minTime, maxTime };
    const waits = this.#runtime.stored({ stream, name, isRejected: !isOfRows }, staged);
    this.#states.stored(stream, file);
    if (!waits) rowTimes.stored(this.#context.clock.elapsed() - openedAt, this.#report.latency);
  }

  /** The bytes that count for the memory; see MemoryShares. */
  get #bufferBytes(): number {
    return this.#files.held.bytes + this.#store.held.bytes + this.#states.waitingBytes + this.#pool.idleBytes;
  }

  get figures(): StreamingFigures {
    return { ...this.#runtime.figures, ...this.#store.reasons };
  }

  *points(): Generator<Point> {
    yield* this.#runtime.points();
    yield* this.#report.points();
  }

  #onStoreChange(): void {
    if (this.#store.failure === undefined) this.#wakeUp.notify();
    else this.#stopReading();
  }

  #stopReading(): void {
    this.#lines.stop();
    this.#wakeUp.notify();
  }
}

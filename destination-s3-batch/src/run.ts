// A run of `write`: its parts, and what each hop of the pipeline in write.ts does with them.
//
// Memory: a quarter of `max_memory_mb` for rows on their way, the rest for the engine. Disk: rows, and files made of them, up to
// three quarters of the spool's bound; the rest is for what is just being made of one segment.
//
// A segment that takes no more rows is turned into files at once, while more rows come: engine and input use a core each.
import { Completion } from '@s3-connectors/common/destination/completion.ts';
import { DurableStates } from '@s3-connectors/common/destination/durable-states.ts';
import { LineIntake } from '@s3-connectors/common/destination/line-intake.ts';
import type { Area } from '@s3-connectors/common/destination/manifests.ts';
import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import type { VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';
import type { LineBatch } from '@s3-connectors/common/protocol/lines.ts';
import { closeS3, openS3 } from '@s3-connectors/common/s3/client.ts';

import { columnReport } from './columns/column-report.ts';
import { typeJson } from './columns/registry.ts';
import { Typings } from './columns/typings.ts';
import type { Config } from './config.ts';
import { Converter, type OutputFile } from './files/converter.ts';
import { Intake } from './intake.ts';
import { planStreams, type Plan, type Target } from './plan.ts';
import { upload } from './publish.ts';
import { Replacements } from './replacements.ts';
import type { SpoolFolder } from './spool/spool-folder.ts';
import type { SpoolFile } from './spool/spool-file.ts';
import { Spool } from './spool/spool.ts';
import { Tally } from './summary.ts';
import { Tables } from './table.ts';

const diskShare = 3 / 4;
const segmentShare = 1 / 16;
const largestSegmentBytes = 128 * 1024 * 1024;
/** Segments that wait for the engine; then the input waits. */
const maxWaiting = 2;
const heldShare = 1 / 32;
const beforeAllRecords = -1;
/** What is in staging is removed within this time, else by the next run. */
const dropWithinMs = 3000;

export class Run implements AsyncDisposable {
  readonly #plan: Plan;
  readonly #area: Area;
  readonly #spool: Spool;
  readonly #maxDiskBytes: number;
  readonly #states: DurableStates;
  readonly #intake: Intake;
  readonly #lines: LineIntake<Target>;
  readonly #typings: Typings;
  readonly #converter: Converter;
  readonly #completion: Completion;
  readonly #replacements: Replacements;
  readonly #tables: Tables;
  readonly #tally = new Tally();
  readonly #context: VerbContext;
  readonly #converting = new Set<Promise<void>>();
  readonly #made: OutputFile[] = [];
  #madeBytes = 0;
  readonly #startedAt = Date.now();

  constructor(config: Config, catalog: readonly ConfiguredStream[], folder: SpoolFolder, context: VerbContext) {
    const { log, signal } = context;
    this.#context = context;
    this.#plan = planStreams(config, catalog, log);
    const { targets, byKey, fields } = this.#plan;
    this.#tables = new Tables(fields);
    this.#area = { s3: openS3(config.connection, { log }), prefix: config.prefix, headers: config.headers };
    this.#maxDiskBytes = folder.maxBytes * diskShare;
    this.#spool = new Spool(folder.path, {
      maxHeldBytes: config.maxMemoryBytes * heldShare,
      segmentBytes: Math.min(largestSegmentBytes, folder.maxBytes * segmentShare),
    });
    this.#states = new DurableStates(targets.length);
    this.#completion = new Completion(targets.map(({ regime }) => regime));
    this.#intake = new Intake({
      config,
      plan: this.#plan,
      tables: this.#tables,
      spool: this.#spool,
      states: this.#states,
      startedAt: this.#startedAt,
      context,
    });
    const [states, completion, handlers] = [this.#states, this.#completion, this.#intake];
    this.#lines = new LineIntake({ byKey, fields, states, completion, handlers, log });
    const streams = targets.map(({ descriptor }) => descriptor);
    this.#typings = new Typings(this.#area, streams, { objectsAsText: config.objectsAsText });
    this.#converter = new Converter({ config, typings: this.#typings, directory: folder.path, signal });
    this.#replacements = new Replacements({
      area: this.#area,
      config,
      targets,
      startedAt: this.#startedAt,
      context,
      schemaOf: (table) => this.#schemaOf(table),
    });
    // Older than every record: whatever a stream's STATEs say, they wait for its replacement.
    for (const target of targets) {
      if (this.#replacements.stages(target.index)) this.#states.opened(target.index, target, beforeAllRecords);
    }
  }

  /** Puts in order what earlier runs left, before anything is written. */
  async begin(): Promise<void> {
    const waiting = this.#plan.targets
      .filter(({ index }) => this.#replacements.stages(index))
      .map(({ label }) => label);
    if (waiting.length > 0) {
      this.#context.log(
        'WARN',
        `STATEs of these streams come at the end only, once they are replaced: ${waiting.join(', ')}.`,
      );
    }
    await this.#replacements.begin();
  }

  /** Rows to the spool. @throws INPUT_INVALID or RECORDS_REJECTED naming a line; what came before it has been taken. */
  async take(lines: LineBatch): Promise<void> {
    this.#lines.take(lines);
    if (!this.#spool.isFullOfRows) return;
    await this.#spool.flush();
    for (const segment of this.#spool.takeFull()) this.#convert(segment);
    while (this.#converting.size > maxWaiting) await Promise.race(this.#converting);
  }

  /** Rows and files on disk are as many as they may be. */
  get isSpoolFull(): boolean {
    return this.#spool.bytes + this.#madeBytes >= this.#maxDiskBytes;
  }

  /** Everything that waits goes to S3, replaced streams into staging. @returns the STATEs that are durable by that. */
  async publish(): Promise<readonly Uint8Array[]> {
    const waiting = this.#plan.targets.map(({ index: stream }) => ({ stream, rows: this.#intake.release(stream) }));
    for (const segment of await this.#spool.takeAll()) this.#convert(segment);
    while (this.#converting.size > 0) await Promise.race(this.#converting);
    const files = this.#made.splice(0);
    this.#madeBytes = 0;
    await this.#typings.save(new Set(files.map(({ table }) => table)), this.#context.signal);
    const keyFor = (file: OutputFile): string => this.#replacements.keyFor(file);
    for await (const file of upload(this.#area, files, keyFor, this.#context.signal)) {
      this.#replacements.stored(file);
      this.#tally.add(file.table, file);
    }
    for (const { stream, rows } of waiting) {
      if (rows !== undefined && !this.#intake.hasFailed(stream)) this.#states.stored(stream, rows);
    }
    return this.#states.take();
  }

  /** The input has ended by itself: replaces what is to be replaced. Yields the STATEs that are durable by that. */
  async *conclude(): AsyncGenerator<Uint8Array> {
    for (const target of this.#plan.targets) {
      if (this.#intake.hasFailed(target.index)) continue;
      const isSpoilt = this.#intake.rejections.isExcessive(target.index);
      const verdict = isSpoilt ? 'spoilt' : this.#completion.ending(target.index);
      if (!(await this.#replacements.conclude(target, verdict))) continue;
      this.#states.stored(target.index, target);
      yield* this.#states.take();
    }
  }

  /** What an operator has to know of the tables before the summary. */
  report(): void {
    const { log } = this.#context;
    for (const table of this.#tables.all) {
      const type = this.#typings.typeOf(table);
      if (type !== undefined) log('INFO', columnReport(table.name, type, this.#typings.misfitsOf(table)));
    }
    for (const { index, label } of this.#plan.targets) {
      const dropped = Object.entries(this.#intake.droppedFields(index)).map(([name, count]) => `${name} (${count})`);
      if (dropped.length > 0) {
        log(
          'INFO',
          `The published tables have no columns for these fields of "${label}", with so many values: ${dropped.join(', ')}.`,
        );
      }
    }
  }

  /** One line of JSON. */
  summary(): string {
    const { records } = this.#lines.counts;
    const { untimed, invalid } = this.#intake.counts;
    const { rejected } = this.#intake.rejections;
    const seconds = (Date.now() - this.#startedAt) / 1000;
    return this.#tally.summary({ records, rejected, untimed, invalid, seconds });
  }

  /** @throws RECORDS_REJECTED when too many were. */
  refuseRejections(): void {
    const excesses = this.#intake.rejections.excesses((stream) => this.#plan.targets[stream]?.label ?? '');
    if (excesses.length === 0) return;
    throw new ConnectorError('RECORDS_REJECTED', `${excesses.join('; ')}. They lie below _rejected/.`);
  }

  /** Removes what was staged in vain. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#replacements.drop(AbortSignal.timeout(dropWithinMs));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#context.log('WARN', `Files below _staging/ are left for the next run to remove: ${why}`);
    }
    await Promise.allSettled(this.#converting);
    await this.#converter[Symbol.asyncDispose]();
    closeS3(this.#area.s3);
  }

  #schemaOf(name: string): JsonObject {
    const table = this.#tables.all.find((candidate) => candidate.name === name && candidate.shape !== undefined);
    const type = table === undefined ? undefined : this.#typings.typeOf(table);
    return type === undefined ? {} : typeJson(type);
  }

  /** Begins it; `#converting` says when it is done, or why it could not be. */
  #convert(segment: SpoolFile): void {
    const done: Promise<void> = this.#makeFiles(segment).then(() => void this.#converting.delete(done));
    this.#converting.add(done);
    done.catch(() => undefined); // It stays in the set, for whoever waits.
  }

  async #makeFiles(segment: SpoolFile): Promise<void> {
    const { table } = segment;
    const files = await this.#converter.convert(segment);
    await this.#spool.remove(segment);
    this.#tally.misfits(table, this.#typings.misfitsOf(table));
    this.#made.push(...files);
    this.#madeBytes += files.reduce((sum, { size }) => sum + size, 0);
  }
}

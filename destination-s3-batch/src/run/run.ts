// A run of `write`: its parts, and what each hop of the pipeline in write.ts does with them.
//
// Memory: a quarter of `max_memory_mb` for rows on their way, the rest for the engine. Disk: rows, and files made of them, up to
// three quarters of the spool's bound; the rest is for what is just being made of one segment.
import { Completion } from '@s3-connectors/common/destination/input/completion.ts';
import { beforeAllRecords, DurableStates } from '@s3-connectors/common/destination/input/durable-states.ts';
import { Intake } from '@s3-connectors/common/destination/run/intake.ts';
import type { Area } from '@s3-connectors/common/destination/replacing/manifests.ts';
import type { Plan } from '@s3-connectors/common/destination/run/plan.ts';
import type { TempFolder } from '@s3-connectors/common/local-disk/temp-folder.ts';
import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import type { VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { ConnectorError, toConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';
import type { LineBatch } from '@s3-connectors/common/protocol/lines.ts';
import { closeS3, openS3 } from '@s3-connectors/common/s3/connection/client.ts';
import type { Clock } from '@s3-connectors/common/streams/clock.ts';

import { maxNewFields, maxRareFields, mostFields } from '../config/budgets.ts';
import { columnReport } from '../columns/registry/column-report.ts';
import { registeredEventTables } from '../columns/registry/registered-names.ts';
import { typeJson } from '../columns/registry/registry.ts';
import { Typings } from '../tables/typings.ts';
import type { Config } from '../config/config.ts';
import { Conversions } from '../files/conversions.ts';
import { Converter, engineBytes, type OutputFile } from '../files/converter.ts';
import { TableSink } from './table-sink.ts';
import { planStreams, type TableTarget } from './plan.ts';
import { upload } from './publish.ts';
import { Replacements } from './replacements.ts';
import type { SpoolFolder } from '../spool/spool-folder.ts';
import type { SpoolFile } from '../spool/spool-file.ts';
import { Spool } from '../spool/spool.ts';
import { Tally } from './summary.ts';
import { Tables, type Table } from '../tables/table.ts';

const diskShare = 3 / 4;
const segmentShare = 1 / 16;
const largestSegmentBytes = 128 * 1024 * 1024;
/** Twice: rows gather while others are being written to disk. */
const heldShare = 1 / 64;
/** STATEs that wait; they are copied once when they are printed. */
const statesShare = 1 / 16;
/** What is in staging is removed within this time, else by the next run. */
const dropWithinMs = 3000;

type RunContext = VerbContext & { readonly clock: Clock };

export class Run implements AsyncDisposable {
  readonly #plan: Plan<TableTarget>;
  readonly #area: Area;
  readonly #spool: Spool;
  readonly #folder: TempFolder;
  readonly #maxDiskBytes: number;
  readonly #states: DurableStates;
  readonly #sink: TableSink;
  readonly #intake: Intake<TableTarget>;
  readonly #typings: Typings;
  readonly #converter: Converter;
  readonly #completion: Completion;
  readonly #replacements: Replacements;
  readonly #tables: Tables;
  readonly #tally = new Tally();
  readonly #mostFields: number;
  readonly #context: VerbContext;
  readonly #conversions: Conversions;
  #flushed: Promise<void> = Promise.resolve();
  readonly #clock: Clock;
  readonly #begunAt: number;

  constructor(config: Config, catalog: readonly ConfiguredStream[], folder: SpoolFolder, context: RunContext) {
    const { log, signal, clock } = context;
    this.#context = context;
    this.#clock = clock;
    this.#begunAt = clock.elapsed();
    const startedAt = clock.wall();
    this.#plan = planStreams(config, catalog, log);
    const { targets, fields } = this.#plan;
    this.#tables = new Tables(fields);
    this.#area = { s3: openS3(config.connection, { log, clock }), prefix: config.prefix, headers: config.headers };
    this.#folder = folder;
    this.#maxDiskBytes = folder.maxBytes * diskShare;
    this.#spool = new Spool(folder.path, {
      maxHeldBytes: config.maxMemoryBytes * heldShare,
      segmentBytes: Math.min(largestSegmentBytes, folder.maxBytes * segmentShare),
    });
    const bytesOfEngine = config.format === 'parquet' ? engineBytes(config) : undefined;
    this.#mostFields = mostFields(bytesOfEngine);
    this.#states = new DurableStates(targets.length + 1, config.maxMemoryBytes * statesShare);
    this.#completion = new Completion(targets.map(({ regime }) => regime));
    this.#sink = new TableSink({
      prefix: config.prefix,
      plan: this.#plan,
      tables: this.#tables,
      spool: this.#spool,
      states: this.#states,
      engineBytes: bytesOfEngine,
      startedAt,
      context,
    });
    const [plan, sink, states, completion] = [this.#plan, this.#sink, this.#states, this.#completion];
    this.#intake = new Intake({ plan, sink, states, completion, rules: config.rules, clock, log });
    const streams = targets.map(({ stream }) => stream);
    this.#typings = new Typings(this.#area, streams, {
      objectsAsText: config.objectsAsText,
      asLines: config.format === 'json',
      maxFields: this.#mostFields,
    });
    const typings = this.#typings;
    this.#converter = new Converter({ config, typings, folder, signal });
    const remove = (segment: SpoolFile): Promise<void> => this.#spool.remove(segment);
    const refused = ({ stream }: Table, error: ConnectorError): void =>
      this.#giveUp(targets[stream] as TableTarget, error);
    this.#conversions = new Conversions({
      converter: this.#converter,
      prepare: async (table, during) => {
        await typings.save(table, during);
        await this.#replacements.opening(table, during);
      },
      remove,
      refused,
    });
    this.#replacements = new Replacements({
      area: this.#area,
      config,
      targets,
      startedAt,
      context,
      schemaOf: (table) => this.#schemaOf(table),
      replaced: (table, what) => this.#tally.replaced(table, what),
      giveUp: (target, error) => this.#giveUp(target, error),
    });
    // Older than every record: whatever a stream's STATEs say, they wait for its replacement.
    for (const target of targets) {
      if (this.#replacements.stages(target.index)) this.#states.opened(target.index, target, beforeAllRecords);
    }
  }

  /** Puts in order what earlier runs left, before anything is written. */
  async begin(): Promise<void> {
    await this.#replacements.begin();
    if (this.#plan.targets.every(({ conversion }) => conversion !== 'split_events')) return;
    this.#sink.expectTables(await registeredEventTables(this.#area, this.#context.signal));
  }

  /** Rows to the spool. @throws INPUT_INVALID or RECORDS_REJECTED naming a line; what came before it has been taken. */
  async take(lines: LineBatch): Promise<void> {
    this.#intake.take(lines);
    if (!this.#spool.isFullOfRows) return;
    await this.#flushed;
    this.#flushed = this.#flush();
    this.#flushed.catch(() => undefined); // For whoever waits for it.
    await this.#conversions.room();
  }

  /** Rows and files on disk are as many as they may be. */
  get isSpoolFull(): boolean {
    return this.#spool.bytes + this.#conversions.bytes >= this.#maxDiskBytes;
  }

  /** Everything that waits goes to S3, replaced streams into staging. @returns the STATEs that are durable by that. */
  async publish(): Promise<readonly Uint8Array[]> {
    const { targets, strays } = this.#plan;
    const waiting = [...targets, strays].map(({ index: stream }) => {
      return { stream, rows: this.#sink.release(stream) };
    });
    this.#converter.inputWaits = true;
    await this.#flushed;
    for (const segment of await this.#folder.use(() => this.#spool.takeAll())) this.#conversions.begin(segment);
    const { signal } = this.#context;
    const keyFor = (file: OutputFile): string => this.#replacements.keyFor(file);
    for await (const file of upload(this.#area, this.#conversions.take(signal), keyFor, signal)) {
      if (!this.#replacements.stored(file)) this.#tally.add(file.table, file);
    }
    for (const { stream, rows } of waiting) {
      if (rows !== undefined && !this.#intake.hasGivenUp(stream)) this.#states.stored(stream, rows);
    }
    this.#converter.inputWaits = false;
    return this.#states.take();
  }

  /** The input has ended by itself: replaces what is to be replaced. Yields the STATEs that are durable by that. */
  async *conclude(): AsyncGenerator<Uint8Array> {
    for (const target of this.#plan.targets) {
      if (this.#intake.hasGivenUp(target.index)) continue;
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
    const { supersededText } = this.#states;
    if (supersededText !== undefined) log('WARN', supersededText);
    for (const table of this.#tables.all) {
      const type = this.#typings.typeOf(table);
      if (type === undefined) continue;
      this.#warnOfSurplus(table);
      const misfits = this.#typings.misfitsOf(table);
      this.#tally.misfits(table, misfits);
      log('INFO', columnReport(table.name, type, misfits));
    }
    for (const { index, label } of this.#plan.targets) {
      const dropped = Object.entries(this.#sink.droppedFields(index)).map(([name, count]) => `${name} (${count})`);
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
    const { records, untimed, invalid } = this.#intake.counts;
    const { rejected } = this.#intake.rejections;
    const seconds = (this.#clock.elapsed() - this.#begunAt) / 1000;
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
      const why = toConnectorError(error).message;
      this.#context.log('WARN', `Files below _staging/ are left for the next run to remove: ${why}`);
    }
    await Promise.allSettled([this.#flushed]);
    await this.#conversions[Symbol.asyncDispose]();
    await this.#converter[Symbol.asyncDispose]();
    closeS3(this.#area.s3);
  }

  /** The stream fails alone, by the first of its errors. */
  #giveUp({ index, stream }: TableTarget, error: ConnectorError): void {
    if (this.#intake.hasGivenUp(index)) return;
    this.#intake.giveUp(index);
    this.#context.fail(error.inStream(stream));
  }

  #warnOfSurplus(table: Table): void {
    const refused = table.shape?.room.refused ?? 0;
    if (refused === 0 && this.#typings.surplusOf(table) === 0) return;
    this.#context.log(
      'WARN',
      `Rows of the table "${table.name}" have more new fields than a run adds (${maxNewFields}, of rare ones ${maxRareFields}) or a table has (${this.#mostFields}): the rarest are kept as JSON text in the field "__json" beside the others.`,
    );
  }

  #schemaOf(name: string): JsonObject {
    const table = this.#tables.all.find((candidate) => candidate.name === name && candidate.shape !== undefined);
    const type = table === undefined ? undefined : this.#typings.typeOf(table);
    return type === undefined ? {} : typeJson(type);
  }

  /** Rows to disk; what takes no more of them goes on. */
  async #flush(): Promise<void> {
    for (const segment of await this.#folder.use(() => this.#spool.flush())) this.#conversions.begin(segment);
  }
}

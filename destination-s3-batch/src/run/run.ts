// A run of `write`: its parts, and what they do in each hop of the pipeline in write.ts.
//
// Memory: a quarter of `max_memory_mb` for rows on their way, the rest for the engine. Disk: rows, and files made from them,
// take up to three quarters of the spool's bound; the rest is for the segment that is being converted.
import type { DurableStates } from '@s3-connectors/common/destination/input/durable-states.ts';
import type { Plan } from '@s3-connectors/common/destination/plan/plan.ts';
import { total } from '@s3-connectors/common/destination/run/field-counts.ts';
import type { Figures } from '@s3-connectors/common/destination/run/summary.ts';
import { setUpRun, type RunContext } from '@s3-connectors/common/destination/plan/run-setup.ts';
import { Runtime } from '@s3-connectors/common/destination/run/runtime.ts';
import type { TempFolder } from '@s3-connectors/common/local-disk/temp-folder.ts';
import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import type { LineBatch } from '@s3-connectors/common/protocol/lines.ts';
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';
import type { Point } from '@s3-connectors/common/protocol/metrics.ts';
import type { Area } from '@s3-connectors/common/destination/replacing/manifest-store.ts';
import type { WrittenBody } from '@s3-connectors/common/s3/write.ts';

import { registeredEventTables } from '../columns/registry/registered-names.ts';
import { registeredSchema, typeJson } from '../columns/registry/registry.ts';
import { mostFields } from '../config/budgets.ts';
import type { BatchConfig } from '../config/config.ts';
import { Conversions, type OutputFile } from '../files/conversions.ts';
import { Converter, engineBytes } from '../files/converter.ts';
import { layout } from '../layout/layout.ts';
import type { SpoolFolder } from '../spool/spool-folder.ts';
import { Spool } from '../spool/spool.ts';
import { BatchTables } from '../tables/table.ts';
import { Typings } from '../tables/typings.ts';
import { EarlierTables } from './earlier-tables.ts';
import { planStreams, type TableTarget } from './plan.ts';
import { upload } from './upload.ts';
import { reportTables } from './table-report.ts';
import { TableSink } from './table-sink.ts';

const diskShare = 3 / 4;
/** The share of that at which a publish includes rows up to the next STATE. There is room for the rows before that STATE. */
const cutShare = 1 / 2;
const segmentShare = 1 / 16;
const largestSegmentBytes = 128 * 1024 * 1024;
/** The share of a segment for the first segments, so that the engine does not wait until one is full. */
const firstShare = 1 / 4;
/** Needed twice: rows gather while others are being written to disk. */
const heldShare = 1 / 64;
/** For STATEs that wait. They are copied once when they are printed. */
const statesShare = 1 / 16;

export class BatchRun implements AsyncDisposable {
  readonly #config: BatchConfig;
  readonly #plan: Plan<TableTarget>;
  readonly #area: Area;
  readonly #states: DurableStates;
  readonly #runtime: Runtime<TableTarget>;
  readonly #folder: TempFolder;
  readonly #maxDiskBytes: number;
  readonly #spool: Spool;
  readonly #sink: TableSink;
  readonly #earlier: EarlierTables;
  readonly #tables: BatchTables;
  readonly #typings: Typings;
  readonly #mostFields: number;
  readonly #converter: Converter;
  readonly #conversions: Conversions;
  readonly #context: RunContext;
  #flushed: Promise<void> = Promise.resolve();

  constructor(config: BatchConfig, catalog: readonly ConfiguredStream[], folder: SpoolFolder, context: RunContext) {
    const { log, signal, clock } = context;
    this.#config = config;
    this.#context = context;
    const plan = planStreams(config, catalog, log);
    this.#plan = plan;
    const setup = setUpRun({ config, plan, layout, context }, config.maxMemoryBytes * statesShare);
    const { area, states } = setup;
    this.#area = area;
    this.#states = states;
    this.#folder = folder;
    this.#maxDiskBytes = folder.maxBytes * diskShare;
    this.#spool = openSpool(config, folder);
    this.#tables = new BatchTables(plan.fields);
    const bytesOfEngine = config.format === 'parquet' ? engineBytes(config) : undefined;
    this.#mostFields = mostFields(bytesOfEngine);
    const parts = { tables: this.#tables, spool: this.#spool, states, context };
    const { prefix } = config;
    const cutBytes = this.#maxDiskBytes * cutShare;
    const startedAt = clock.wall();
    this.#sink = new TableSink({ ...parts, prefix, plan, engineBytes: bytesOfEngine, cutBytes, startedAt });
    this.#typings = openTypings(config, { area, plan, maxFields: this.#mostFields });
    this.#converter = new Converter({ config, typings: this.#typings, folder, signal });
    const { targets } = plan;
    const earlier = new EarlierTables({ area, targets, context, giveUp: (...why) => this.#runtime.giveUp(...why) });
    this.#earlier = earlier;
    this.#runtime = new Runtime(setup, {
      sink: this.#sink,
      places: earlier,
      schemaOf: (_, table) => this.#schemaOf(table),
      sharedSchemaOf: (_, table) => registeredSchema(area, table, signal),
    });
    this.#conversions = new Conversions({
      converter: this.#converter,
      segmentBytes: segmentBytesOf(folder),
      prepare: async (table, during) => {
        await this.#typings.save(table, during);
        await earlier.claim(table, during);
      },
      remove: (segment) => this.#spool.remove(segment),
      refused: ({ stream }, error) => this.#runtime.giveUp(targets[stream] as TableTarget, error),
    });
  }

  get figures(): Figures {
    return this.#runtime.figures;
  }

  *points(): Generator<Point> {
    yield* this.#runtime.points();
    const disk = this.#spool.bytes + this.#conversions.bytes;
    yield { metric: 's3_connectors.buffer.usage', value: disk, of: { place: 'disk' } };
    const all = this.#tables.all.map((table) => this.#typings.valuesOf(table));
    for (const [change, field] of [
      ['misfit', 'misfits'],
      ['cut', 'cut'],
      ['coerced', 'coerced'],
    ] as const) {
      const value = total(all.map((values) => total(values[field].values())));
      yield { metric: 's3_connectors.changed.values', value, of: { change } };
    }
  }

  /** Settles what earlier runs left, before anything is written. @returns whether rows are to be written. */
  async begin(): Promise<boolean> {
    const { signal } = this.#context;
    if (!(await this.#runtime.begin(signal))) return false;
    if (this.#plan.targets.every(({ conversion }) => conversion !== 'split_events')) return true;
    const registered = await registeredEventTables(this.#area, signal);
    this.#sink.expectTables(registered, (stream) => this.#earlier.foreignTo(stream));
    return true;
  }

  /**
   * Writes rows to the spool. @throws INPUT_INVALID or RECORDS_REJECTED, naming a line. The lines before it have been taken.
   */
  async take(lines: LineBatch): Promise<void> {
    this.#runtime.intake.take(lines);
    if (!this.#spool.isFullOfRows) return;
    await this.#flushed;
    this.#flushed = this.#flush();
    this.#flushed.catch(() => undefined); // Whoever awaits it gets the error.
    await this.#conversions.room();
  }

  /** Rows must be published: up to a STATE, or all, because no more fit on disk. */
  get isPublishDue(): boolean {
    if (this.#spool.bytes + this.#conversions.bytes >= this.#maxDiskBytes) this.#sink.cutAll();
    return this.#sink.hasCuts;
  }

  /** The input has ended. */
  endInput(): void {
    this.#sink.cutAll();
  }

  /** Uploads the rows to publish; rows of replaced streams go into staging. @returns the STATEs that become durable by that. */
  async publish(): Promise<readonly Uint8Array[]> {
    const cuts = this.#sink.takeCuts();
    this.#converter.inputWaits = true;
    await this.#flushed;
    await this.#flush();
    const { signal } = this.#context;
    const keyFor = (file: OutputFile): string => this.#keyFor(file);
    for await (const file of upload(this.#area, this.#conversions.take(signal), keyFor, signal)) this.#stored(file);
    for (const { stream, rows } of cuts) {
      if (rows !== undefined && !this.#runtime.intake.hasGivenUp(stream)) this.#states.stored(stream, rows);
    }
    this.#converter.inputWaits = false;
    return this.#states.take();
  }

  /**
   * Called when the input has ended by itself. Publishes the replacements, and yields the STATEs that become durable by that.
   */
  async *conclude(): AsyncGenerator<Uint8Array> {
    yield* this.#runtime.conclude(this.#context.signal);
  }

  /** Logs what an operator must know, and at the end the summary. */
  report(): void {
    const [tables, typings, sink, { tally }] = [this.#tables.all, this.#typings, this.#sink, this.#runtime];
    const mostFields = this.#mostFields;
    const reported = { targets: this.#plan.targets, tables, typings, tally, sink, mostFields, config: this.#config };
    reportTables(reported, this.#context.log);
    this.#runtime.summarize();
  }

  /** @throws RECORDS_REJECTED when too many records were rejected. */
  refuseRejections(): void {
    this.#runtime.refuseRejections();
  }

  /** Removes files that were staged in vain. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#runtime.drop();
    await Promise.allSettled([this.#flushed]);
    await this.#conversions[Symbol.asyncDispose]();
    await this.#converter[Symbol.asyncDispose]();
    this.#area.s3[Symbol.dispose]();
  }

  /** Where a file is stored. Rejected rows do not wait. */
  #keyFor({ segment: { table }, key }: OutputFile): string {
    return table.shape === undefined ? key : this.#runtime.publisher.waiting.keyFor(table.stream, key);
  }

  #stored(file: OutputFile & WrittenBody): void {
    const { segment, key, rows, size, crc32, etag } = file;
    const { table, minTime, maxTime } = segment;
    const staged = { key, rows, minTime, maxTime, size, crc32, etag };
    this.#runtime.stored({ stream: table.stream, name: table.name, isRejected: table.shape === undefined }, staged);
  }

  #schemaOf(name: string): JsonObject {
    const table = this.#tables.all.find((candidate) => candidate.name === name && candidate.shape !== undefined);
    const type = table === undefined ? undefined : this.#typings.typeOf(table);
    return type === undefined ? {} : typeJson(type);
  }

  /** Writes rows to disk. Complete segments continue to the next step. */
  async #flush(): Promise<void> {
    for (const segment of await this.#folder.use(() => this.#spool.flush())) this.#conversions.begin(segment);
  }
}

function segmentBytesOf({ maxBytes }: Pick<SpoolFolder, 'maxBytes'>): number {
  return Math.min(largestSegmentBytes, maxBytes * segmentShare);
}

function openSpool({ maxMemoryBytes, format }: BatchConfig, folder: SpoolFolder): Spool {
  const segmentBytes = segmentBytesOf(folder);
  const bounds = { maxHeldBytes: maxMemoryBytes * heldShare, segmentBytes, firstBytes: segmentBytes * firstShare };
  return new Spool(folder.path, { ...bounds, keepsOrder: format === 'json' });
}

function openTypings(
  { objectsAsText, timesAsText, format }: BatchConfig,
  { area, plan, maxFields }: { readonly area: Area; readonly plan: Plan; readonly maxFields: number },
): Typings {
  const streams = plan.targets.map(({ stream }) => stream);
  return new Typings(area, streams, { objectsAsText, timesAsText, asLines: format === 'json', maxFields });
}

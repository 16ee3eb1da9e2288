// The streams of a run whose earlier data goes: what is overwritten waits in staging and takes its place at once in the end;
// what a generation outlives is deleted in the end. Without proof that a stream is complete its earlier data stays. A stream
// may have several tables, also ones that have no rows any more.
import type { Ending } from '@s3-connectors/common/destination/input/completion.ts';
import { mayBeTooLarge, smallFirst } from '@s3-connectors/common/destination/replacing/document-memory.ts';
import { newExportId } from '@s3-connectors/common/destination/replacing/export-id.ts';
import { beginPlaces } from '@s3-connectors/common/destination/run/beginning.ts';
import { removeOutlived } from '@s3-connectors/common/destination/replacing/generation-record.ts';
import type { Area } from '@s3-connectors/common/destination/replacing/manifests.ts';
import { stagedKey, type DataPlace } from '@s3-connectors/common/destination/replacing/own-keys.ts';
import { replaceSet } from '@s3-connectors/common/destination/replacing/replacement.ts';
import { refuseShrinking } from '@s3-connectors/common/destination/replacing/shrinking.ts';
import { removeLeftovers, removeStaged, type StagedFile } from '@s3-connectors/common/destination/replacing/staging.ts';
import { failsAlone } from '@s3-connectors/common/destination/run/stream-failure.ts';
import type { VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';
import type { WrittenBody } from '@s3-connectors/common/s3/write.ts';

import type { Config } from '../config/config.ts';
import { EarlierTables } from './earlier-tables.ts';
import type { OutputFile } from '../files/converter.ts';
import { tablePlace } from '../layout/object-key.ts';
import type { Target } from './plan.ts';
import type { ReplacedTable } from './summary.ts';
import type { Table } from '../tables/table.ts';

/** Of one stream: the more, the sooner all of them are new. */
const tablesAtOnce = 4;

type Options = {
  readonly area: Area;
  readonly config: Pick<Config, 'workerId' | 'maxShrinkPercent'>;
  readonly targets: readonly Target[];
  readonly startedAt: number;
  readonly context: VerbContext;
  /** What a table's rows look like, for its manifest. */
  readonly schemaOf: (table: string) => JsonObject;
  /** Called for each table whose rows have taken the place of others. */
  readonly replaced: (table: string, what: ReplacedTable) => void;
  /** Called for a stream that cannot be written, before any of its records came. */
  readonly giveUp: (target: Target, error: ConnectorError) => void;
};

/** `spoilt`: too many of the stream's records were rejected. */
export type Verdict = Ending | 'spoilt';

/** Bound: some 300 bytes for each file in staging. */
export class Replacements {
  readonly #options: Options;
  readonly #exportId: string;
  /** What lies in staging, by stream and table. */
  readonly #staged = new Map<number, Map<string, StagedFile[]>>();
  readonly #earlier: EarlierTables;

  constructor(options: Options) {
    this.#options = options;
    this.#earlier = new EarlierTables(options);
    this.#exportId = newExportId(new Date(options.startedAt), options.config.workerId);
    for (const { index, succession } of options.targets) {
      if (succession.kind === 'replace') this.#staged.set(index, new Map());
    }
  }

  /** Before anything is written: ends what earlier runs left unfinished, and notes what is there. */
  async begin(): Promise<void> {
    const { area, config, startedAt, context } = this.#options;
    const { log, signal } = context;
    await beginPlaces(area, this.#earlier.beginnings(), signal);
    const folders = [...this.#staged.keys()].flatMap((index) => {
      return Array.from(this.#earlier.of(index), (table) => this.#placeOf(table).folder);
    });
    const leftovers = { workerId: config.workerId, parent: 'data/', folders, now: startedAt } as const;
    const removed = await removeLeftovers(area, leftovers, signal);
    if (removed > 0) log('INFO', `Removed ${removed} files that earlier runs left below _staging/.`);
  }

  /** Whether the stream's files wait, instead of being seen once they are stored. */
  stages(stream: number): boolean {
    return this.#staged.has(stream);
  }

  /** Before the first file of a table is stored. */
  async opening(table: Table, signal: AbortSignal): Promise<void> {
    await this.#earlier.claim(table, signal);
  }

  /** Where a file is put that is to lie at its key. Rejected rows wait for nothing. */
  keyFor({ table, key }: OutputFile): string {
    const waits = this.stages(table.stream) && table.shape !== undefined;
    return waits ? stagedKey(this.#options.area.prefix, this.#exportId, key) : key;
  }

  /** @returns whether it waits: nobody sees it before its table is replaced. */
  stored({ table, key, rows, minTime, maxTime, size, crc32, etag }: OutputFile & WrittenBody): boolean {
    const tables = this.#staged.get(table.stream);
    if (tables === undefined || table.shape === undefined) return false;
    const files = tables.get(table.name) ?? [];
    tables.set(table.name, files);
    files.push({ key, rows, minTime, maxTime, size, crc32, etag });
    return true;
  }

  /** The input has ended by itself: does what the stream's end allows. @returns whether its rows are where they belong. */
  async conclude(target: Target, verdict: Verdict): Promise<boolean> {
    if (target.succession.kind === 'keep') return true;
    try {
      return await this.#end(target, verdict);
    } catch (error) {
      if (!failsAlone(error)) throw error;
      this.#options.context.fail(error.inStream(target.descriptor));
      return false;
    }
  }

  async #end(target: Target, verdict: Verdict): Promise<boolean> {
    if (target.succession.kind === 'outlive') {
      await this.#removeOutlived(target, target.succession.generation, verdict);
      return true;
    }
    if (verdict !== 'proven') {
      this.#keep(target, verdict);
      return false;
    }
    await this.#replace(target);
    this.#staged.delete(target.index);
    return true;
  }

  /** Removes what waits for streams that were not replaced. */
  async drop(signal: AbortSignal): Promise<void> {
    for (const [index, tables] of this.#staged) {
      this.#staged.delete(index);
      const keys = [...tables.values()].flat().map(({ key }) => key);
      await removeStaged(this.#options.area, this.#exportId, keys, signal);
    }
  }

  /** Each table for itself; of several some are new before the others. */
  async #replace(target: Target): Promise<void> {
    const { area, context } = this.#options;
    const staged = this.#staged.get(target.index) ?? new Map<string, StagedFile[]>();
    const tables = new Set([...(await this.#earlier.proven(target, staged)), ...staged.keys()]);
    await this.#refuseShrinking(target, tables, [...staged.values()].flat());
    const begun = area.s3.clock.elapsed();
    let failure: { readonly error: unknown } | undefined;
    const replace = async (table: string, reading: Area, signal: AbortSignal): Promise<void> => {
      if (failure !== undefined) return; // What was begun is brought to its end all the same.
      try {
        await this.#replaceTable(reading, target, { table, files: staged.get(table) ?? [] }, signal);
      } catch (error) {
        if (reading !== area && mayBeTooLarge(error)) throw error;
        failure ??= { error };
      }
    };
    for await (const _ of smallFirst(area, { items: tables, limit: tablesAtOnce }, replace, context.signal));
    if (failure !== undefined) throw failure.error;
    if (tables.size < 2) return;
    const seconds = secondsText(area.s3.clock.elapsed() - begun);
    context.log(
      'INFO',
      `For ${seconds} some of the ${tables.size} tables of "${target.label}" were new and others not.`,
    );
  }

  async #refuseShrinking(
    { descriptor }: Target,
    tables: Iterable<string>,
    files: readonly StagedFile[],
  ): Promise<void> {
    const { area, config, context } = this.#options;
    const { maxShrinkPercent } = config;
    if (maxShrinkPercent === undefined) return;
    const places = Array.from(tables, (table) => this.#placeOf(table));
    const shrinking = { stream: descriptor, places, rows: rowsOf(files), maxShrinkPercent };
    await refuseShrinking(area, shrinking, context.signal);
  }

  async #replaceTable(
    area: Area,
    { descriptor, label }: Target,
    { table, files }: { readonly table: string; readonly files: readonly StagedFile[] },
    signal: AbortSignal,
  ): Promise<void> {
    const { context, schemaOf, replaced } = this.#options;
    const replacement = {
      place: this.#placeOf(table),
      exportId: this.#exportId,
      stream: descriptor,
      files,
      schema: schemaOf(table),
    };
    const { deleted, burstMs } = await replaceSet(area, replacement, signal);
    const rows = rowsOf(files);
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    replaced(table, { rows, bytes, files: files.length, deletedFiles: deleted, burstSeconds: burstMs / 1000 });
    context.log(
      'INFO',
      `Replaced the table "${table}" of "${label}": ${files.length} files with ${rows} rows are there, ${deleted} files are gone. A listing could show both for ${secondsText(burstMs)}.`,
    );
  }

  #keep({ label, descriptor }: Target, verdict: Exclude<Verdict, 'proven'>): void {
    const { log, fail } = this.#options.context;
    if (verdict === 'spoilt') log('WARN', `What was there before of "${label}" stays: too many records were rejected.`);
    else if (verdict === 'untouched') {
      log('WARN', `Nothing came for the stream "${label}": what was there before stays.`);
    } else {
      const text = `The input ended before the stream "${label}" was complete: what was there before stays. Run again.`;
      fail(new ConnectorError('STREAM_INCOMPLETE', text, { stream: descriptor }));
    }
  }

  async #removeOutlived(target: Target, generation: number, verdict: Verdict): Promise<void> {
    const { area, context } = this.#options;
    const { label, regime } = target;
    if (verdict !== 'proven') {
      if (regime === 'singer') return; // Of all runs together the target says it.
      context.log('WARN', `Rows older than generation ${generation} of "${label}" stay: it did not come to its end.`);
      return;
    }
    let removed = 0;
    for (const known of await this.#earlier.proven(target)) {
      const scope = { place: this.#placeOf(known), generation };
      removed += await removeOutlived(area, scope, context.signal);
    }
    context.log(
      'INFO',
      `Generation ${generation} of "${label}" is complete: ${removed} files from before it were deleted.`,
    );
  }

  #placeOf(table: string): DataPlace {
    return tablePlace(this.#options.area.prefix, table);
  }
}

function rowsOf(files: readonly StagedFile[]): number {
  return files.reduce((sum, { rows }) => sum + rows, 0);
}

function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

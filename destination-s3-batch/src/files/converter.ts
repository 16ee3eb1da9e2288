// Makes files for S3 from a segment of the spool: decides its type, fits rows if any need it, and writes the format. One segment at
// a time, because the engine has memory for one.
import { createHash } from 'node:crypto';
import { rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

import { DeflatePool } from '@s3-connectors/common/destination/files/deflate-pool.ts';
import { FileNames } from '@s3-connectors/common/destination/files/file-names.ts';
import type { TempFolder } from '@s3-connectors/common/local-disk/temp-folder.ts';
import { compressionsAtOnce, coresOf } from '@s3-connectors/common/program/cores.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { TaskQueue } from '@s3-connectors/common/streams/task-queue.ts';

import type { Typings } from '../tables/typings.ts';
import type { StructType } from '../columns/types/field-type.ts';
import { mostColumns } from '../config/budgets.ts';
import type { BatchConfig, OutputFormat } from '../config/config.ts';
import { openEngine, type ConversionEngine } from '../engine/engine.ts';
import { extensions, layout } from '../layout/layout.ts';
import type { RowMarks } from '../spool/row-marks.ts';
import type { SpoolFile } from '../spool/spool-file.ts';
import type { BatchTable } from '../tables/table.ts';
import { Fitter } from '../columns/fit/fit.ts';
import { distinctRows } from './distinct-rows.ts';
import { writeGzip } from './gzip-files.ts';
import { rowsOf, type MadeFile, type RowsOnDisk, type RowSource } from './made-file.ts';
import { writeParquet } from './parquet-files.ts';
import { rewriteRows } from './rewritten-rows.ts';

/** A file on local disk: the `part`-th of a segment. */
export type ConvertedFile = MadeFile & {
  readonly segment: SpoolFile;
  readonly part: number;
  /** Bytes. */
  readonly size: number;
};

const gzipLevel = 6;
/** The share of `max_memory_mb`. The rest is for rows on their way and related objects. */
const engineShare = 3 / 4;

export function engineBytes({ maxMemoryBytes }: Pick<BatchConfig, 'maxMemoryBytes'>): number {
  return maxMemoryBytes * engineShare;
}

type Options = {
  readonly config: Pick<BatchConfig, 'format' | 'maxCores' | 'maxFileBytes' | 'maxMemoryBytes' | 'workerId'>;
  readonly typings: Typings;
  /** Used only by this run. */
  readonly folder: TempFolder;
  readonly signal: AbortSignal;
};

/** `doubtful`: those of the files whose rows may not be as the type has them; `marks`: of such rows, undefined when all may be. */
type TypedRows = {
  readonly files: readonly RowsOnDisk[];
  readonly doubtful: readonly RowsOnDisk[];
  readonly marks?: RowMarks;
  readonly type: StructType;
};

export class Converter implements AsyncDisposable {
  readonly #options: Options;
  readonly #names = new FileNames();
  readonly #deflate: DeflatePool;
  readonly #lane = new TaskQueue(1);
  #engine: ConversionEngine | undefined;
  #count = 0;
  /**
   * No rows come meanwhile, so the engine may use all cores. While rows come they need one core: the engine would otherwise finish
   * early, and leave its core idle until the next segment is full.
   */
  inputWaits = false;

  constructor(options: Options) {
    this.#options = options;
    const { maxCores, maxMemoryBytes } = options.config;
    this.#deflate = new DeflatePool({ level: gzipLevel, atOnce: compressionsAtOnce(maxCores, maxMemoryBytes) });
  }

  /** The segment stays. The caller removes the files. */
  async convert(segment: SpoolFile): Promise<readonly ConvertedFile[]> {
    return await this.#lane.run(async () => {
      this.#options.signal.throwIfAborted();
      this.#count += 1;
      const folder = join(this.#options.folder.path, `files-${this.#count}`);
      const made = await this.#options.folder
        .use(() => this.#make(segment, folder))
        .catch((error: unknown) => {
          throw ofTable(error, segment.table);
        });
      return await Promise.all(
        made.map(async (file, part) => ({ ...file, segment, part, size: (await stat(file.path)).size })),
      );
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#deflate.close();
    await this.#engine?.[Symbol.asyncDispose]();
  }

  async #make(segment: SpoolFile, folder: string): Promise<readonly MadeFile[]> {
    const { table } = segment;
    const { typings, signal } = this.#options;
    const { files, mixed, unusual } = segment;
    if (table.shape === undefined) return await this.#write(rowsOf(files), undefined, folder, 'json');
    const { type, isAsTyped, isUsualAsTyped } = await typings.decide(table, table.shape, signal);
    if (table.dedup === undefined) {
      const some = isUsualAsTyped ? { doubtful: [mixed], marks: unusual } : { doubtful: files };
      return await this.#writeTyped(table, { files, type, ...(isAsTyped ? { doubtful: [] } : some) }, folder);
    }
    const dedup = { ...table.dedup, row: type };
    const distinct = await distinctRows(await this.#openEngine(), rowsOf(files), dedup, `${folder}.distinct`);
    try {
      return await this.#writeTyped(table, { files: [distinct], doubtful: isAsTyped ? [] : [distinct], type }, folder);
    } finally {
      await unlink(distinct.path);
    }
  }

  async #writeTyped(
    table: BatchTable,
    { files, doubtful, marks, type }: TypedRows,
    folder: string,
  ): Promise<readonly MadeFile[]> {
    const { typings, config } = this.#options;
    const { format } = config;
    const source = rowsOf(doubtful);
    if (source.rows === 0) return await this.#write(rowsOf(files), type, folder, format);
    const asLines = format === 'json';
    const maxColumns = asLines ? Infinity : mostColumns(engineBytes(config));
    const fitter = new Fitter(type, { asLines, maxColumns });
    const fitted = await rewriteRows(
      source,
      `${folder}.fitted`,
      (bytes, start, _end, out) => fitter.fit(bytes, start, out),
      { stays: (row) => marks?.has(row) === false },
    );
    try {
      typings.fitted(table, fitter.type, fitter.values);
      const sure = files.filter((file) => !doubtful.includes(file));
      return await this.#write(rowsOf([fitted, ...sure]), fitter.type, folder, format);
    } finally {
      await unlink(fitted.path);
    }
  }

  async #write(
    rows: RowSource,
    type: StructType | undefined,
    target: string,
    format: OutputFormat,
  ): Promise<readonly MadeFile[]> {
    const { config } = this.#options;
    const { maxFileBytes } = config;
    if (format === 'json' || type === undefined) {
      return await writeGzip(rows, { deflate: this.#deflate, target, maxFileBytes });
    }
    return await writeParquet(await this.#openEngine(), rows, {
      type,
      target,
      maxFileBytes,
      engineBytes: engineBytes(config),
    });
  }

  async #openEngine(): Promise<ConversionEngine> {
    const { folder, config } = this.#options;
    const memoryBytes = engineBytes(config);
    this.#engine ??= await openEngine(folder, { memoryBytes, threads: () => this.#threads });
    return this.#engine;
  }

  get #threads(): number {
    const cores = coresOf(this.#options.config.maxCores);
    return Math.max(1, this.inputWaits ? cores : cores - 1);
  }

  /**
   * The key of a file, once its rows are cut; requested once for each file. The name is made from the rows and the source's
   * position after them (or else before them), so that a replay with the same cuts repeats it.
   */
  keyOf({ segment, part }: ConvertedFile): string {
    const { table, day, partition, timestamp, position, cut, crc, bytes } = segment;
    const { workerId, format } = this.#options.config;
    const folder = table.folder + layout.folders(day);
    const extension = extensions[table.shape === undefined ? 'json' : format];
    const content = createHash('sha256');
    if (cut.until === undefined) content.update(position);
    else content.update('until ').update(cut.until);
    content.update(`/${crc}/${bytes}/${part}`);
    return this.#names.key({ folder, partition, timestamp, workerId, extension }, content);
  }
}

/** Adds the table, because the engine's errors name none. */
function ofTable(error: unknown, { name }: BatchTable): unknown {
  if (!(error instanceof ConnectorError) || !error.code.startsWith('ENGINE_')) return error;
  const details = error.details === undefined ? {} : { details: error.details };
  return new ConnectorError(error.code, `Table "${name}": ${error.message}`, { ...details, cause: error.cause });
}

/** Frees the disk space of a file. */
export async function removeFile({ path }: MadeFile): Promise<void> {
  await rm(path, { force: true });
}

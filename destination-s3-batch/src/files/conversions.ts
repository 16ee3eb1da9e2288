// Segments on their way to files. Each is begun once it is closed, while more rows come, so that engine and input use a core each.
import { failsAlone } from '@s3-connectors/common/destination/publishing/stream-failure.ts';
import type { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import type { SpoolFile } from '../spool/spool-file.ts';
import type { BatchTable } from '../tables/table.ts';
import { removeFile, type ConvertedFile, type Converter } from './converter.ts';

/** A file on local disk, to be stored at `key`. */
export type OutputFile = ConvertedFile & { readonly key: string };

/** The most full segments under way; beyond it the input waits. The others are small. */
const mostFull = 2;
const mostUnderWay = 6;

type Options = {
  readonly converter: Converter;
  /** The size of a full segment. */
  readonly segmentBytes: number;
  /** Called after its files were made. */
  readonly remove: (segment: SpoolFile) => Promise<void>;
  /** Called before a file of the table becomes visible. */
  readonly prepare: (table: BatchTable, signal: AbortSignal) => Promise<void>;
  /** The bucket's document of the table is refused, or was written by another run: no file is made of its rows. */
  readonly refused: (table: BatchTable, error: ConnectorError) => void;
};

export class Conversions implements AsyncDisposable {
  readonly #options: Options;
  readonly #underWay = new Map<SpoolFile, Promise<void>>();
  #made: readonly ConvertedFile[] = [];
  readonly #refused = new Set<BatchTable>();
  #bytes = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Bytes of files that were made and not taken. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A failure is reported to the caller who waits. */
  begin(segment: SpoolFile): void {
    const done = this.#makeFiles(segment).then(() => void this.#underWay.delete(segment));
    this.#underWay.set(segment, done);
    done.catch(() => undefined); // The map keeps it.
  }

  /** Waits while there are too many. */
  async room(): Promise<void> {
    while (this.#areTooMany()) await this.#underWay.values().next().value;
  }

  /** All files of a cut, as they become ready, if their tables are prepared. */
  async *take(signal: AbortSignal): AsyncGenerator<OutputFile> {
    for (;;) {
      const ready = this.#made.filter(({ segment }) => segment.cut.isMade);
      this.#made = this.#made.filter(({ segment }) => !segment.cut.isMade);
      for (const file of ready) {
        this.#bytes -= file.size;
        const { converter } = this.#options;
        if (await this.#prepare(file.segment.table, signal)) yield { ...file, key: converter.keyOf(file) };
        else await removeFile(file);
      }
      if (this.#made.some(({ segment }) => segment.cut.isMade)) continue;
      const next = this.#underWay.entries().find(([segment]) => segment.cut.isMade);
      if (next === undefined) return;
      await next[1]; // They are finished in order.
    }
  }

  #areTooMany(): boolean {
    const { size } = this.#underWay;
    if (size <= mostFull) return false;
    const bytes = this.#underWay.keys().reduce((sum, segment) => sum + segment.bytes, 0);
    return size > mostUnderWay || bytes > mostFull * this.#options.segmentBytes;
  }

  /** @returns whether files of the table may be stored. */
  async #prepare(table: BatchTable, signal: AbortSignal): Promise<boolean> {
    if (this.#refused.has(table)) return false;
    try {
      await this.#options.prepare(table, signal);
      return true;
    } catch (error) {
      if (!failsAlone(error)) throw error;
      this.#refused.add(table);
      this.#options.refused(table, error);
      return false;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#underWay.values());
  }

  async #makeFiles(segment: SpoolFile): Promise<void> {
    const files = await this.#convert(segment);
    await this.#options.remove(segment);
    this.#made = [...this.#made, ...files];
    this.#bytes += files.reduce((sum, { size }) => sum + size, 0);
  }

  async #convert(segment: SpoolFile): Promise<readonly ConvertedFile[]> {
    try {
      return await this.#options.converter.convert(segment);
    } catch (error) {
      if (!failsAlone(error)) throw error;
      this.#options.refused(segment.table, error);
      return [];
    }
  }
}

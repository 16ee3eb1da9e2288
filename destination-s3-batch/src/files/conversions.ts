// Segments on their way to files: each is begun as soon as it takes no more rows, while more rows come, so that engine and
// input use a core each.
import { failsAlone } from '@s3-connectors/common/destination/run/stream-failure.ts';
import type { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import type { SpoolFile } from '../spool/spool-file.ts';
import type { Table } from '../tables/table.ts';
import { removeFile, type Converter, type OutputFile } from './converter.ts';

/** Segments that wait for the engine; then the input waits. */
const maxWaiting = 2;

type Options = {
  readonly converter: Converter;
  /** After its files were made. */
  readonly remove: (segment: SpoolFile) => Promise<void>;
  /** To be done before a file of the table is to be seen. */
  readonly prepare: (table: Table, signal: AbortSignal) => Promise<void>;
  /** What the bucket keeps of the table is refused, or was written by another run: no file is made of its rows. */
  readonly refused: (table: Table, error: ConnectorError) => void;
};

export class Conversions implements AsyncDisposable {
  readonly #options: Options;
  readonly #underWay = new Set<Promise<void>>();
  readonly #made: OutputFile[] = [];
  readonly #refused = new Set<Table>();
  #bytes = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Of files that were made and not taken. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What fails is told to whoever waits. */
  begin(segment: SpoolFile): void {
    const done: Promise<void> = this.#makeFiles(segment).then(() => void this.#underWay.delete(done));
    this.#underWay.add(done);
    done.catch(() => undefined); // It stays in the set.
  }

  /** Waits as long as there are too many. */
  async room(): Promise<void> {
    while (this.#underWay.size > maxWaiting) await Promise.race(this.#underWay);
  }

  /** All files, as they become ready, of tables that are prepared. */
  async *take(signal: AbortSignal): AsyncGenerator<OutputFile> {
    for (;;) {
      for (const file of this.#made.splice(0)) {
        this.#bytes -= file.size;
        if (await this.#prepare(file.table, signal)) yield file;
        else await removeFile(file);
      }
      if (this.#underWay.size === 0 && this.#made.length === 0) return;
      if (this.#made.length === 0) await Promise.race(this.#underWay);
    }
  }

  /** @returns whether files of the table may be stored. */
  async #prepare(table: Table, signal: AbortSignal): Promise<boolean> {
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
    await Promise.allSettled(this.#underWay);
  }

  async #makeFiles(segment: SpoolFile): Promise<void> {
    const files = await this.#convert(segment);
    await this.#options.remove(segment);
    this.#made.push(...files);
    this.#bytes += files.reduce((sum, { size }) => sum + size, 0);
  }

  async #convert(segment: SpoolFile): Promise<readonly OutputFile[]> {
    try {
      return await this.#options.converter.convert(segment);
    } catch (error) {
      if (!failsAlone(error)) throw error;
      this.#options.refused(segment.table, error);
      return [];
    }
  }
}

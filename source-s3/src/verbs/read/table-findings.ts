// What reading a table finds out about its columns, gathered from the parts that go by.
import { ColumnDrift } from '../../columns/column-drift.ts';
import { HeaderDrift } from '../../columns/header-drift.ts';
import { ConflictReport } from '../../columns/partition-conflicts.ts';
import type { SourceConfig } from '../../config/config.ts';
import type { PartitionColumns } from '../../layout/partition-columns.ts';
import type { Part } from './steps.ts';

/** Bound: that of the three reports. */
export class TableFindings {
  readonly #conflicts = new ConflictReport();
  readonly #drift: ColumnDrift;
  readonly #headers = new HeaderDrift();

  constructor(folders: PartitionColumns) {
    this.#drift = new ColumnDrift(folders);
  }

  see(part: Part): void {
    if (part.kind === 'file' && part.file.isSampled !== true) {
      const { object, columns, header } = part.file;
      this.#drift.seeFile(object.key, { ...part.names, isTextHeader: header !== undefined });
      if (header !== undefined) this.#headers.see(object.key, columns, header);
    }
    if (part.kind !== 'lines' || part.findings === undefined) return;
    const { conflicts, undeclared } = part.findings;
    this.#conflicts.add(conflicts, part.position.key);
    for (const name of undeclared) this.#drift.leftOut(name, part.position.key);
  }

  /** Sentences for the log. */
  *describe({ partitioning }: SourceConfig): Generator<readonly [level: 'INFO' | 'WARN', sentence: string]> {
    const isFileTaken = partitioning.mode === 'partitioned' && partitioning.onConflict === 'file';
    const text = this.#conflicts.describe(isFileTaken ? 'file' : 'path');
    if (text !== undefined) yield [this.#conflicts.hasConflict ? 'WARN' : 'INFO', text];
    for (const sentence of this.#drift.describe()) yield ['WARN', sentence];
    for (const { message } of this.#headers.describe()) yield ['WARN', message];
  }
}

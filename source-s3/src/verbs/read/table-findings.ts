// What reading a table reveals about its columns, collected from the parts that pass by.
import { ColumnDrift } from '../../columns/column-drift.ts';
import { HeaderDrift } from '../../columns/header-drift.ts';
import { ConflictReport } from '../../columns/partition-conflicts.ts';
import type { SourceConfig } from '../../config/config.ts';
import { FieldReport } from '../../columns/field-report.ts';
import type { Findings } from '../../formats/contract/format.ts';
import type { ReadPart } from './steps.ts';

/** Bound: that of its reports. */
export class TableFindings {
  readonly #conflicts = new ConflictReport();
  readonly #drift: ColumnDrift;
  readonly #headers = new HeaderDrift();
  readonly #nulled = new FieldReport();
  readonly #repeated = new FieldReport();
  /**
   * The columns seen so far in a file that is read from its start and whose columns only become known from all its records.
   * Undefined for other files.
   */
  #seen: Set<string> | undefined;
  #rows = 0;

  constructor(table: ConstructorParameters<typeof ColumnDrift>[0]) {
    this.#drift = new ColumnDrift(table);
  }

  see(part: ReadPart): void {
    if (part.kind === 'file') this.#seeFile(part);
    else if (part.kind === 'finished') this.#endFile(part.object.key);
    else if (part.findings !== undefined) {
      this.#rows += part.rows;
      this.#seeLines(part.position.key, part.findings);
    }
  }

  #seeFile({ file, names, isResumed }: Extract<ReadPart, { kind: 'file' }>): void {
    const { object, columns, header, types, isSampled = false } = file;
    if (isSampled) {
      if (!isResumed) this.#seen ??= new Set();
      return;
    }
    this.#drift.seeFile(object.key, { ...names, isTextHeader: header !== undefined });
    if (types !== undefined) this.#drift.seeMembers(object.key, types);
    if (header !== undefined) this.#headers.see(object.key, columns, header);
  }

  #endFile(key: string): void {
    if (this.#seen !== undefined && this.#rows > 0) this.#drift.seePresent(key, this.#seen, { rows: this.#rows });
    this.#seen = undefined;
    this.#rows = 0;
  }

  #seeLines(key: string, { conflicts, undeclared, nulled, present = [], repeated = [] }: Findings): void {
    for (const name of present) this.#seen?.add(name);
    this.#conflicts.add(conflicts, key);
    this.#nulled.add(nulled, key);
    this.#repeated.add(repeated, key);
    for (const name of undeclared) this.#drift.leftOut(name, key);
  }

  /** Sentences for the log. */
  *describe({ partitioning }: SourceConfig): Generator<readonly [level: 'INFO' | 'WARN', sentence: string]> {
    const text = this.#conflicts.describe(partitioning.onConflict === 'file' ? 'file' : 'path');
    if (text !== undefined) yield [this.#conflicts.hasConflict ? 'WARN' : 'INFO', text];
    for (const sentence of this.#drift.describe()) yield ['WARN', sentence];
    for (const { message } of this.#headers.describe()) yield ['WARN', message];
    const nulled = this.#nulled.describe(
      (field, rows) =>
        `${field} has values in ${rows} that do not fit the catalog’s type, or that JSON has no form for, and that became null`,
      'If the files are right, run discover again; else correct them.',
    );
    const repeated = this.#repeated.describe(
      (field, rows) => `${field} is more than once in ${rows}, of which the last value counts`,
      'Correct the writer of the files if that is not meant.',
    );
    for (const sentence of [...nulled, ...repeated]) yield ['WARN', sentence];
  }
}

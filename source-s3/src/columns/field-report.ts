// Fields to report once per table, with the number of rows and files that have them, and the first file.
import { countOf } from '@s3-connectors/common/program/text-layout.ts';

import type { RowCount } from './row-counts.ts';

const mostKept = 1000;
const mostNamed = 20;

type Entry = { rows: number; files: number; lastKey: string; readonly example: string; exampleRows: number };

/** Bound: a thousand fields. */
export class FieldReport {
  readonly #fields = new Map<string, Entry>();

  /** The field is in some rows of the file. Files come one after another. */
  add(counts: readonly RowCount[], key: string): void {
    for (const { field, rows } of counts) {
      const entry = this.#fields.get(field) ?? { rows: 0, files: 0, lastKey: '', example: key, exampleRows: 0 };
      if (this.#fields.size < mostKept) this.#fields.set(field, entry);
      entry.rows += rows;
      if (entry.lastKey !== key) entry.files++;
      entry.lastKey = key;
      if (entry.example === key) entry.exampleRows += rows;
    }
  }

  /** A sentence for each field. */
  *describe(what: (field: string, rows: string) => string, advice: string): Generator<string> {
    let named = 0;
    for (const [field, { rows, files, example, exampleRows }] of this.#fields) {
      if (named++ === mostNamed) {
        yield `and so it is for ${countOf(this.#fields.size - mostNamed, 'more field')}. ${advice}`;
        return;
      }
      const where =
        files === 1
          ? `1 file, "${example}"`
          : `${countOf(files, 'file')}, first "${example}" (${rowsText(exampleRows)})`;
      yield `${what(`"${field}"`, rowsText(rows))}: ${where}. ${advice}`;
    }
  }
}

function rowsText(rows: number): string {
  return countOf(rows, 'row');
}

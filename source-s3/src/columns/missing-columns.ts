// Columns and members that the catalog declares and newer files lack: they are null in all rows of those files. A file may lack
// what only newer files have, because tables grow. A few JSON records may lack a member, because it may be optional.
import { countOf } from '@s3-connectors/common/program/text-layout.ts';

const mostNamed = 10;
const mostKept = 1000;
/** When this many records of JSON lack a member, in one file or several in a row, it counts as missing. */
export const fewestRecords = 100;

type Fields = {
  readonly missing: readonly string[];
  readonly present: readonly string[];
  /** The number of records of a file that declares no columns. */
  readonly rows?: number;
};

/** Bound: a thousand fields. */
export class MissingColumns {
  /** By field: the first file without it since the last file that had it, the number of such files, and their rows. */
  readonly #missing = new Map<string, { readonly key: string; files: number; rows: number }>();

  /** Files come in the order of their modification times. */
  see(key: string, { missing, present, rows = Number.POSITIVE_INFINITY }: Fields): void {
    if (this.#missing.size > 0) for (const field of present) this.#missing.delete(field);
    for (const field of missing) {
      const entry = this.#missing.get(field) ?? { key, files: 0, rows: 0 };
      entry.files++;
      entry.rows += rows;
      if (this.#missing.size < mostKept) this.#missing.set(field, entry);
    }
  }

  /** A sentence for the log. */
  *describe(): Generator<string> {
    const fields = Array.from(this.#missing).filter(([, { rows }]) => rows >= fewestRecords);
    if (fields.length === 0) return;
    const named = fields.slice(0, mostNamed).map(([field, { key, files }]) => {
      return `"${field}" (${countOf(files, 'file')}, first "${key}")`;
    });
    const more = fields.length > mostNamed ? ` and ${fields.length - mostNamed} more` : '';
    yield `the newest files lack columns that the catalog declares, so that these are null in all their rows: ${named.join(', ')}${more}. If they were renamed or dropped, run discover again; if the files are wrong, correct them.`;
  }
}

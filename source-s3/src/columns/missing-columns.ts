// Columns and members that the catalog declares and newer files lack: they are null in all rows of those files. A file that lacks
// what only newer files have is not remarkable: tables grow.
import { countOf } from '@s3-connectors/common/program/text-layout.ts';

const mostNamed = 10;
const mostKept = 1000;

/** Bound: a thousand fields. */
export class MissingColumns {
  /** By field: the first file without it since the last one that had it, and how many there are. */
  readonly #missing = new Map<string, { readonly key: string; files: number }>();

  /** Files come in the order in which they were modified. */
  see(
    key: string,
    { missing, present }: { readonly missing: readonly string[]; readonly present: readonly string[] },
  ): void {
    if (this.#missing.size > 0) for (const field of present) this.#missing.delete(field);
    for (const field of missing) {
      const entry = this.#missing.get(field);
      if (entry !== undefined) entry.files++;
      else if (this.#missing.size < mostKept) this.#missing.set(field, { key, files: 1 });
    }
  }

  /** A sentence for the log. */
  *describe(): Generator<string> {
    const fields = [...this.#missing];
    if (fields.length === 0) return;
    const named = fields.slice(0, mostNamed).map(([field, { key, files }]) => {
      return `"${field}" (${countOf(files, 'file')}, first "${key}")`;
    });
    const more = fields.length > mostNamed ? ` and ${fields.length - mostNamed} more` : '';
    yield `the newest files lack columns that the catalog declares, so that these are null in all their rows: ${named.join(', ')}${more}. If they were renamed or dropped, run discover again; if the files are wrong, correct them.`;
  }
}

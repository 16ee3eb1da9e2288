// Columns and members that files have and the catalog does not, or the reverse, and files with none of the catalog's columns. They
// are collected while a table is read and reported once, so that a changed export does not silently become columns of nulls.
import type { Column } from '@s3-connectors/common/columns/column-type.ts';
import { countOf } from '@s3-connectors/common/program/text-layout.ts';

import { isNested, memberDrift, type MemberDrift } from './member-drift.ts';
import { MissingColumns } from './missing-columns.ts';
import { OwnProvenance } from './own-provenance.ts';
import { isProvenance, type FileColumns } from './table-columns.ts';
import type { PartitionColumns } from '../layout/partition-columns.ts';

const maxNamed = 10;
const maxKept = 1000;

/** Bound: a thousand names of each kind. */
export class ColumnDrift {
  readonly #folders: PartitionColumns;
  /** By name: the text to show, and the first file that has it. */
  readonly #undeclared = new Map<string, { readonly shown: string; readonly key: string }>();
  readonly #own = new OwnProvenance();
  readonly #missing = new MissingColumns();
  readonly #names: readonly string[];
  readonly #nested: readonly Column[];
  /** Files with the same schema share one object of types. */
  readonly #memberDrifts = new WeakMap<readonly Column[], MemberDrift>();
  #strangers = 0;
  #stranger: { readonly key: string; readonly columns?: number } | undefined;
  #lastStranger: string | undefined;

  constructor({ folders, columns }: { readonly folders: PartitionColumns; readonly columns: readonly Column[] }) {
    this.#folders = folders;
    this.#names = columns.map(({ name }) => name).filter((name) => !this.#isOthers(name));
    this.#nested = columns.filter(({ name, type }) => isNested(type) && !this.#isOthers(name));
  }

  /** An omitted column, or an omitted member of a JSON line. */
  leftOut(name: string, key: string, shown = `"${name}"`): void {
    if (this.#own.see(name, key)) return;
    if (this.#undeclared.size < maxKept && !this.#undeclared.has(name)) this.#undeclared.set(name, { shown, key });
  }

  /**
   * Compares a file whose rows all have the same columns with the catalog. Names from a text header are shown by their place,
   * because they are values if the header is missing or damaged.
   */
  seeFile(
    key: string,
    { asked, stored, isTextHeader = false }: FileColumns & { readonly isTextHeader?: boolean },
  ): void {
    for (const [place, name] of stored.names.entries()) {
      if (this.#own.see(name, key) || asked.has(name) || this.#isOthers(name)) continue;
      this.leftOut(name, key, isTextHeader ? `column ${place + 1}` : undefined);
    }
    if (stored.names.length > 0) this.seePresent(key, stored, { columns: stored.names.length });
  }

  /** The columns of a file with rows: their number if the file declares `columns`, or else the columns found in its `rows`. */
  seePresent(
    key: string,
    stored: { has(name: string): boolean },
    { columns, rows }: { readonly columns?: number; readonly rows?: number },
  ): void {
    const present = this.#names.filter((name) => stored.has(name));
    if (present.length > 0) {
      const missing = this.#names.filter((name) => !stored.has(name));
      this.#missing.see(key, { present, missing, ...(rows !== undefined && { rows }) });
      return;
    }
    if (this.#names.length === 0 || key === this.#lastStranger) return;
    this.#lastStranger = key;
    this.#strangers++;
    this.#stranger ??= { key, ...(columns !== undefined && { columns }) };
  }

  /** The members of a file's objects. */
  seeMembers(key: string, stored: readonly Column[]): void {
    if (this.#nested.length === 0) return;
    const drift = this.#memberDrifts.get(stored) ?? memberDrift(this.#nested, stored);
    this.#memberDrifts.set(stored, drift);
    for (const name of drift.undeclared) this.leftOut(name, key);
    this.#missing.see(key, drift);
  }

  /** Sentences for the log. */
  *describe(): Generator<string> {
    yield* this.#own.describe();
    const names = [...this.#undeclared];
    if (names.length > 0) {
      const named = names.slice(0, maxNamed).map(([, { shown, key }]) => `${shown} (first in "${key}")`);
      const more = names.length > maxNamed ? ` and ${names.length - maxNamed} more` : '';
      yield `columns that the catalog does not declare are omitted: ${named.join(', ')}${more}. Run discover again, or select them, to read them.`;
    }
    yield* this.#missing.describe();
    if (this.#stranger !== undefined) {
      const { key, columns } = this.#stranger;
      const own = columns === undefined ? '' : `, which has ${countOf(columns, 'column')}`;
      yield `files that have none of the catalog’s columns, so that these are null in all their rows: ${this.#strangers}, first "${key}"${own}. Move them to a table of their own, or correct data_format.`;
    }
  }

  /** Columns that are not only the files': provenance, and those of folders. */
  #isOthers(name: string): boolean {
    return isProvenance(name) || this.#folders.has(name);
  }
}

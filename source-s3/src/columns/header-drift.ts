// Finds text files whose header probably contradicts `header`, and headerless files of different widths. Otherwise a first row that
// is used for names, or columns that shift by a place, are lost without an error. The rule is the same for discover, read and
// inspect.
import { countOf } from '@s3-connectors/common/program/text-layout.ts';

/** The origin of a text file's column names: its first record, the number of that record's fields, or the config. */
export type TextHeader = {
  readonly names: 'record' | 'counted' | 'given';
  /** The record with the names looks like the rows after it. */
  readonly isLikeData: boolean;
};

type HeaderDoubt = {
  readonly code: 'header_like_data' | 'headers_differ' | 'widths_differ';
  readonly message: string;
  /** Keys. */
  readonly examples: readonly string[];
};

type Found = { count: number; readonly examples: string[] };

const maxExamples = 3;

/** Bound: the names of one file. */
export class HeaderDrift {
  readonly #likeData: Found = { count: 0, examples: [] };
  readonly #strange: Found = { count: 0, examples: [] };
  readonly #otherWidth: Found = { count: 0, examples: [] };
  #first: { readonly key: string; readonly names: ReadonlySet<string> } | undefined;
  #width: { readonly key: string; readonly fields: number } | undefined;

  /** The columns of a file, in its order. Empty files have none. */
  see(key: string, names: readonly string[], header: TextHeader): void {
    if (names.length === 0) return;
    if (header.isLikeData) add(this.#likeData, key);
    if (header.names === 'record') {
      this.#first ??= { key, names: new Set(names) };
      if (!names.some((name) => this.#first?.names.has(name))) add(this.#strange, key);
    } else if (header.names === 'counted') {
      this.#width ??= { key, fields: names.length };
      if (names.length !== this.#width.fields) add(this.#otherWidth, key);
    }
  }

  /** Without names of columns, because they are values if the header is missing. */
  *describe(): Generator<HeaderDoubt> {
    const { key, fields } = this.#width ?? {};
    yield* doubt('header_like_data', this.#likeData, (which) => {
      return `the header looks like a row of data in ${which}. If it is one, it is not read: set data_format.header to false if the files have no header.`;
    });
    yield* doubt('headers_differ', this.#strange, (which) => {
      return `the header of ${which} shares no name with the header of "${this.#first?.key}". If the files have no header, set data_format.header to false. If they are another table, move them to a folder of their own.`;
    });
    yield* doubt('widths_differ', this.#otherWidth, (which) => {
      return `files without a header have their columns by place, and the first row of ${which} has another number of fields than that of "${key}" (${fields}). If a column was added or removed before the last one, values are in the wrong columns. Move them to a table of their own.`;
    });
  }
}

function* doubt(
  code: HeaderDoubt['code'],
  { count, examples }: Found,
  text: (which: string) => string,
): Generator<HeaderDoubt> {
  if (count === 0) return;
  const which = count === 1 ? `"${examples[0]}"` : `${countOf(count, 'file')}, first "${examples[0]}"`;
  yield { code, message: text(which), examples };
}

function add(found: Found, key: string): void {
  found.count++;
  if (found.examples.length < maxExamples) found.examples.push(key);
}

// How much memory the pages of a row group's columns take while the engine decodes them, and which columns can be decoded at
// once: pure. The engine holds a page of each column it reads, whole, both as it is stored and unpacked.

/** What was seen of one leaf column's pages in a row group, in bytes. */
export type PageSizes = {
  readonly isText: boolean;
  /** The largest as they are stored, 0 if that is how they are read. */
  readonly stored: number;
  /** The largest unpacked, without the dictionary. */
  readonly unpacked: number;
  readonly dictionary: number;
  /** Without the dictionary. */
  readonly pages: number;
};

/** A top-level column's pages. `resident`: what is written to; `claimed`: what the engine counts, since it rounds up to powers of two. */
export type PageMemory = { readonly resident: number; readonly claimed: number };

export function pageMemory({ isText, stored, unpacked, dictionary, pages }: PageSizes): PageMemory {
  // Texts are handed on as places in their page: the rows at the border of two pages need both.
  const held = isText && pages > 1 ? [unpacked, unpacked] : [unpacked];
  const buffers = [stored, dictionary, ...held].filter((bytes) => bytes > 0);
  return {
    resident: buffers.reduce((sum, bytes) => sum + bytes, 0),
    claimed: buffers.reduce((sum, bytes) => sum + 2 ** Math.ceil(Math.log2(bytes + 1)), 0),
  };
}

export function sumOf(all: Iterable<PageMemory>): PageMemory {
  let resident = 0;
  let claimed = 0;
  for (const one of all) {
    resident += one.resident;
    claimed += one.claimed;
  }
  return { resident, claimed };
}

/** Columns in their order, by place, in as few groups as that allows; one that alone takes more is a group of its own. */
export function groupByMemory(
  columns: ReadonlyMap<number, PageMemory>,
  mostResident: number,
): readonly (readonly number[])[] {
  const groups: number[][] = [];
  let taken = 0;
  for (const [column, { resident }] of columns) {
    const last = groups.at(-1);
    if (last === undefined || taken + resident > mostResident) {
      groups.push([column]);
      taken = resident;
    } else {
      last.push(column);
      taken += resident;
    }
  }
  return groups;
}

/** The engine decodes as many values at once. */
export const vectorRows = 2048;
/** JSON text, joined line, what the writer gathers: each in blocks of powers of two. */
const copies = 6;

/** What the texts of rows on their way through the query take, beside their pages: `bytes` are those of all rows, unpacked. */
export function rowMemory(bytes: number, rows: number): number {
  return rows === 0 ? 0 : Math.ceil((bytes / rows) * Math.min(rows, vectorRows) * copies);
}

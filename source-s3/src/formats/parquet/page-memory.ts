// The memory of a row group's pages while the engine decodes them, and which columns can be decoded at once. Pure. The engine holds
// a complete page of each column, both stored and unpacked.

/** The pages of one leaf column in a row group, in bytes. */
export type PageSizes = {
  readonly isText: boolean;
  /** The largest stored page; 0 if pages are read as they are stored. */
  readonly stored: number;
  /** The largest unpacked page, without the dictionary. */
  readonly unpacked: number;
  readonly dictionary: number;
  /** Without the dictionary. */
  readonly pages: number;
};

/**
 * A top-level column's pages. `resident`: the memory that is written; `claimed`: what the engine counts, because it rounds up to
 * powers of two.
 */
export type PageMemory = { readonly resident: number; readonly claimed: number };

export function pageMemory({ isText, stored, unpacked, dictionary, pages }: PageSizes): PageMemory {
  // Texts are passed on as positions in their page, so rows at the border of two pages need both.
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

/** Columns in their order, by place, in as few groups as possible. A column that alone takes more is a group by itself. */
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

/** The number of values that the engine decodes at once. */
export const vectorRows = 2048;
/** JSON text, joined line, the writer's buffer: each in blocks of powers of two. */
const copies = 6;

/** The memory of the rows' texts on their way through the query, in addition to their pages. `bytes`: of all rows, unpacked. */
export function rowMemory(bytes: number, rows: number): number {
  return rows === 0 ? 0 : Math.ceil((bytes / rows) * Math.min(rows, vectorRows) * copies);
}

/** Rounded up, for people. */
export function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1024 / 1024);
}

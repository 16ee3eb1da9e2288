// Which bytes of a Parquet file a row group's columns need: pure, from what the footer says.

export type ByteRange = { readonly start: number; readonly end: number };

/** `firstRow` counts from 0 over the whole file; `chunks` are the bytes of each leaf column, with its top-level column's place. */
export type RowGroup = {
  readonly index: number;
  readonly firstRow: number;
  readonly rows: number;
  readonly chunks: readonly (ByteRange & { readonly column: number })[];
};

/** Reading a gap of this size is cheaper than another request. */
const maxGapBytes = 128 * 1024;

/** The ranges to fetch for some columns (by place), in order; neighbours are joined over small gaps. */
export function rangesOf(group: RowGroup, columns: ReadonlySet<number>): readonly ByteRange[] {
  const needed = group.chunks.filter(({ column }) => columns.has(column)).sort((a, b) => a.start - b.start);
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of needed) {
    const last = joined.at(-1);
    if (last !== undefined && start - last.end <= maxGapBytes) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}

/** Pieces of at most `maxBytes`, so that one row group can be fetched over several connections. */
export function* pieces(ranges: readonly ByteRange[], maxBytes: number): Generator<ByteRange> {
  for (const range of ranges) {
    for (let start = range.start; start < range.end; start += maxBytes) {
      yield { start, end: Math.min(range.end, start + maxBytes) };
    }
  }
}

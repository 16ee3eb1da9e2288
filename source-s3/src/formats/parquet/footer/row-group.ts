// The bytes of a Parquet file that a row group's columns need. Pure, from the footer.
import type { Leaf } from './schema-tree.ts';

export type ByteRange = { readonly start: number; readonly end: number };

/** The bytes of a leaf of the schema. */
export type Chunk = ByteRange & {
  readonly leaf: Leaf;
  readonly isCompressed: boolean;
  readonly isEncrypted: boolean;
  /** Of all its pages. */
  readonly totalUncompressedSize: number;
  /** Of all its pages, with nulls and with empty lists. */
  readonly numValues: number;
  /** From the footer: the numbers of the physical type and of the codec, and where pages begin. */
  readonly kind: number;
  readonly codec: number;
  readonly dataPageOffset: number;
  readonly dictionaryPageOffset: number | undefined;
};

export type RowGroup = {
  readonly index: number;
  readonly rows: number;
  readonly chunks: readonly Chunk[];
};

/** Reading a gap of this size is cheaper than another request. */
const maxGapBytes = 128 * 1024;

export function neededChunks({ chunks }: RowGroup, columns: ReadonlySet<number>): Chunk[] {
  return chunks.filter(({ leaf }) => columns.has(leaf.column));
}

export function uncompressedBytes(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { totalUncompressedSize }) => sum + totalUncompressedSize, 0);
}

/** The ranges to fetch for some columns (by place), in order. Neighbours are joined over small gaps. */
export function rangesOf(group: RowGroup, columns: ReadonlySet<number>): readonly ByteRange[] {
  const needed = neededChunks(group, columns).sort((a, b) => a.start - b.start);
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

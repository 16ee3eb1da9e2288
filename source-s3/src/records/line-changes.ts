// Counts the values that became null in lines of the engine, whose changes are at the end of a line. If the frame does not have
// changes, they are then removed from the lines.
import { NEWLINE } from '@s3-connectors/common/json/ascii.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import type { RecordFrame } from '@s3-connectors/common/protocol/record-frame.ts';

import { RowCounts, type RowCount } from '../columns/row-counts.ts';
import type { Lines } from './line-buffer.ts';

type Counted = { readonly lines: Lines; readonly nulled: readonly RowCount[] };

/** Lines without changes cost one search for the end that only changes have. @returns a function for some lines, in their memory. */
export function lineChanges({ changes, close, tellsChanges }: RecordFrame): (lines: Lines) => Counted {
  const startMark = Buffer.from(changes.start);
  const endMark = Buffer.from(`${changes.end}${close}\n`);
  const closeBytes = Buffer.byteLength(close) + 1;
  return ({ bytes, rows }) => {
    /** By the text between start and end, as Latin-1: most changed rows have the same. */
    const found = new Map<string, number>();
    let kept = 0; // Bytes of the lines that go out.
    let from = 0; // The first byte that is not among them yet.
    for (let end = bytes.indexOf(endMark); end !== -1; end = bytes.indexOf(endMark, end + endMark.length)) {
      const lineStart = bytes.lastIndexOf(NEWLINE, end) + 1;
      const place = bytes.subarray(lineStart, end).lastIndexOf(startMark);
      if (place === -1) continue; // It applies to all rows of the file.
      const start = lineStart + place;
      const text = bytes.toString('latin1', start + startMark.length, end);
      found.set(text, (found.get(text) ?? 0) + 1);
      if (tellsChanges) continue;
      if (kept !== from) bytes.copyWithin(kept, from, start);
      kept += start - from;
      from = end + endMark.length - closeBytes;
    }
    if (from > 0) {
      bytes.copyWithin(kept, from);
      kept += bytes.length - from;
    }
    return { lines: { bytes: from > 0 ? bytes.subarray(0, kept) : bytes, rows }, nulled: countsOf(found) };
  };
}

function countsOf(found: ReadonlyMap<string, number>): readonly RowCount[] {
  const counts = new RowCounts();
  for (const [text, rows] of found) {
    const changes = parseJson(`[${Buffer.from(text, 'latin1').toString()}]`) as readonly { readonly field: string }[];
    counts.add(new Set(changes.map(({ field }) => field)), rows);
  }
  return counts.take();
}

// The unit of a text. The members of an archive are texts of one object: their positions are consecutive, so one number shows the
// member and the position in it.
import { mergeColumns } from '@s3-connectors/common/columns/column-type.ts';

import type { Asked, Description, RowPosition, PlacedLines, Unit } from '../contract/format.ts';
import { streamedUnit } from '../contract/placed-lines.ts';
import type { ObjectText } from './readable-text.ts';

type LinesFrom = (place: RowPosition, asked: Asked, signal: AbortSignal) => AsyncGenerator<PlacedLines>;

/** One unit. None for a text that a run has read to its end. `dataStart`: where its first record may be. */
export function* textUnits(
  { base, end }: ObjectText,
  { dataStart, stopped }: { readonly dataStart: number; readonly stopped: RowPosition | undefined },
  linesFrom: LinesFrom,
): Generator<Unit> {
  if (stopped !== undefined && stopped.unit >= end) return;
  const isInside = stopped !== undefined && stopped.unit >= base;
  const place = isInside ? { unit: stopped.unit - base, rows: stopped.rows } : { unit: dataStart, rows: 0 };
  yield streamedUnit((asked, signal) => {
    const lines = linesFrom(place, asked, signal);
    return base === 0 ? lines : moved(lines, base);
  });
}

/** The next file of an archive, unless a run has read it to its end. */
export function textBehind({ next }: ObjectText, stopped: RowPosition | undefined): ObjectText | undefined {
  const done = stopped?.unit ?? -1;
  let following = next;
  while (following !== undefined && following.end <= done) following = following.next;
  return following;
}

async function* moved(lines: AsyncGenerator<PlacedLines>, base: number): AsyncGenerator<PlacedLines> {
  for await (const some of lines) yield { ...some, place: { ...some.place, unit: some.place.unit + base } };
}

const mostDescribed = 8;

/** The columns of an archive's first files, merged, or those of any other text. */
export async function describeTexts(
  text: ObjectText,
  describe: (text: ObjectText) => Promise<Description>,
): Promise<Description> {
  let description = await describe(text);
  let next = text.next;
  for (let count = 1; next !== undefined && count < mostDescribed; count++) {
    const { columns } = await describe(next);
    description = { ...description, columns: mergeColumns(description.columns, columns) };
    next = next.next;
  }
  return description;
}

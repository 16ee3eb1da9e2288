// Keeps nanoseconds, for which the engine has no type: it cuts instants and times of day to microseconds. So our local copy of
// the footer calls an instant local, which keeps it whole, and a time of day a number; we remember what they are.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import { isNanosecondInstant, isNanosecondTime, type SchemaNode } from './schema-tree.ts';

/** Bytes of a footer that stand for a type, and what one of them is changed to. */
type Change = { readonly bytes: Buffer; readonly at: number; readonly to: number };

/**
 * LogicalType.TIMESTAMP(isAdjustedToUTC = true, unit = NANOS) in Thrift's compact protocol, as every writer has to put it:
 * field 8 (struct), field 1 (true), field 2 (struct), field 3 (struct), and the ends of four structs. Then "true" is "false".
 */
const instant: Change = { bytes: Buffer.from([0x8c, 0x11, 0x1c, 0x3c, 0, 0, 0, 0]), at: 1, to: 0x12 };

/** LogicalType.TIME, field 7; then it is field 9, which stands for nothing. */
const times: readonly Change[] = [0x11, 0x12].map((utc) => {
  return { bytes: Buffer.from([0x7c, utc, 0x1c, 0x3c, 0, 0, 0, 0]), at: 0, to: 0x9c };
});

/** How many leaves are in nanoseconds and would be cut. */
export type NanosecondLeaves = { readonly instants: number; readonly times: number };

export function countNanosecondLeaves(node: SchemaNode): NanosecondLeaves {
  if (node.children.length === 0)
    return { instants: Number(isNanosecondInstant(node)), times: Number(isNanosecondTime(node)) };
  const counts = node.children.map((child) => countNanosecondLeaves(child));
  const sum = (which: keyof NanosecondLeaves): number => counts.reduce((total, count) => total + count[which], 0);
  return { instants: sum('instants'), times: sum('times') };
}

/**
 * Changes the footer in `tail` (the last `footerBytes` of it). The schema stands before everything that might hold the same
 * bytes by chance, so the first ones are the right ones.
 * @throws FILE_UNREADABLE when they are not found: their last three digits would be lost.
 */
export function keepNanoseconds(tail: Buffer, footerBytes: number, leaves: NanosecondLeaves): void {
  const start = tail.length - footerBytes;
  change(tail, { start, count: leaves.instants }, [instant]);
  change(tail, { start, count: leaves.times }, times);
}

function change(tail: Buffer, { start, count }: { start: number; count: number }, changes: readonly Change[]): void {
  let from = start;
  for (let done = 0; done < count; done++) {
    const found = changes.flatMap((one) => {
      const index = tail.indexOf(one.bytes, from);
      return index === -1 ? [] : [{ ...one, index }];
    });
    const [first] = found.sort((a, b) => a.index - b.index);
    if (first === undefined) throw new ConnectorError('FILE_UNREADABLE', 'its nanoseconds cannot be kept whole');
    tail[first.index + first.at] = first.to;
    from = first.index + first.bytes.length;
  }
}

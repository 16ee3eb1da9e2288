// Keeps the nanoseconds of instants. The engine has no type for a UTC-adjusted timestamp in nanoseconds and cuts it to
// microseconds; a local one it keeps whole. So our local copy of the footer says "local", and we remember that it is not.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import { isNanosecondInstant, type SchemaNode } from './schema-tree.ts';

/**
 * LogicalType.TIMESTAMP(isAdjustedToUTC = true, unit = NANOS) in Thrift's compact protocol, as every writer has to put it:
 * field 8 (struct), field 1 (true), field 2 (struct), field 3 (struct), and the ends of four structs.
 */
const instant = Buffer.from([0x8c, 0x11, 0x1c, 0x3c, 0, 0, 0, 0]);
const isAdjustedToUtc = 1;
const thriftFalse = 0x12;

/** How many leaves are instants with nanoseconds. */
export function countNanosecondInstants(node: SchemaNode): number {
  if (node.children.length === 0) return isNanosecondInstant(node) ? 1 : 0;
  return node.children.reduce((sum, child) => sum + countNanosecondInstants(child), 0);
}

/**
 * Makes the footer in `tail` (the last `footerBytes` of it) call its `count` such columns local. The schema stands before
 * everything that might hold the same bytes by chance, so the first ones are the right ones.
 * @throws FILE_UNREADABLE when they are not found: their last three digits would be lost.
 */
export function keepNanoseconds(tail: Buffer, footerBytes: number, count: number): void {
  let from = tail.length - footerBytes;
  for (let done = 0; done < count; done++) {
    const at = tail.indexOf(instant, from);
    if (at === -1) throw new ConnectorError('FILE_UNREADABLE', 'its timestamps in nanoseconds cannot be kept whole');
    tail[at + isAdjustedToUtc] = thriftFalse;
    from = at + instant.length;
  }
}

// A dialect as the bytes that a cutter compares with, of which some are no byte at all.
import { CARRIAGE_RETURN } from '@s3-connectors/common/json/ascii.ts';

import type { Dialect } from '../../config/csv-config.ts';

export const never = -1; // No byte, and no place.

type DialectMarks = {
  readonly delimiter: number;
  readonly quote: number;
  /** Of fields without quotes. */
  readonly escape: number;
  readonly quotedEscape: number;
  /** What ends a record beside LF. */
  readonly otherEnd: number;
};

/** An escape that is the quote itself is a doubled quote. */
export function marksOfDialect({ delimiter, quote, escape, escapedFields, lineEnd }: Dialect): DialectMarks {
  const own = escape === undefined || escape === quote ? never : escape;
  return {
    delimiter,
    quote: quote ?? never,
    escape: escapedFields === 'quoted' ? never : own,
    quotedEscape: escapedFields === 'unquoted' ? never : own,
    otherEnd: lineEnd === 'newline' ? never : CARRIAGE_RETURN,
  };
}

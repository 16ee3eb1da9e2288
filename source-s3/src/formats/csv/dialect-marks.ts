// A dialect as the bytes that a cutter compares with. Some of them are not bytes.
import { CARRIAGE_RETURN } from '@s3-connectors/common/json/ascii.ts';

import type { Dialect } from '../../config/csv-config.ts';

export const never = -1; // Not a byte, and not a position.

export type DialectMarks = {
  readonly delimiter: number;
  readonly quote: number;
  /** For fields without quotes. */
  readonly escape: number;
  readonly quotedEscape: number;
  /** A byte that ends a record, in addition to LF. */
  readonly otherEnd: number;
};

/** An escape that equals the quote is a doubled quote. */
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

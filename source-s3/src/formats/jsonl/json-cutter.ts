// Cuts the records out of a file of JSON, according to its form.
import type { RowCutter } from '../contract/placed-lines.ts';

/** An object on each line; the elements of one array; objects over several lines or without line ends between them. */
export type JsonForm = 'lines' | 'array' | 'values';

export type JsonCutter = RowCutter<Uint8Array> & {
  readonly form: JsonForm;
  /** The current value is bytes[from, to) without a line end; bytes[to] is a newline. */
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  /** The value is UTF-8. If false, it may be. */
  readonly isText: boolean;
  /** It may have a `\u` escape. */
  readonly hasEscapes: boolean;
};

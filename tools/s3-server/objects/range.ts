// The Range header of a read. Pure. S3 serves one range; a header of any other form is ignored, as RFC 9110 requires.
import { S3Error } from '../errors.ts';

/** Bytes from `start` to before `end`. */
type ByteRange = { readonly start: number; readonly end: number };

/** @returns undefined if the answer is the complete object. @throws InvalidRange */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (header === undefined || first === undefined || last === undefined || first + last === '') return undefined;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (start >= end) {
    throw new S3Error('InvalidRange', { elements: { RangeRequested: header, ActualObjectSize: String(size) } });
  }
  return { start, end };
}

// One CSV field as JSON on its way into a line, whatever it is: null, text, or a value of its column's type.
import type { LineBuilder } from '../text/line-builder.ts';
import { escaped } from './csv-fields.ts';
import type { CsvRecords } from './csv-records.ts';
import { declaredJson, inferredJson, type TypedKind } from './csv-value.ts';

/** A field of the file, behind the bytes that lead to it. */
export type Slot = {
  readonly lead: Uint8Array;
  /** Its place in the record. */
  readonly field: number;
  readonly name: string;
  /** Undefined: text as it is. */
  readonly kind: TypedKind | undefined;
  readonly isDeclared: boolean;
};

export type NullTest = (bytes: Uint8Array, start: number, end: number) => boolean;

const nullBytes = Buffer.from('null');
const zero = 0x30;
const nine = 0x39;
const point = 0x2e;

/** A misfit, which no value of the column's type can be, is written as null. */
export function writeField(
  out: LineBuilder,
  records: CsvRecords,
  { slot, isNull }: { readonly slot: Slot; readonly isNull: NullTest },
): 'written' | 'misfit' {
  const { field, kind, isDeclared } = slot;
  const { starts, ends, making } = records.fields;
  let { bytes } = records.text;
  let start = starts[field] ?? 0;
  let end = ends[field] ?? 0;
  if (making[field] === escaped) {
    bytes = records.unescape(field);
    start = 0;
    end = records.unescapedBytes;
  }
  if (isNull(bytes, start, end)) out.raw(nullBytes);
  else if (kind === undefined) out.string(bytes, start, end);
  else if (isShortNumber(bytes, start, end, kind)) out.raw(bytes, start, end);
  else {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
    const json = isDeclared ? declaredJson(text, kind) : inferredJson(text, kind);
    out.raw(json === undefined ? nullBytes : Buffer.from(json));
    if (json === undefined) return 'misfit';
  }
  return 'written';
}

/** Most numbers: 15 bytes at most, no sign, exponent or leading zero; the same in JSON whatever the rules. */
function isShortNumber(bytes: Uint8Array, start: number, end: number, kind: TypedKind): boolean {
  if ((kind !== 'integer' && kind !== 'number') || end - start > 15) return false;
  let at = digitsEnd(bytes, start, end);
  if (at === start || (bytes[start] === zero && at > start + 1)) return false;
  if (at === end || kind === 'integer' || bytes[at] !== point) return at === end;
  const fraction = at + 1;
  at = digitsEnd(bytes, fraction, end);
  return at === end && at > fraction;
}

function digitsEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] as number) >= zero && (bytes[at] as number) <= nine) at++;
  return at;
}

export function nullTest(nullValues: readonly string[]): NullTest {
  const isEmptyNull = nullValues.includes('');
  const others = nullValues.filter((text) => text !== '').map((text) => Buffer.from(text));
  const longest = Math.max(0, ...others.map(({ length }) => length));
  return (bytes, start, end) => {
    if (start === end) return isEmptyNull;
    if (end - start > longest) return false;
    for (const other of others) if (other.length === end - start && startsWith(bytes, start, other)) return true;
    return false;
  };
}

function startsWith(bytes: Uint8Array, start: number, other: Uint8Array): boolean {
  let index = 0;
  while (index < other.length && bytes[start + index] === other[index]) index++;
  return index === other.length;
}

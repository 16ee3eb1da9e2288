// One CSV field as JSON on its way into a line, whatever it is: null, text, or a value of its column's type.
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';

import { castText, noJsonNumber } from '../../casts/text-cast.ts';
import type { LineBuilder } from '../../records/line-builder.ts';
import { escaped } from './csv-fields.ts';
import type { CsvRecords } from './csv-records.ts';
import { writePlainValue } from './plain-value.ts';

/** A field of the file, behind the bytes that lead to it. */
export type Slot = {
  readonly lead: Uint8Array;
  /** Its place in the record. */
  readonly field: number;
  readonly name: string;
  /** Undefined: text as it is. */
  readonly type: ColumnType | undefined;
  /** By the user: a value that does not fit makes its record invalid. Otherwise it is null. */
  readonly isDeclared: boolean;
};

/** `nulled`: the value is not one of the column's type, or is one that JSON has no form for. */
export type Written = 'written' | 'nulled' | 'invalid';

export type NullTest = (bytes: Uint8Array, start: number, end: number) => boolean;

const nullBytes = Buffer.from('null');

export function writeField(
  out: LineBuilder,
  records: CsvRecords,
  { slot, isNull }: { readonly slot: Slot; readonly isNull: NullTest },
): Written {
  const { field, type, isDeclared } = slot;
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
  else if (type === undefined) out.string(bytes, start, end);
  else if (!writePlainValue(out, { bytes, start, end }, type)) {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
    const json = castText(text, type);
    out.raw(json === undefined ? nullBytes : Buffer.from(json));
    if (json === undefined && isDeclared) return 'invalid';
    if (json === undefined || json === noJsonNumber) return 'nulled';
  }
  return 'written';
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

// Writes one CSV field into a line as JSON: null, text, or a value of its column's type.
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';

import { castText, noJsonNumber } from '../../casts/text-cast.ts';
import type { LineBuilder } from '../../records/line-builder.ts';
import type { Dialect } from '../../config/csv-config.ts';
import { escaped } from './csv-fields.ts';
import type { CsvRecords } from './csv-records.ts';
import { never } from './dialect-marks.ts';
import { writePlainValue } from './plain-value.ts';

/** A field of the file, after the bytes before it. */
export type CsvField = {
  readonly lead: Uint8Array;
  /** Its place in the record. */
  readonly field: number;
  readonly name: string;
  /** Undefined: unchanged text. */
  readonly type: ColumnType | undefined;
  /** Declared by the user: a value that does not fit makes its record invalid. Otherwise the value becomes null. */
  readonly isDeclared: boolean;
};

/** `nulled`: the value is not of the column's type, or JSON has no form for it. */
export type WrittenValue = 'written' | 'nulled' | 'invalid';

/** Tests a field as it is in the file, without the quotes around it. */
export type NullTest = (bytes: Uint8Array, start: number, end: number) => boolean;

const nullBytes = Buffer.from('null');

export function writeField(
  out: LineBuilder,
  records: CsvRecords,
  { slot, isNull }: { readonly slot: CsvField; readonly isNull: NullTest },
): WrittenValue {
  const { field, type, isDeclared } = slot;
  const { starts, ends, making } = records.fields;
  let { bytes } = records.text;
  let start = starts[field] ?? 0;
  let end = ends[field] ?? 0;
  if (isNull(bytes, start, end)) {
    out.raw(nullBytes);
    return 'written';
  }
  if (making[field] === escaped) {
    bytes = records.unescape(field);
    start = 0;
    end = records.unescapedBytes;
  }
  if (type === undefined) out.string(bytes, start, end);
  else if (!writePlainValue(out, { bytes, start, end }, type)) {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
    const json = castText(text, type);
    out.raw(json === undefined ? nullBytes : Buffer.from(json));
    if (json === undefined && isDeclared) return 'invalid';
    if (json === undefined || json === noJsonNumber) return 'nulled';
  }
  return 'written';
}

export type Nulls = {
  readonly nullValues: readonly string[];
  readonly quotedNulls: boolean;
  readonly dialect: Dialect;
};

/** The only rule for what is null. */
export function nullTest({ nullValues, quotedNulls, dialect }: Nulls): NullTest {
  const isEmptyNull = nullValues.includes('');
  const others = nullValues.filter((text) => text !== '').map((text) => Buffer.from(text));
  const longest = Math.max(0, ...others.map(({ length }) => length));
  const quote = quotedNulls ? never : (dialect.quote ?? never); // The byte before a field that cannot be null.
  return (bytes, start, end) => {
    if (start === end) return isEmptyNull && bytes[start - 1] !== quote;
    if (end - start > longest) return false;
    for (const other of others) {
      if (other.length === end - start && startsWith(bytes, start, other)) return bytes[start - 1] !== quote;
    }
    return false;
  };
}

function startsWith(bytes: Uint8Array, start: number, other: Uint8Array): boolean {
  let index = 0;
  while (index < other.length && bytes[start + index] === other[index]) index++;
  return index === other.length;
}

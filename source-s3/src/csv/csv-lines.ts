// CSV records as RECORD lines: everything that is the same for all is bytes made once, between which the fields go.
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';

import type { Asked } from '../formats/format.ts';
import type { DeclaredType } from '../declared-column.ts';
import { frameStart, frameTail } from '../record-frame.ts';
import type { LineBuilder } from '../text/line-builder.ts';
import { clashCounter } from './csv-clashes.ts';
import type { CsvRecords } from './csv-records.ts';
import { declaredJson, inferredJson, type TypedKind } from './csv-value.ts';

export type CsvLines = {
  readonly asked: Asked;
  /** Of the object, for the log. */
  readonly key: string;
  /** Names of the file's columns, in its order. */
  readonly names: readonly string[];
  readonly nullValues: readonly string[];
  readonly declared: (column: string) => DeclaredType | undefined;
  /** Milliseconds since 1970. */
  readonly emittedAt: number;
};

/** A field of the file, behind the bytes that lead to it. */
type Slot = {
  readonly lead: Uint8Array;
  readonly field: number;
  readonly name: string;
  /** Undefined: text as it is. */
  readonly kind: TypedKind | undefined;
  readonly isDeclared: boolean;
};

const nullBytes = Buffer.from('null');

/** Writes the current record as a line, or says what is wrong with it. */
export function csvWriter(query: CsvLines, records: CsvRecords): (out: LineBuilder) => string | undefined {
  const { slots, tail } = template(query);
  const expected = query.names.length;
  const isNull = nullTest(query.nullValues);
  const countClashes = clashCounter(query, records);
  const end = Buffer.from('}}');
  return (out) => {
    if (records.problem !== undefined) return records.problem;
    if (records.count !== expected) return `has ${records.count} fields, ${expected} are expected`;
    let changes = '';
    for (const slot of slots) {
      out.raw(slot.lead);
      const written = writeField(out, records, slot, isNull);
      if (written === 'misfit' && slot.isDeclared) {
        out.dropLine();
        return `has a value in "${slot.name}" that is no ${slot.kind}`;
      }
      if (written === 'misfit') {
        out.raw(nullBytes);
        const change = { field: slot.name, change: 'NULLED', reason: 'SOURCE_SERIALIZATION_ERROR' };
        changes += `${changes === '' ? '' : ','}${JSON.stringify(change)}`;
      }
    }
    out.raw(tail);
    if (changes !== '') out.raw(Buffer.from(`,"meta":{"changes":[${changes}]}`));
    out.raw(end);
    if (!out.endLine()) return 'is not UTF-8';
    countClashes();
    return undefined;
  };
}

type NullTest = (bytes: Uint8Array, start: number, end: number) => boolean;

function writeField(out: LineBuilder, records: CsvRecords, slot: Slot, isNull: NullTest): 'written' | 'misfit' {
  const { field, kind, isDeclared } = slot;
  let { bytes } = records;
  let start = records.starts[field] ?? 0;
  let end = records.ends[field] ?? 0;
  if (records.escaped[field] === 1) {
    bytes = records.unescaped(field);
    start = 0;
    end = bytes.length;
  }
  if (isNull(bytes, start, end)) out.raw(nullBytes);
  else if (kind === undefined) out.string(bytes, start, end);
  else if (isSmallInteger(bytes, start, end, kind)) out.raw(bytes, start, end);
  else {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
    const json = isDeclared ? declaredJson(text, kind) : inferredJson(text, kind);
    if (json === undefined) return 'misfit';
    out.raw(Buffer.from(json));
  }
  return 'written';
}

/** Most numbers: up to 15 digits without leading zeros, the same in JSON whatever the rules. */
function isSmallInteger(bytes: Uint8Array, start: number, end: number, kind: TypedKind): boolean {
  if ((kind !== 'integer' && kind !== 'number') || end - start > 15 || end === start) return false;
  if (bytes[start] === 0x30) return end - start === 1;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x30 || byte > 0x39) return false;
  }
  return true;
}

function nullTest(nullValues: readonly string[]): NullTest {
  const isEmptyNull = nullValues.includes('');
  const others = nullValues.filter((text) => text !== '').map((text) => Buffer.from(text));
  return (bytes, start, end) => {
    if (start === end) return isEmptyNull;
    if (others.length === 0) return false; // Before a function is made for each field.
    return others.some(
      (other) => other.length === end - start && other.every((byte, index) => bytes[start + index] === byte),
    );
  };
}

function template({ asked, names, declared, emittedAt }: CsvLines): { slots: readonly Slot[]; tail: Uint8Array } {
  const { stream, columns, constants, spellings } = asked;
  const places = new Map(names.map((name, place) => [name, place]));
  let text = frameStart(stream);
  const slots: Slot[] = [];
  for (const [index, { name, type }] of columns.entries()) {
    text += `${index > 0 ? ',' : ''}${JSON.stringify(name)}:`;
    const constant = constants.get(name);
    const field = places.get(spellings.get(name) ?? name);
    if (constant !== undefined || field === undefined) text += constant ?? 'null';
    else {
      const isDeclared = (declared(name) ?? 'string') !== 'string';
      slots.push({ lead: Buffer.from(text), field, name, kind: typedKind(type), isDeclared });
      text = '';
    }
  }
  return { slots, tail: Buffer.from(`${text}${frameTail(emittedAt)}`) };
}

/** By the catalog: what it declares as text, or as nothing a field can be, is written as it stands. */
function typedKind({ kind }: ColumnType): TypedKind | undefined {
  switch (kind) {
    case 'integer':
    case 'number':
    case 'boolean':
    case 'date':
    case 'timestamp':
      return kind;
    default:
      return undefined;
  }
}

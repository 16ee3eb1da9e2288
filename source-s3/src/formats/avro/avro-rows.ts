// One row of an Avro file as one line: the columns that the catalog declares, in the file's order, then those that the file
// lacks, and what is the same for all rows.
import type { Column } from '@s3-connectors/common/columns/column-type.ts';

import type { Asked } from '../contract/format.ts';
import { countConflict, jsonAgrees } from '../../columns/partition-conflicts.ts';
import { frameStart, frameTail } from '../../records/record-frame.ts';
import type { LineBuilder } from '../../records/line-builder.ts';
import { AvroDamage, type AvroBytes } from './avro-bytes.ts';
import { pass, type Row, type WriteValue } from './avro-row.ts';
import type { AvroField, AvroRecord } from './avro-schema.ts';
import { AvroWriters } from './avro-values.ts';

/** Leaves the line open. @throws AvroDamage */
export type WriteRow = (from: AvroBytes, out: LineBuilder) => void;

type RowQuery = {
  readonly asked: Asked;
  readonly schema: AvroRecord;
  /** Of the object, for the log. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly emittedAt: number;
};

export function avroRowWriter({ asked, schema, key, emittedAt }: RowQuery): WriteRow {
  const columns = asked.columns.filter(({ name }) => !asked.constants.has(name));
  const nameInFile = (name: string): string => asked.spellings.get(name) ?? name;
  const wanted = new Map(columns.map((column) => [nameInFile(column.name), column]));
  const writers = new AvroWriters();
  let written = 0;
  const steps = schema.fields.map((field) => {
    const column = wanted.get(field.name);
    const write = withClash(
      { asked, key },
      field,
      writers.writer(field.type, column?.type, column?.name ?? field.name),
    );
    if (column === undefined) return (from: AvroBytes, row: Row): void => pass(from, row, write);
    return behind(`${written++ > 0 ? ',' : ''}${JSON.stringify(column.name)}:`, write);
  });
  const stored = new Set(schema.fields.map(({ name }) => name));
  const others = asked.columns
    .filter(({ name }) => !stored.has(nameInFile(name)) || asked.constants.has(name))
    .map((column) => member(asked, column));
  const head = Buffer.from(frameStart(asked.stream));
  const tail = Buffer.from(`${written > 0 && others.length > 0 ? ',' : ''}${others.join(',')}${frameTail(emittedAt)}`);
  const lost: string[] = [];
  return (from, out) => {
    const row: Row = { out, lost };
    lost.length = 0;
    out.raw(head);
    try {
      for (const step of steps) step(from, row);
    } catch (error) {
      throw error instanceof RangeError ? new AvroDamage('a row is nested too deeply') : error;
    }
    out.raw(tail);
    if (lost.length > 0) out.raw(changesOf(lost));
    out.text('}}');
  };
}

/** A column that the file does not hold, or whose folder's value counts. */
function member({ constants }: Asked, { name }: Column): string {
  return `${JSON.stringify(name)}:${constants.get(name) ?? 'null'}`;
}

function behind(lead: string, write: WriteValue): WriteValue {
  const bytes = Buffer.from(lead);
  return (from, row) => {
    row.out.raw(bytes);
    write(from, row);
  };
}

/** Compares the value with that of its folder, if there is one. */
function withClash(
  { asked, key }: { readonly asked: Asked; readonly key: string },
  field: AvroField,
  write: WriteValue,
): WriteValue {
  const clash = asked.clashes.find(({ column }) => column === field.name);
  if (clash === undefined) return write;
  return (from, row) => {
    const mark = row.out.mark();
    write(from, row);
    const json = Buffer.from(row.out.takeBack(mark));
    const differing = jsonAgrees(json.toString(), clash.value) ? 0 : 1;
    countConflict(asked.conflicts, clash.column, { rows: 1, differing, key });
    row.out.raw(json);
  };
}

function changesOf(lost: readonly string[]): Buffer {
  const changes = [...new Set(lost)].map((field) => {
    return { field, change: 'NULLED', reason: 'SOURCE_SERIALIZATION_ERROR' };
  });
  return Buffer.from(`,"meta":{"changes":${JSON.stringify(changes)}}`);
}

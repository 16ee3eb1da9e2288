// Writes a row of an Avro file as a line: the columns in the catalog, in the file's order, then those that the file lacks, and what
// is equal in all rows.
import { changesText } from '@s3-connectors/common/protocol/record-frame.ts';

import type { Asked, Findings } from '../contract/format.ts';
import { agreesWithFolder } from '../../columns/folder-value.ts';
import { PartitionComparer } from '../../columns/partition-comparer.ts';
import { RowCounts } from '../../columns/row-counts.ts';
import type { LineBuilder } from '../../records/line-builder.ts';
import { AvroDamage, type AvroBytes } from './avro-bytes.ts';
import { pass, type AvroRow, type WriteValue } from './avro-row.ts';
import { avroColumns } from './avro-columns.ts';
import type { AvroRecord } from './avro-schema.ts';
import { AvroWriters } from './avro-values.ts';

export type AvroRowWriter = {
  /** Leaves the line open. @throws AvroDamage */
  write(from: AvroBytes, out: LineBuilder): void;
  /** Findings in the rows since the last call. */
  findings(): Findings;
};

type RowQuery = {
  readonly asked: Asked;
  readonly schema: AvroRecord;
  /** Milliseconds since 1970. */
  readonly emittedAt: number;
};

export function avroRowWriter({ asked, schema, emittedAt }: RowQuery): AvroRowWriter {
  const columns = asked.columns.filter(({ name }) => !asked.constants.has(name));
  const nameInFile = (name: string): string => asked.spellings.get(name) ?? name;
  const wanted = new Map(columns.map((column) => [nameInFile(column.name), column]));
  const writers = new AvroWriters();
  let written = 0;
  const types = new Map(avroColumns(schema).map(({ name, type }) => [name, type]));
  const comparer = new PartitionComparer(asked.clashes, (json, { column, value }) => {
    return agreesWithFolder(json, value, types.get(column));
  });
  const steps = schema.fields.flatMap((field) => {
    const column = wanted.get(field.name);
    const clash = asked.clashes.findIndex(({ column: name }) => name === field.name);
    const asIs = writers.writer(field.type, undefined, field.name);
    const compare = clash === -1 ? [] : [comparing(asIs, clash, comparer)];
    if (column === undefined) return [...compare, (from: AvroBytes, row: AvroRow): void => void pass(from, row, asIs)];
    const write = writers.writer(field.type, column.type, column.name);
    return [...compare, behind(`${written++ > 0 ? ',' : ''}${JSON.stringify(column.name)}:`, write)];
  });
  const stored = new Set(schema.fields.map(({ name }) => name));
  // Columns that the file lacks, or whose folder's value counts.
  const others = asked.columns
    .filter(({ name }) => !stored.has(nameInFile(name)) || asked.constants.has(name))
    .map(({ name }) => `${JSON.stringify(name)}:${asked.constants.get(name) ?? 'null'}`);
  const head = Buffer.from(asked.frame.start);
  const tail = Buffer.from(
    `${written > 0 && others.length > 0 ? ',' : ''}${others.join(',')}${asked.frame.end(emittedAt)}`,
  );
  const end = Buffer.from(asked.frame.unchanged + asked.frame.close);
  const lost: string[] = [];
  const nulled = new RowCounts();
  return {
    write(from, out) {
      const row: AvroRow = { out, lost };
      lost.length = 0;
      out.raw(head);
      try {
        for (const step of steps) step(from, row);
      } catch (error) {
        throw error instanceof RangeError ? new AvroDamage('a row is nested too deeply') : error;
      }
      out.raw(tail);
      if (lost.length === 0) out.raw(end);
      else out.raw(changedEnd(asked, new Set(lost), nulled));
    },
    findings: () => ({ conflicts: comparer.take(), undeclared: [], nulled: nulled.take() }),
  };
}

function changedEnd({ frame }: Asked, fields: ReadonlySet<string>, nulled: RowCounts): Uint8Array {
  nulled.add(fields);
  return Buffer.from(changesText(frame, [...fields]) + frame.close);
}

function behind(lead: string, write: WriteValue): WriteValue {
  const bytes = Buffer.from(lead);
  return (from, row) => {
    row.out.raw(bytes);
    write(from, row);
  };
}

/** Compares the stored value with that of its folder, without consuming it. */
function comparing(write: WriteValue, clash: number, comparer: PartitionComparer): WriteValue {
  return (from, row) => {
    const start = from.at;
    const json = pass(from, row, write);
    comparer.compare(clash, json, 0, json.length);
    from.at = start;
  };
}

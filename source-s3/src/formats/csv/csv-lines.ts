// CSV records as RECORD lines: everything that is equal in all lines is made once as bytes, and the fields go between them.
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';
import { countOf } from '@s3-connectors/common/program/text-layout.ts';
import { changesText } from '@s3-connectors/common/protocol/record-frame.ts';

import type { Asked } from '../contract/format.ts';
import { castText } from '../../casts/text-cast.ts';
import { agreesWithFolder } from '../../columns/folder-value.ts';
import type { Clash } from '../../columns/partition-conflicts.ts';
import { PartitionComparer } from '../../columns/partition-comparer.ts';
import { RowCounts } from '../../columns/row-counts.ts';
import type { DeclaredType } from '../../layout/declared-column.ts';
import { declaredColumnType } from '../../layout/partition-value.ts';
import type { RowWriter } from '../contract/placed-lines.ts';
import type { Nulls, NullTest, CsvField } from './csv-field.ts';
import { escaped } from './csv-fields.ts';
import type { CsvRecords } from './csv-records.ts';
import { csvRow, writeRow } from './csv-row.ts';

type CsvLines = Nulls & {
  readonly asked: Omit<Asked, 'folders'>;
  /** Names of the file's columns, in its order. */
  readonly names: readonly string[];
  readonly declared: (column: string) => DeclaredType | undefined;
  /** Milliseconds since 1970. */
  readonly emittedAt: number;
};

/** Writes the current record. */
export function csvWriter(query: CsvLines, records: CsvRecords): RowWriter {
  const { slots, tail } = template(query);
  const { clashes, frame } = query.asked;
  const expected = query.names.length;
  const row = csvRow(slots, query);
  const comparer = fieldComparer(query);
  const { isNull } = row;
  const nulled = new RowCounts();
  const close = Buffer.from(frame.close);
  const end = Buffer.concat([tail, Buffer.from(frame.unchanged), close]);
  return {
    write(out) {
      if (records.problem !== undefined) return records.problem;
      if (records.fields.count !== expected) return wrongCount(records.fields.count, expected);
      const misfits = writeRow(out, records, row);
      const wrong = misfits?.find(({ written }) => written === 'invalid')?.slot;
      if (wrong !== undefined) {
        out.dropLine();
        return `has a value in "${wrong.name}" that is no ${wrong.type?.kind}`;
      }
      if (misfits === undefined) out.raw(end);
      else {
        out.raw(tail);
        const names = misfits.map(({ slot }) => slot.name);
        out.raw(Buffer.from(changesText(frame, names)));
        nulled.add(names);
        out.raw(close);
      }
      if (!out.endLine()) return 'is not UTF-8';
      if (clashes.length > 0) compareFields(comparer, { clashes, isNull }, records);
      return undefined;
    },
    findings: () => ({ conflicts: comparer.take(), undeclared: [], nulled: nulled.take() }),
  };
}

function wrongCount(count: number, expected: number): string {
  return `has ${countOf(count, 'field')}, ${expected} ${expected === 1 ? 'is' : 'are'} expected`;
}

/** By the declared type of the file's column, or else as text. */
function fieldComparer({ asked, declared }: CsvLines): PartitionComparer {
  return new PartitionComparer(asked.clashes, (text, { column, value }) => {
    const type = declaredColumnType(declared(column) ?? 'string');
    return text === value || agreesWithFolder(castText(text, type) ?? '', value, type);
  });
}

function compareFields(
  comparer: PartitionComparer,
  { clashes, isNull }: { readonly clashes: readonly Clash[]; readonly isNull: NullTest },
  records: CsvRecords,
): void {
  const { starts, ends, making } = records.fields;
  const { bytes } = records.text;
  for (let index = 0; index < clashes.length; index++) {
    const field = clashes[index]?.place ?? 0;
    const start = starts[field] ?? 0;
    const end = ends[field] ?? 0;
    if (isNull(bytes, start, end)) comparer.compareNull(index);
    else if (making[field] === escaped) comparer.compare(index, records.unescape(field), 0, records.unescapedBytes);
    else comparer.compare(index, bytes, start, end);
  }
}

function template({ asked, names, declared, emittedAt }: CsvLines): { slots: readonly CsvField[]; tail: Uint8Array } {
  const { frame, columns, constants, spellings } = asked;
  const places = new Map(names.map((name, place) => [name, place]));
  let text = frame.start;
  const slots: CsvField[] = [];
  for (const [index, { name, type }] of columns.entries()) {
    text += `${index > 0 ? ',' : ''}${JSON.stringify(name)}:`;
    const constant = constants.get(name);
    const field = places.get(spellings.get(name) ?? name);
    if (constant !== undefined || field === undefined) text += constant ?? 'null';
    else {
      const isDeclared = (declared(name) ?? 'string') !== 'string';
      slots.push({ lead: Buffer.from(text), field, name, type: isText(type) ? undefined : type, isDeclared });
      text = '';
    }
  }
  return { slots, tail: Buffer.from(`${text}${frame.end(emittedAt)}`) };
}

/** Text, and values of any declared type, are written unchanged. */
function isText({ kind }: ColumnType): boolean {
  return kind === 'string' || kind === 'unknown';
}

// CSV records as RECORD lines: everything that is the same for all is bytes made once, between which the fields go.
import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';

import type { Asked } from '../contract/format.ts';
import type { DeclaredType } from '../../layout/declared-column.ts';
import { frameStart, frameTail } from '../../records/record-frame.ts';
import type { LineBuilder } from '../../records/line-builder.ts';
import { clashCounter } from './csv-clashes.ts';
import type { Slot } from './csv-field.ts';
import type { CsvRecords } from './csv-records.ts';
import { csvRow, writeRow } from './csv-row.ts';

const braces = Buffer.from('}}');

export type CsvLines = {
  readonly asked: Omit<Asked, 'folders' | 'drift'>;
  /** Of the object, for the log. */
  readonly key: string;
  /** Names of the file's columns, in its order. */
  readonly names: readonly string[];
  readonly nullValues: readonly string[];
  readonly declared: (column: string) => DeclaredType | undefined;
  /** Milliseconds since 1970. */
  readonly emittedAt: number;
};

/** Writes the current record as a line, or says what is wrong with it. */
export function csvWriter(query: CsvLines, records: CsvRecords): (out: LineBuilder) => string | undefined {
  const { slots, tail } = template(query);
  const expected = query.names.length;
  const row = csvRow(slots, query.nullValues);
  const countClashes = clashCounter(query, records);
  const end = Buffer.concat([tail, braces]);
  return (out) => {
    if (records.problem !== undefined) return records.problem;
    if (records.fields.count !== expected) return `has ${records.fields.count} fields, ${expected} are expected`;
    const misfits = writeRow(out, records, row);
    const wrong = misfits?.find(({ isDeclared }) => isDeclared);
    if (wrong !== undefined) {
      out.dropLine();
      return `has a value in "${wrong.name}" that is no ${wrong.type?.kind}`;
    }
    if (misfits === undefined) out.raw(end);
    else {
      out.raw(tail);
      out.raw(changes(misfits));
      out.raw(braces);
    }
    if (!out.endLine()) return 'is not UTF-8';
    countClashes();
    return undefined;
  };
}

function changes(misfits: readonly Slot[]): Uint8Array {
  const nulled = misfits.map(({ name }) => ({ field: name, change: 'NULLED', reason: 'SOURCE_SERIALIZATION_ERROR' }));
  return Buffer.from(`,"meta":${JSON.stringify({ changes: nulled })}`);
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
      slots.push({ lead: Buffer.from(text), field, name, type: isText(type) ? undefined : type, isDeclared });
      text = '';
    }
  }
  return { slots, tail: Buffer.from(`${text}${frameTail(emittedAt)}`) };
}

/** What the catalog declares as text, or as anything, is written as it stands. */
function isText({ kind }: ColumnType): boolean {
  return kind === 'string' || kind === 'unknown';
}

// JSON lines as RECORD lines: the bytes of the members in the catalog are written unchanged, followed by the values of folders and
// file, which are equal in all rows.
import { isUtf8 } from 'node:buffer';

import { OPEN_ARRAY } from '@s3-connectors/common/json/ascii.ts';
import { skipSpace } from '@s3-connectors/common/json/json-bytes.ts';

import { changesText } from '@s3-connectors/common/protocol/record-frame.ts';

import { fileUrlColumn } from '../../columns/table-columns.ts';
import type { Asked } from '../contract/format.ts';
import { agreesWithFolder } from '../../columns/folder-value.ts';
import { PartitionComparer } from '../../columns/partition-comparer.ts';
import { RowCounts } from '../../columns/row-counts.ts';
import type { PartitionColumns } from '../../layout/partition-columns.ts';
import type { RowWriter } from '../contract/placed-lines.ts';
import { fitOf } from './members/json-fit.ts';
import type { JsonCutter } from './json-cutter.ts';
import { JsonMembers } from './members/json-members.ts';
import { hasLoneSurrogate } from './members/json-text.ts';
import { comma, provenance, writeMembers, type JsonRow } from './line-members.ts';
import { SeenColumns } from './seen-columns.ts';
import { UndeclaredNames } from './undeclared-names.ts';

type JsonlRecords = {
  readonly asked: Asked;
  /** Milliseconds since 1970. */
  readonly emittedAt: number;
};

/** Writes the current line. */
export function jsonlWriter({ asked, emittedAt }: JsonlRecords, lines: JsonCutter): RowWriter {
  const { frame, folders, clashes } = asked;
  const row = rowOf(asked);
  const { members, wanted, names, lost, repeated, undeclared } = row;
  const nulls = nullMembers(wanted, folders);
  const head = Buffer.from(frame.start);
  const ends = lineEnds(asked, emittedAt);
  const comparer = new PartitionComparer(clashes, (json, { value }) => agreesWithFolder(json, value, undefined));
  const clashing = clashes.map(({ column }) => names.indexOf(column));
  const seen = new SeenColumns(wanted, members);
  const [nulledRows, repeatedRows] = [new RowCounts(), new RowCounts()];
  return {
    write(out) {
      const { bytes, from, to } = lines;
      if (!members.scan(bytes, from, to)) return notAnObject(lines);
      if (!lines.isText && !isUtf8(bytes.subarray(from, to))) return 'is not UTF-8';
      if (lines.hasEscapes && hasLoneSurrogate(bytes, from, to))
        return 'contains half of a surrogate pair, which is not text';
      members.judge();
      if (seen.isDue) seen.look();
      out.raw(head);
      let isEmpty = writeMembers(out, bytes, row);
      for (const { place, text } of nulls) {
        if (members.found.subarray(0, members.count).includes(place)) continue;
        if (!isEmpty) out.raw(comma);
        out.raw(text);
        isEmpty = false;
      }
      if (members.hasMisfit && lost.size > 0) {
        out.raw(ends.changed(isEmpty, lost));
        countRow(nulledRows, lost);
      } else out.raw(isEmpty ? ends.alone : ends.usual);
      out.endLine();
      if (members.hasTwice && repeated.size > 0) countRow(repeatedRows, repeated);
      if (clashing.length > 0) compareMembers(comparer, clashing, bytes, members);
      return undefined;
    },
    findings: () => ({
      conflicts: comparer.take(),
      undeclared: undeclared.take(),
      present: seen.take(),
      nulled: nulledRows.take(),
      repeated: repeatedRows.take(),
    }),
  };
}

function countRow(counts: RowCounts, fields: Set<string>): void {
  counts.add(fields);
  fields.clear();
}

type LineEnds = {
  readonly usual: Uint8Array;
  /** Used if no member of the file is before it. */
  readonly alone: Uint8Array;
  /** Used if values became null. */
  readonly changed: (isEmpty: boolean, lost: ReadonlySet<string>) => Uint8Array;
};

/** The text after the members of the file: what is equal in all rows, and the frame around it. */
function lineEnds({ frame, columns, constants }: Asked, emittedAt: number): LineEnds {
  const same = columns
    .filter(({ name }) => constants.has(name))
    .map(({ name }) => `${JSON.stringify(name)}:${constants.get(name)}`);
  const nothing = columns.slice(0, 1).map(({ name }) => `${JSON.stringify(name)}:null`); // Platforms drop empty records.
  const rest = same.map((member) => `,${member}`).join('') + frame.end(emittedAt);
  const restAlone = (same.length === 0 ? nothing : same).join(',') + frame.end(emittedAt);
  const close = frame.unchanged + frame.close;
  return {
    usual: Buffer.from(rest + close),
    alone: Buffer.from(restAlone + close),
    changed: (isEmpty, lost) => Buffer.from((isEmpty ? restAlone : rest) + changesText(frame, [...lost]) + frame.close),
  };
}

function rowOf({ columns, constants, spellings, clashes }: Asked): JsonRow & { readonly names: readonly string[] } {
  const fromFile = columns.filter(({ name }) => !constants.has(name));
  const wanted = fromFile.map(({ name }) => name);
  const inFile = wanted.map((name) => spellings.get(name) ?? name);
  const others = columns.map(({ name }) => name).filter((name) => constants.has(name));
  const names = [...new Set([...inFile, ...provenance, ...others, ...clashes.map(({ column }) => column)])];
  const fits = fromFile.map(({ type }) => fitOf(type));
  return {
    names,
    members: new JsonMembers(names, fits),
    wanted,
    keys: wanted.map((name) => (spellings.has(name) ? Buffer.from(`${JSON.stringify(name)}:`) : undefined)),
    fits,
    firstOwn: names.indexOf(fileUrlColumn),
    undeclared: new UndeclaredNames(),
    lost: new Set(),
    repeated: new Set(),
    run: { shape: -1, first: 0, last: 0 },
  };
}

/** A member that the line lacks is not compared. Of repeated ones, the last is. */
function compareMembers(
  comparer: PartitionComparer,
  names: readonly number[],
  bytes: Uint8Array,
  { found, count, valueStarts, valueEnds }: JsonMembers,
): void {
  for (let index = 0; index < names.length; index++) {
    let place = count - 1;
    while (place >= 0 && found[place] !== names[index]) place--;
    if (place >= 0) comparer.compare(index, bytes, valueStarts[place] ?? 0, valueEnds[place] ?? 0);
  }
}

/** Columns of folders that this file's folders lack, and its lines may lack too. */
function nullMembers(fromFile: readonly string[], folders: PartitionColumns) {
  return fromFile.flatMap((name, place) =>
    folders.has(name) ? [{ place, text: Buffer.from(`${JSON.stringify(name)}:null`) }] : [],
  );
}

function notAnObject({ form, bytes, from }: JsonCutter): string {
  if (form === 'array') return 'is not a JSON object; the file is read as a JSON array of objects';
  if (form === 'values') return 'is not a JSON object; the file is read as JSON objects one after the other';
  return bytes[skipSpace(bytes, from)] === OPEN_ARRAY
    ? 'is a JSON array, or the beginning of one; each line must be an object'
    : 'is not a JSON object on one line';
}

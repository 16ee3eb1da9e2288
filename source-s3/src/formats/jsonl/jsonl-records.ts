// JSON lines as RECORD lines: the bytes of the members that the catalog asks for go out as they came in, and what the
// folders and the file say of all rows behind them.
import { isUtf8 } from 'node:buffer';

import { OPEN_ARRAY } from '@s3-connectors/common/json/ascii.ts';
import { skipSpace } from '@s3-connectors/common/json/json-bytes.ts';

import { fileUrlColumn, isProvenance, lastModifiedColumn } from '../../columns/table-columns.ts';
import type { Asked } from '../contract/format.ts';
import { agreesWithFolder } from '../../columns/folder-value.ts';
import { PartitionComparer } from '../../columns/partition-comparer.ts';
import type { PartitionColumns } from '../../layout/partition-columns.ts';
import type { RowWriter } from '../contract/placed-lines.ts';
import type { LineBuilder } from '../../records/line-builder.ts';
import type { JsonCutter } from './json-cutter.ts';
import { JsonMembers } from './json-members.ts';
import { hasLoneSurrogate, textAt } from './json-text.ts';

type JsonlRecords = {
  readonly asked: Asked;
  /** Milliseconds since 1970. */
  readonly emittedAt: number;
};

const provenance = [fileUrlColumn, lastModifiedColumn];
const comma = Buffer.from(',');

/** Writes the current line. */
export function jsonlWriter(query: JsonlRecords, lines: JsonCutter): RowWriter {
  const { frame, columns, constants, spellings, folders, clashes } = query.asked;
  const isConstant = (name: string): boolean => constants.has(name);
  const asked = columns.map(({ name }) => name);
  const fromFile = asked.filter((name) => !isConstant(name));
  const wanted = fromFile.map((name) => spellings.get(name) ?? name);
  const keys = fromFile.map((name) => (spellings.has(name) ? Buffer.from(`${JSON.stringify(name)}:`) : undefined));
  const nulls = nullMembers(fromFile, folders);
  const others = [...asked.filter(isConstant), ...clashes.map(({ column }) => column)];
  const names = [...new Set([...wanted, ...provenance, ...others])];
  const firstOwn = names.indexOf(fileUrlColumn);
  const members = new JsonMembers(names);
  const head = Buffer.from(frame.start);
  const same = asked.filter(isConstant).map((name) => `${JSON.stringify(name)}:${constants.get(name)}`);
  const nothing = asked.slice(0, 1).map((name) => `${JSON.stringify(name)}:null`); // Platforms drop empty records.
  const tail = frame.end(query.emittedAt) + frame.close;
  const rest = Buffer.from(same.map((member) => `,${member}`).join('') + tail);
  const restAlone = Buffer.from((same.length === 0 ? nothing : same).join(',') + tail);
  const comparer = new PartitionComparer(clashes, (json, { value }) => agreesWithFolder(json, value, undefined));
  const clashing = clashes.map(({ column }) => names.indexOf(column));
  const undeclared = new UndeclaredNames();
  return {
    write(out) {
      const { bytes, from, to } = lines;
      if (!members.scan(bytes, from, to)) return notAnObject(lines);
      if (!lines.isText && !isUtf8(bytes.subarray(from, to))) return 'is not UTF-8';
      if (lines.hasEscapes && hasLoneSurrogate(bytes, from, to)) return 'holds half a surrogate pair, which is no text';
      out.raw(head);
      let isEmpty = writeMembers(out, bytes, { members, keys, firstOwn, undeclared });
      for (const { place, text } of nulls) {
        if (members.found.subarray(0, members.count).includes(place)) continue;
        if (!isEmpty) out.raw(comma);
        out.raw(text);
        isEmpty = false;
      }
      out.raw(isEmpty ? restAlone : rest);
      out.endLine();
      if (clashing.length > 0) compareMembers(comparer, clashing, bytes, members);
      return undefined;
    },
    findings: () => ({ conflicts: comparer.take(), undeclared: undeclared.take() }),
  };
}

/** A member that the line lacks is not compared; of one that stands twice the last is. */
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

const mostUndeclared = 1000;

/** Each is told once. Bound: a thousand names, and the two that say where a row came from, which are always told. */
class UndeclaredNames {
  readonly #known = new Set<string>();
  #found: string[] = [];

  add(name: string): void {
    if (this.#known.has(name) || (this.#known.size >= mostUndeclared && !isProvenance(name))) return;
    this.#known.add(name);
    this.#found.push(name);
  }

  take(): readonly string[] {
    const found = this.#found;
    if (found.length > 0) this.#found = [];
    return found;
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
    ? 'is a JSON array, or the beginning of one; each line has to hold an object'
    : 'is not a JSON object on one line';
}

/** `keys` of the wanted members, by name; undefined where the file's own serves. */
type Row = {
  readonly members: JsonMembers;
  readonly keys: readonly (Uint8Array | undefined)[];
  /** The names from this one on, of which there are two, say where a row came from: members of theirs are not read. */
  readonly firstOwn: number;
  readonly undeclared: UndeclaredNames;
};

/** Members that follow each other go out as one piece, with what stands between them. True: there was none to write. */
function writeMembers(out: LineBuilder, bytes: Uint8Array, { members, keys, firstOwn, undeclared }: Row): boolean {
  let isEmpty = true;
  let runStart = -1;
  let runEnd = -1;
  const endRun = (): void => {
    if (runStart === -1) return;
    if (!isEmpty) out.raw(comma);
    out.raw(bytes, runStart, runEnd);
    isEmpty = false;
    runStart = -1;
  };
  let stranger = -1;
  for (let place = 0; place < members.count; place++) {
    const name = members.found[place] ?? -1;
    if (name >= 0 && name < keys.length && !(members.hasTwice && isSaidAgain(members, place))) {
      if (keys[name] !== undefined) {
        endRun();
        if (!isEmpty) out.raw(comma);
        out.raw(keys[name]);
        out.raw(bytes, members.valueStarts[place], members.valueEnds[place]);
        isEmpty = false;
        continue;
      }
      if (runStart === -1) runStart = members.keyStarts[place] ?? 0;
      runEnd = members.valueEnds[place] ?? 0;
    } else {
      endRun();
      if (name === firstOwn || name === firstOwn + 1) undeclared.add(provenance[name - firstOwn] ?? '');
      else if (name === -1 && stranger === -1) stranger = place;
    }
  }
  endRun();
  if (stranger !== -1) undeclared.add(textAt(bytes, members.keyStarts[stranger] ?? 0));
  return isEmpty;
}

/** Of a name that stands twice the last counts, as in JSON.parse and nearly everywhere. */
function isSaidAgain({ found, count }: JsonMembers, place: number): boolean {
  for (let later = place + 1; later < count; later++) if (found[later] === found[place]) return true;
  return false;
}

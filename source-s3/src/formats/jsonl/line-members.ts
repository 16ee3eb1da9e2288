// Writes the members of one line that are in the catalog to the output line: their bytes unchanged, if they fit.
import { fileUrlColumn, lastModifiedColumn } from '../../columns/table-columns.ts';
import type { LineBuilder } from '../../records/line-builder.ts';
import { castValue } from './members/cast-value.ts';
import type { Fit } from './members/json-fit.ts';
import type { JsonMembers } from './members/json-members.ts';
import { textAt } from './members/json-text.ts';
import type { UndeclaredNames } from './undeclared-names.ts';

export const provenance = [fileUrlColumn, lastModifiedColumn];
export const comma = Buffer.from(',');

export type JsonRow = {
  readonly members: JsonMembers;
  /** The catalog's names of the wanted members, by their number. */
  readonly wanted: readonly string[];
  /** Their keys; undefined if the file's own key is used. */
  readonly keys: readonly (Uint8Array | undefined)[];
  readonly fits: readonly Fit[];
  /** From this one on, the two names are those of provenance columns: the file's members of these names are not read. */
  readonly firstOwn: number;
  readonly undeclared: UndeclaredNames;
  /** Takes the fields that became null. */
  readonly lost: Set<string>;
  /** Takes the names of repeated members. */
  readonly repeated: Set<string>;
  /** The positions of the one piece that is written for lines of a shape. */
  run: { readonly shape: number; readonly first: number; readonly last: number };
};

/** Consecutive members are written as one piece, with the text between them. True: there was none to write. */
export function writeMembers(out: LineBuilder, bytes: Uint8Array, row: JsonRow): boolean {
  const { members, run } = row;
  if (members.shape !== run.shape || members.hasMisfit) return writeRuns(out, bytes, row);
  out.raw(bytes, members.keyStarts[run.first], members.valueEnds[run.last]);
  return false;
}

function writeRuns(out: LineBuilder, bytes: Uint8Array, row: JsonRow): boolean {
  const { members, keys, firstOwn, undeclared } = row;
  const { hasMisfit } = members;
  let isEmpty = true;
  let [first, last] = [-1, -1];
  const endRun = (): void => {
    if (first === -1) return;
    if (!isEmpty) out.raw(comma);
    out.raw(bytes, members.keyStarts[first], members.valueEnds[last]);
    isEmpty = false;
    first = -1;
  };
  let stranger = -1;
  for (let place = 0; place < members.count; place++) {
    const name = members.found[place] ?? -1;
    if (name >= 0 && name < keys.length && !(members.hasTwice && isSaidAgain(row, place))) {
      if (keys[name] !== undefined || (hasMisfit && members.areMisfits[place] === 1)) {
        endRun();
        if (!isEmpty) out.raw(comma);
        writeMember(out, bytes, row, place);
        isEmpty = false;
        continue;
      }
      if (first === -1) first = place;
      last = place;
    } else {
      endRun();
      if (name === firstOwn || name === firstOwn + 1) undeclared.add(provenance[name - firstOwn] ?? '');
      else if (name === -1 && stranger === -1) stranger = place;
    }
  }
  if (isEmpty && first !== -1 && !hasMisfit && !members.hasTwice) row.run = { shape: members.shape, first, last };
  endRun();
  if (stranger !== -1) undeclared.add(textAt(bytes, members.keyStarts[stranger] ?? 0));
  return isEmpty;
}

/** A member with another key than the file's, or with a value of another type. */
function writeMember(out: LineBuilder, bytes: Uint8Array, row: JsonRow, place: number): void {
  const { members, keys, fits, wanted, lost } = row;
  const name = members.found[place] ?? -1;
  const [start, end] = [members.valueStarts[place] ?? 0, members.valueEnds[place] ?? 0];
  const key = keys[name];
  if (key === undefined) out.raw(bytes, members.keyStarts[place], start);
  else out.raw(key);
  const fit = fits[name];
  if (fit === undefined || !members.hasMisfit || members.areMisfits[place] === 0) out.raw(bytes, start, end);
  else out.raw(Buffer.from(castValue(bytes, [start, end], fit, { field: wanted[name] ?? '', lost })));
}

/** The last one of a repeated name counts, as in JSON.parse and nearly everywhere. */
function isSaidAgain({ members: { found, count }, wanted, repeated }: JsonRow, place: number): boolean {
  for (let later = place + 1; later < count; later++) {
    if (found[later] !== found[place]) continue;
    repeated.add(wanted[found[place] ?? -1] ?? '');
    return true;
  }
  return false;
}

// Columns of JSON lines that their folders' names hold too: compared in each line that has them.
import type { Asked } from '../contract/format.ts';
import { countConflict, jsonAgrees } from '../../columns/partition-conflicts.ts';
import type { JsonMembers } from './json-members.ts';

type ClashQuery = {
  readonly asked: Pick<Asked, 'clashes' | 'conflicts'>;
  /** Of the object, for the log. */
  readonly key: string;
};

/** Compares the members of a line that was scanned for `names`, as text, numbers also by value (`month=01` is 1). */
export function jsonlClashCounter(
  { asked, key }: ClashQuery,
  names: readonly string[],
): (bytes: Uint8Array, members: JsonMembers) => void {
  const folders = asked.clashes.map(({ column, value }) => ({ column, value, number: names.indexOf(column) }));
  return (bytes, members) => {
    for (const { column, value, number } of folders) {
      const place = members.found.lastIndexOf(number, members.count - 1);
      if (place === -1 || members.count === 0) continue;
      const json = Buffer.from(bytes.subarray(members.valueStarts[place], members.valueEnds[place])).toString();
      countConflict(asked.conflicts, column, { rows: 1, differing: jsonAgrees(json, value) ? 0 : 1, key });
    }
  };
}

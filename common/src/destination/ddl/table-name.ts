// The name of a table in a statement. Most engines ignore case, and some accept only some characters.
import { createHash } from 'node:crypto';

import { oneLine } from '../../protocol/text/text.ts';
import type { DdlDialect } from './dialects/dialect.ts';

const longestName = 255;
const markLength = 8;

/** `comments`: why the name differs from that of the folder. */
export type TableName = { readonly name: string; readonly comments: readonly string[] };

type Rules = Pick<DdlDialect, 'title' | 'takesTable' | 'longestName'>;

/** `taken`: the lower-case names of earlier statements; this one is added. */
export function tableName(table: string, rules: Rules, taken: Set<string>): TableName {
  const { takesTable, longestName: longest = longestName } = rules;
  const isPlain = takesTable?.form.test(table) ?? true;
  const isShort = Buffer.byteLength(table) <= longest;
  const isFree = !taken.has(table.toLowerCase());
  const name = isPlain && isShort && isFree ? table : markedName(table, longest);
  taken.add(name.toLowerCase());
  if (name === table) return { name, comments: [] };
  return {
    name,
    comments: [`The table ${oneLine(table)} is called ${name}: ${reason(rules, { isPlain, isShort }, longest)}.`],
  };
}

type Judged = { readonly isPlain: boolean; readonly isShort: boolean };

function reason({ title, takesTable }: Rules, { isPlain, isShort }: Judged, longest: number): string {
  if (!isPlain) return `${title} ${takesTable?.rule}`;
  return isShort ? 'another one has its name in another case' : `${title} takes names of ${longest} bytes`;
}

/** Never the same for two tables. */
function markedName(table: string, longest: number): string {
  const mark = createHash('sha256').update(table).digest('hex').slice(0, markLength);
  return `${table.replaceAll(/\W/gu, '_').slice(0, longest - mark.length - 1)}_${mark}`;
}

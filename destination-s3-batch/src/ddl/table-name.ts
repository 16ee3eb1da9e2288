// What a table is called in a statement: engines ignore the case of names, and Athena takes only some characters.
import { createHash } from 'node:crypto';

import { oneLine } from '@s3-connectors/common/protocol/text/text.ts';

import { maxTableNameBytes } from '../config/budgets.ts';

type Engine = 'athena' | 'duckdb';

/** `comments`: why it is not called as its folder. */
export type TableName = { readonly name: string; readonly comments: readonly string[] };

/** `taken`: the names of earlier statements in lower case; this one is added. */
export function tableName(table: string, engine: Engine, taken: Set<string>): TableName {
  const isPlain = engine === 'duckdb' || /^\w+$/u.test(table);
  const isFree = !taken.has(table.toLowerCase());
  const name = isPlain && isFree ? table : markedName(table);
  taken.add(name.toLowerCase());
  const reason = isPlain ? 'another one has its name in another case' : 'Athena takes only letters, digits and "_"';
  return { name, comments: name === table ? [] : [`-- The table ${oneLine(table)} is called ${name}: ${reason}.`] };
}

/** Of two tables never the same. */
function markedName(table: string): string {
  const mark = createHash('sha256').update(table).digest('hex').slice(0, 8);
  return `${table.replaceAll(/\W/gu, '_').slice(0, maxTableNameBytes - mark.length - 1)}_${mark}`;
}

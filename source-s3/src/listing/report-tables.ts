// Reports about the tables below the schema prefixes: objects that belong to none, and probable mistakes.
import type { Log } from '@s3-connectors/common/protocol/log.ts';

import type { SourceConfig } from '../config/config.ts';
import { parentOf } from '../layout/layout.ts';
import { describeSkips } from './skip-report.ts';
import type { Table, Tables } from './tables.ts';

/** Reports that every search for tables makes. */
export function reportTables({ byStream, skips, refused }: Tables, { selection }: SourceConfig, log: Log): void {
  for (const error of refused) log('WARN', error.message);
  const skipped = describeSkips(skips);
  const isDoubtful = skips.has('no_table') || skips.has('folder');
  if (skipped !== undefined) log(isDoubtful ? 'WARN' : 'INFO', `Belongs to no table, by reason: ${skipped}`);
  const names = new Set([...byStream.values()].map(({ stream }) => stream.name));
  for (const name of new Set(selection.tables)) {
    if (!names.has(name)) log('WARN', `The options name the table "${name}", but there is no such table.`);
  }
  const partitions = [...byStream.values()].filter(isNamedAsPartition);
  const [first] = partitions;
  if (first !== undefined) {
    log('WARN', partitionsAsTables(parentOf(first.prefix), partitions.length, `, such as "${first.prefix}"`));
  }
  const inside = readTwice([...byStream.values()]);
  if (inside !== undefined) log('WARN', inside);
}

/** A schema prefix that is a table of another prefix, or in one. */
function readTwice(tables: readonly Table[]): string | undefined {
  const byPrefix = new Set(tables.map(({ prefix }) => prefix));
  const around = ({ prefix }: Table): string | undefined => {
    let end = prefix.lastIndexOf('/', prefix.length - 2);
    while (end > 0 && !byPrefix.has(prefix.slice(0, end + 1))) end = prefix.lastIndexOf('/', end - 1);
    return end > 0 ? prefix.slice(0, end + 1) : undefined;
  };
  const inner = tables.find((table) => around(table) !== undefined);
  if (inner === undefined) return undefined;
  return `The table "${inner.prefix}" is in the folder of another table, "${around(inner)}": its rows are in both streams. If that is wrong, correct schema_prefixes.`;
}

/** Only for a folder, not for a file. */
export function isNamedAsPartition({ stream, file }: Table): boolean {
  return file === undefined && stream.name.includes('=');
}

/** The usual mistake: the path of one table as a schema prefix. `such`: an example, after a comma. */
export function partitionsAsTables(path: string, count: number, such = ''): string {
  const remedy = path === '' ? '' : ` If "${path}" is one table, give "${parentOf(path)}" as the schema prefix.`;
  return count === 1
    ? `1 folder that counts as a table is named like a partition${such}.${remedy}`
    : `${count} folders that count as tables are named like partitions${such}.${remedy}`;
}

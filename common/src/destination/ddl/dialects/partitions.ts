// Statements for the folders that a table has now, for an engine that does not look for them.
import { identifier, literal } from '../../../columns/sql.ts';
import type { Draft } from './dialect.ts';

/**
 * The most folders that Redshift accepts in one statement
 * (https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE_external-table.html).
 */
const mostInStatement = 100;

export async function* addPartitions({ name, table }: Draft): AsyncGenerator<string> {
  if (table.folders.length === 0) return;
  let parts: string[] = [];
  const statement = (): string => `ALTER TABLE ${name} ADD IF NOT EXISTS\n${parts.join('\n')};`;
  for await (const path of table.partitions()) {
    parts.push(`  PARTITION (${valuesOf(path, table)}) LOCATION ${literal(`${table.location}${path}/`)}`);
    if (parts.length < mostInStatement) continue;
    yield statement();
    parts = [];
  }
  if (parts.length > 0) yield statement();
}

function valuesOf(path: string, { folders }: Draft['table']): string {
  const values = path.split('/').map((folder) => folder.slice(folder.indexOf('=') + 1));
  return folders
    .map(({ name, range }, index) => {
      const value = values[index] ?? '';
      return `${identifier(name)} = ${range === undefined ? literal(decoded(value)) : Number(value)}`;
    })
    .join(', ');
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

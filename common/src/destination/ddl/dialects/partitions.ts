// Statements for the folders that a table has now, for an engine that does not look for them.
import { decodedValue } from '../../files/key-part.ts';
import type { Draft } from './dialect.ts';

/**
 * The most folders that Redshift accepts in one statement
 * (https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE_external-table.html).
 */
const mostInStatement = 100;

type Words = { readonly quote: (name: string) => string; readonly text: (value: string) => string };

export async function* addPartitions({ name, table }: Draft, words: Words): AsyncGenerator<string> {
  if (table.folders.length === 0) return;
  let parts: string[] = [];
  const statement = (): string => `ALTER TABLE ${name} ADD IF NOT EXISTS\n${parts.join('\n')};`;
  for await (const path of table.partitions()) {
    if (!isOwn(path, table)) continue;
    parts.push(`  PARTITION (${valuesOf(path, table, words)}) LOCATION ${words.text(`${table.location}${path}/`)}`);
    if (parts.length < mostInStatement) continue;
    yield statement();
    parts = [];
  }
  if (parts.length > 0) yield statement();
}

/** Folders such as `year=abc/`, which another program made, have no place in the statement. */
function isOwn(path: string, { folders }: Draft['table']): boolean {
  const values = valuesIn(path);
  return folders.every(({ range }, index) => {
    if (range === undefined) return true;
    const number = Number(values[index]);
    const text = String(number).padStart(range.digits, '0');
    return text === values[index] && number >= range.from && number <= range.to;
  });
}

function valuesIn(path: string): readonly string[] {
  return path.split('/').map((folder) => folder.slice(folder.indexOf('=') + 1));
}

function valuesOf(path: string, { folders }: Draft['table'], { quote, text }: Words): string {
  const values = valuesIn(path);
  return folders
    .map(({ name, range }, index) => {
      const value = values[index] ?? '';
      return `${quote(name)} = ${range === undefined ? text(decodedValue(value) ?? value) : Number(value)}`;
    })
    .join(', ');
}

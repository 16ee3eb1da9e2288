// Content of inspected files that is read in another way than people usually mean it. Pure.
import { HeaderDrift } from '../../columns/header-drift.ts';
import { foldName } from '../../layout/layout.ts';
import type { Sample } from './file-samples.ts';
import type { NearMiss } from './report.ts';

const maxExamples = 3;

export function sampleNearMisses(samples: readonly Sample[]): readonly NearMiss[] {
  const headers = new HeaderDrift();
  for (const { object, columns, header } of samples) {
    if (header === undefined) continue;
    const names = columns.map(({ name }) => name);
    headers.see(object.key, names, header);
  }
  return [...headers.describe(), ...spelledTwice(samples)];
}

/** `UserId` in one file, `userid` in another: two columns here, one in most warehouses. */
function spelledTwice(samples: readonly Sample[]): readonly NearMiss[] {
  const firsts = new Map<string, string>();
  for (const { object, columns } of samples) {
    for (const { name } of columns) if (!firsts.has(name)) firsts.set(name, object.key);
  }
  const alike = Map.groupBy(firsts.keys(), (name) => foldName(name));
  return [...alike.values()].filter(isInSeveralFiles).map((names) => {
    const list = names.map((name) => JSON.stringify(name)).join(' and ');
    const message = `Files name columns that differ only in case: ${list}. They are read as ${names.length} columns; most warehouses take them for one.`;
    const examples = names.slice(0, maxExamples).map((name) => firsts.get(name) ?? '');
    return { code: 'column_spelled_twice_in_files', message, examples };
  });

  function isInSeveralFiles(names: readonly string[]): boolean {
    return names.length > 1 && new Set(names.map((name) => firsts.get(name))).size > 1;
  }
}

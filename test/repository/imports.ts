// What the code of this repository imports, read from its text: types too, which leave no trace when they are stripped.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Path below the root → text, of all code of this repository. */
export const files: ReadonlyMap<string, string> = new Map(
  globSync(['*/src/**/*.ts', 'test/**/*.ts', 'acceptance-tests/**/*.ts', 'tools/**/*.{ts,cjs}'], { cwd: root })
    .filter((path) => !path.includes('node_modules'))
    .map((path) => [path, readFileSync(join(root, path), 'utf8')] as const),
);
export const sources = [...files.keys()].filter((path) => /^[\w-]+\/src\//u.test(path));

/** What a file imports, statically or not. Files of this repository are paths below the root. */
export function importsOf(path: string): readonly string[] {
  const text = files.get(path) ?? '';
  const found = text.matchAll(/^(?:import|export)\b[^;]*?from '([^']+)'|^import '([^']+)'|\bimport\(\s*'([^']+)'/gmu);
  return Array.from(found, ([, from, bare, dynamic]) => resolved(path, from ?? bare ?? dynamic ?? ''));
}

function resolved(importer: string, specifier: string): string {
  const common = '@s3-connectors/common/';
  if (specifier.startsWith(common)) return `common/src/${specifier.slice(common.length)}`;
  return specifier.startsWith('.') ? join(dirname(importer), specifier) : specifier;
}

export function reachableFrom(start: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [start];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    open.push(...importsOf(path));
  }
  return seen;
}

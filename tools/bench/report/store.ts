// docs/benchmarks.json, which has the results, and what is made from it.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { benchmarkFiles } from './page.ts';
import type { Result } from './result.ts';

const root = join(import.meta.dirname, '../../..');
const file = join(root, 'docs/benchmarks.json');

export async function readResults(): Promise<readonly Result[]> {
  return JSON.parse(await readFile(file, 'utf8')) as readonly Result[];
}

/** Writes the page, the picture and the README's table too. */
export async function writeResults(results: readonly Result[]): Promise<void> {
  await writeFile(file, resultsText(results));
  for (const [path, text] of await filesOfResults()) await writeFile(join(root, path), text);
}

/** Path below the repository's root → text. */
export async function filesOfResults(): Promise<ReadonlyMap<string, string>> {
  return benchmarkFiles(await readResults(), await readFile(join(root, 'README.md'), 'utf8'));
}

function resultsText(results: readonly Result[]): string {
  return `${JSON.stringify(results, rounded, 2)}\n`;
}

/** Figures with six digits after the point. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1_000_000) / 1_000_000 : value;
}

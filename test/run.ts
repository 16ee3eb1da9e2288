// `npm test [-- --long | <word>…]`: runs the test files; or the long ones (`.long.test.ts`); or all whose path has one of the words.
// Small files run several in a process (test/support/groups.ts). The report has the same form on a terminal, in a file and in CI, and
// ends with the numbers of tests passed and failed.
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { parseArgs } from 'node:util';

import { buildAll } from './support/built-programs.ts';
import { groupFiles, isLong } from './support/groups.ts';

const root = join(import.meta.dirname, '..');
const cacheFolder = 'node_modules/.cache/s3-connectors-tests';
const cache = join(root, cacheFolder);
const durationsFile = join(cache, 'durations.json');
const { values, positionals: words } = parseArgs({
  allowPositionals: true,
  options: { long: { type: 'boolean', default: false } },
});

/** Path → milliseconds, of the runs before. */
const durations = new Map(Object.entries(readDurations()));
const chosen = globSync('test/**/*.test.ts', { cwd: root }).filter((path) => {
  return words.length === 0 ? isLong(path) === values.long : words.some((word) => path.includes(word));
});
const fileTimeoutMs = chosen.some(isLong) ? 900_000 : 180_000; // A hang fails its file; the others still run.
/** The longest first, so that none of them is alone at the end. A file that never ran may be long. */
const files = groupFiles(root, chosen, join(cacheFolder, 'groups')).toSorted((a, b) => {
  return durationOf(b) - durationOf(a) || (a < b ? -1 : 1);
});
if (files.length === 0) throw new Error(`No test file's path has ${words.join(' or ')}.`);

// Of the programs that tests start, too: half of their time would be spent on compiling.
process.env['NODE_COMPILE_CACHE'] ??= join(cache, 'compiled');
Object.assign(process.env, await buildAll(join(cache, 'programs')));
const events = run({
  cwd: root,
  files: files.map((path) => join(root, path)),
  concurrency: availableParallelism() + 1, // A test waits for its programs, its server and the disk.
  timeout: fileTimeoutMs,
  execArgv: ['support/test-scope.ts', 'properties.ts'].map((path) => `--import=${join(import.meta.dirname, path)}`),
});
events.on('test:fail', () => {
  process.exitCode = 1;
});
events.on('test:summary', ({ file, counts, duration_ms: duration }) => {
  if (file !== undefined) {
    durations.set(file.slice(root.length + 1), Math.round(duration));
    return;
  }
  // The last summary, of the complete run. A run without tests must not pass.
  if (counts.tests === 0) process.exitCode = 1;
  mkdirSync(cache, { recursive: true });
  writeFileSync(durationsFile, JSON.stringify(Object.fromEntries(durations)));
});
events.pipe(new spec()).pipe(process.stdout);

function readDurations(): Readonly<Record<string, number>> {
  try {
    return JSON.parse(readFileSync(durationsFile, 'utf8')) as Readonly<Record<string, number>>;
  } catch {
    return {};
  }
}

function durationOf(path: string): number {
  return durations.get(path) ?? fileTimeoutMs;
}

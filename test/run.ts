// `npm test [-- <word>…]`: runs the test files, or those whose path has one of the words, each in a process of its own, and
// reports in the same form on a terminal, into a file and in CI, closing with the numbers of tests passed and failed.
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const root = join(import.meta.dirname, '..');
const words = process.argv.slice(2);
const files = globSync('test/**/*.test.ts', { cwd: root })
  .filter((path) => words.length === 0 || words.some((word) => path.includes(word)))
  .map((path) => join(root, path));
const fileTimeoutMs = 180_000; // A hang fails its file; the others still run.

if (files.length === 0) throw new Error(`No test file's path has ${words.join(' or ')}.`);
const events = run({
  cwd: root,
  files,
  concurrency: availableParallelism(),
  timeout: fileTimeoutMs,
});
events.on('test:fail', () => {
  process.exitCode = 1;
});
events.on('test:summary', ({ file, counts }) => {
  // The last summary, of the whole run, names no file. A run without tests must not pass.
  if (file === undefined && counts.tests === 0) process.exitCode = 1;
});
events.pipe(new spec()).pipe(process.stdout);

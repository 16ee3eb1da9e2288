// `npm test [-- <pattern>…]`: runs the test files, each in a process of its own, and reports in the same form on a
// terminal, into a file and in CI, closing with the numbers of tests passed and failed.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const patterns = process.argv.slice(2);
const fileTimeoutMs = 180_000; // A hang fails its file; the others still run.

const events = run({
  cwd: join(import.meta.dirname, '..'),
  globPatterns: patterns.length > 0 ? patterns : ['test/**/*.test.ts'],
  concurrency: availableParallelism(),
  timeout: fileTimeoutMs,
});
events.on('test:fail', () => {
  process.exitCode = 1;
});
events.on('test:summary', ({ file, counts }) => {
  // The last summary, of the whole run, names no file. A pattern that matches nothing must not pass.
  if (file === undefined && counts.tests === 0) process.exitCode = 1;
});
events.pipe(new spec()).pipe(process.stdout);

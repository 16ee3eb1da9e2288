// docs/benchmarks.md, docs/benchmarks.svg and the README's table, all from docs/benchmarks.json.
import { withTable } from '../../generate-readme.ts';
import { overview, peersTable } from './overview.ts';
import { picture } from './picture.ts';
import { placesOf, type Result } from './result.ts';
import { sectionOf } from './section.ts';

/** Path below the repository's root → text. `readme`: the README of now. */
export function benchmarkFiles(results: readonly Result[], readme: string): ReadonlyMap<string, string> {
  return new Map([
    ['docs/benchmarks.md', pageOf(results)],
    ['docs/benchmarks.svg', picture(results)],
    ['README.md', withTable(readme, 'benchmarks', peersTable(results))],
  ]);
}

const method = `The programs are the built bundles, whole processes from start to end, on loopback against an S3 server as a process of its own;
all share the machine's cores. A case and its references run in turn, and a ratio is the median over the pairs. MB are MiB of the
peak memory of the whole process: the kernel's figure (VmHWM), read at the end, and for other programs fifty times a second.
CPU seconds are those of all threads.`;

/** @returns the text of docs/benchmarks.md. */
export function pageOf(results: readonly Result[]): string {
  return `${[
    '# Benchmarks',
    '![The speed and the peak memory of each program: the table below has the figures](benchmarks.svg)',
    placeText(results),
    overview(results),
    `A ratio is the speed of the program over that of the other one. DuckDB and pigz show what the machine can do: they work from local
file to local file, on the same rows. The peers do the same work as the program, from or to the same kind of S3 server.`,
    '## Details',
    'Written by `npm run bench -- --write`. Each figure was printed by the command below it.',
    method,
    ...results.map((result) => sectionOf(result).trimEnd()),
  ].join('\n\n')}\n`;
}

function placeText(results: readonly Result[]): string {
  const [first, ...others] = placesOf(results);
  if (first === undefined) return 'No case has been measured.';
  if (others.length === 0) return `All figures are of ${first.day}, ${first.machine}.`;
  const all = [first, ...others].map(({ day, machine }) => `${day}, ${machine}`).join('; ');
  return `**These figures are of several machines or days (${all}):** only figures of the same row compare.`;
}

// `npm run mutate [-- <module>…]`: changes the modules that decide, one small change at a time, and tells which changes no
// test notices. Exits with 1 when a module's score is below 90 %, or an accepted survivor does not exist any more.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { judgeModule, type Accepted, type Verdict } from './judge-module.ts';
import { modules } from './modules.ts';

const root = join(import.meta.dirname, '../..');
const leastPercent = 90;
const names = process.argv.slice(2);

const accepted = JSON.parse(await readFile(join(import.meta.dirname, 'accepted.json'), 'utf8')) as Readonly<
  Record<string, readonly Accepted[]>
>;
const chosen = modules.filter(({ name }) => names.length === 0 || names.includes(name));
if (chosen.length === 0)
  throw new Error(`No module is named ${names.join(' or ')}: ${modules.map(({ name }) => name).join(', ')}`);

const lines: string[] = [];
for (const module of chosen) {
  const begun = performance.now();
  const verdict = await judgeModule({ root, module, accepted: accepted[module.name] ?? [] });
  const percent = percentOf(verdict);
  for (const { kind, line, lineText, change } of verdict.survivors) {
    console.log(`${module.file}:${line} ${kind}: ${change}\n    ${lineText}`);
  }
  for (const { in: lineText, change } of verdict.stale)
    console.log(`${module.file}: no such mutant: ${change}\n    ${lineText}`);
  if (percent < leastPercent || verdict.stale.length > 0) process.exitCode = 1;
  const { killed, tried, timedOut, accepted: equivalent } = verdict;
  const seconds = Math.round((performance.now() - begun) / 1000);
  const row = [module.name.padEnd(18), `${percent.toFixed(1)} %`.padStart(8), `${killed}/${tried}`.padStart(9)];
  lines.push(`${row.join('  ')}  ${equivalent} accepted, ${timedOut} by time, ${seconds} s`);
  console.log(lines.at(-1));
}
console.log(`\n${lines.join('\n')}`);

function percentOf({ killed, tried }: Verdict): number {
  return tried === 0 ? 0 : (100 * killed) / tried;
}

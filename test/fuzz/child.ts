// The process in which one target is fuzzed, so that a crash, a hang or a lack of memory ends only it: `child.ts <target>
// <seed> <milliseconds> <file for the input that is tried>`. Reports to its parent.
import { writeFileSync } from 'node:fs';
import { inspect } from 'node:util';

import { fuzz } from './run-target.ts';
import { targets } from './targets.ts';

export type Report =
  | { readonly kind: 'alive' }
  | {
      readonly kind: 'done';
      readonly outcomes: readonly (readonly [string, number])[];
      /** Hex. */
      readonly input?: string;
      readonly error?: string;
    };

const [, , name = '', seed = '', ms = '', file = ''] = process.argv;
const target = targets.find((candidate) => candidate.name === name);
if (target === undefined) throw new Error(`no target is named ${name}`);

const send = (report: Report): void => void process.send?.(report);
let last = 0;
const { outcomes, failure } = await fuzz(target, {
  seed: Number(seed),
  ms: Number(ms),
  trying(input) {
    writeFileSync(file, input);
    if (performance.now() - last < 1000) return;
    last = performance.now();
    send({ kind: 'alive' });
  },
});
const what =
  failure === undefined ? {} : { input: Buffer.from(failure.input).toString('hex'), error: inspect(failure.error) };
send({ kind: 'done', outcomes: [...outcomes], ...what });
process.disconnect();

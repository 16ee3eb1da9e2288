// A third of a second of each fuzz target, always with the same inputs first, and again each input that has broken it before.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { fuzz } from './run-target.ts';
import { targets } from './targets.ts';

const seed = 14;
const ms = 1000;
const fixtures = join(import.meta.dirname, 'fixtures');

suite('any input ends in rows or in an error that names the fault', () => {
  for (const target of targets) {
    test(`in the fuzz target ${target.name}`, async () => {
      const { failure, inputs } = await fuzz(target, { seed, ms });
      if (failure !== undefined) throw failure.error;
      if (inputs === 0) throw new Error('no input was tried');
    });

    const folder = join(fixtures, target.name);
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      test(`in the fuzz target ${target.name}, for its fixture ${name}`, async () => {
        await using subject = await target.open();
        await subject.check(readFileSync(join(folder, name)));
      });
    }
  }
});

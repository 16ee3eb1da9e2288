// A signal that comes while an executable starts, before its verb does.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { connectorNames, programNames, programs, singerFaces } from '../../../tools/generate.ts';
import { runProgram } from '../../support/program.ts';

const root = join(import.meta.dirname, '../../..');
const hook = join(root, 'test/support/programs/signal-at-start.ts');

suite('a signal during the start', () => {
  for (const name of connectorNames) {
    const others = programNames.filter((program) => programs[program].owner === name);
    const faces = [
      ['main.ts', 'spec'],
      [singerFaces[name].entry, '--about'],
      ...others.map((program) => [programs[program].entry, 'spec'] as const),
    ] as const;
    for (const [entry, argument] of faces) {
      test(`of ${name}/src/${entry} gives the exit code of any later one`, async () => {
        for (const [signal, exitCode] of [
          ['SIGTERM', 143],
          ['SIGINT', 130],
        ] as const) {
          const env = { NODE_OPTIONS: `--import ${hook}`, SIGNAL: signal };
          const ended = await runProgram(join(root, name, 'src', entry), [argument], { env, fromSource: true });
          assert.deepEqual([ended.exitCode, ended.signal, ended.stderr], [exitCode, null, '']);
        }
      });
    }
  }
});

// The mutants of a small module: what is changed, where it is, and that a test process loads the change and nothing else.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { mutantsOf, mutated } from './mutants.ts';
import { runTests } from './test-process.ts';

function changes(source: string): readonly string[] {
  return mutantsOf(source).map(({ line, change }) => `${line}: ${change}`);
}

suite('the mutants of a module', () => {
  test('are of its decisions, with the lines of the TypeScript', () => {
    const source = 'type A = string;\n\nexport const isLow = (x: number, y: A): boolean => x <= (1 + y.length);\n';
    assert.deepEqual(changes(source), [
      '3: (x , y ) => x <= (1 + y.length) → (x , y ) => undefined',
      '3: x <= (1 + y.length) → x < (1 + y.length)',
      '3: x <= (1 + y.length) → x > (1 + y.length)',
      '3: 1 → 0',
      '3: 1 → 2',
      '3: 1 + y.length → 1 - y.length',
    ]);
  });

  test('leave alone what is for people, and what would be no code', () => {
    assert.deepEqual(changes("throw new ConnectorError('X', `The file ${key} is damaged.`);"), [
      "1: throw new ConnectorError('X', `The file ${key} is damaged.`… → ;",
    ]);
    assert.deepEqual(
      changes("import { a } from 'b';\nlog('INFO', `said`);\n").filter((text) => text.includes('→ ;')),
      [],
    );
    assert.deepEqual(changes("z.string().meta({ title: 'T', order: 1 });"), [
      "1: z.string().meta({ title: 'T', order: 1 }); → ;",
    ]);
  });

  test('are loaded by a test process in place of the module, and noticed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mutants-'));
    try {
      const source = 'export function least(a: number, b: number): number {\n  return a < b ? a : b;\n}\n';
      const module = join(folder, 'least.ts');
      await writeFile(module, source);
      await writeFile(
        join(folder, 'least.test.ts'),
        `import { test } from 'node:test';\nimport assert from 'node:assert';\nimport { least } from './least.ts';\ntest('least', () => assert.equal(least(1, 2), 1));\n`,
      );
      const results = new Map<string, string>();
      for (const mutant of mutantsOf(source)) {
        const code = join(folder, 'code.mjs');
        await writeFile(code, mutated(source, mutant));
        const env = { MUTANT_URL: pathToFileURL(module).href, MUTANT_CODE: code };
        const { kind } = await runTests({ root: folder, test: 'least.test.ts', timeoutMs: 60_000, env });
        results.set(mutant.change, kind);
      }
      assert.deepEqual(Object.fromEntries(results), {
        'return a < b ? a : b; → return;': 'failed',
        'a < b → true': 'passed',
        'a < b → false': 'failed',
        'a < b → a <= b': 'passed',
        'a < b → a >= b': 'failed',
      });
      const unchanged = await runTests({ root: folder, test: 'least.test.ts', timeoutMs: 60_000, env: {} });
      assert.equal(unchanged.kind, 'passed');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

// The changes that no test can notice: each is of a line that its module still has.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { modules } from './modules.ts';

type Accepted = Readonly<Record<string, readonly { readonly in: string }[]>>;

const root = join(import.meta.dirname, '../..');
const accepted = JSON.parse(readFileSync(join(import.meta.dirname, 'accepted.json'), 'utf8')) as Accepted;

suite('the accepted changes', () => {
  test('are of modules that are changed', () => {
    const names = new Set(modules.map(({ name }) => name));
    assert.deepEqual(
      Object.keys(accepted).filter((name) => !names.has(name)),
      [],
    );
  });

  for (const { name, file } of modules.filter((module) => Object.hasOwn(accepted, module.name))) {
    test(`of ${name} are of lines that it has`, () => {
      const lines = new Set(
        readFileSync(join(root, file), 'utf8')
          .split('\n')
          .map((line) => line.trim()),
      );
      const gone = (accepted[name] ?? []).filter((entry) => !lines.has(entry.in)).map((entry) => entry.in);
      assert.deepEqual(gone, []);
    });
  }
});

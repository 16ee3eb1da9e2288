import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { connectorNames, singerFaces } from '../../generate.ts';

type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly private: boolean;
  readonly license: string;
  readonly type: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly engines: Readonly<Record<string, string>>;
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
};

const root = join(import.meta.dirname, '../..');

async function manifestOf(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

const rootManifest = await manifestOf('.');
const packages = await Promise.all((rootManifest.workspaces ?? []).map(manifestOf));

/** Everything that reaches a user's machine. Each is named in a decision record that says why and what else was weighed. */
const runTimeDependencies = ['@aws-sdk/client-s3', '@aws-sdk/credential-providers', '@duckdb/node-api', 'yargs', 'zod'];

suite('the packages', () => {
  test('pin exact versions of all they depend on', () => {
    for (const { name, dependencies, devDependencies } of [rootManifest, ...packages]) {
      for (const [dependency, version] of Object.entries({ ...dependencies, ...devDependencies })) {
        assert.match(version, /^\d+\.\d+\.\d+(?:-[\w.]+)?$/u, `${name}: ${dependency}`);
      }
    }
  });

  test('agree on licence, module type, version and Node', () => {
    for (const manifest of [rootManifest, ...packages]) {
      const { license, type, version, engines } = manifest;
      assert.deepEqual(
        { license, type, version, engines, private: manifest.private },
        { license: 'MIT', type: 'module', version: rootManifest.version, engines: { node: '>=24' }, private: true },
        manifest.name,
      );
    }
  });

  test('run their scripts on the Node they ask for', () => {
    assert.match(rootManifest.devDependencies?.['node'] ?? '', /^24\./u);
    assert.match(rootManifest.devDependencies?.['@types/node'] ?? '', /^24\./u);
  });

  test('name what npm run build makes of them as their executables', () => {
    for (const name of connectorNames) {
      const manifest = packages.find((candidate) => candidate.name === `@s3-connectors/${name}`);
      const commands = [name, singerFaces[name].name];
      assert.deepEqual(
        manifest?.bin,
        Object.fromEntries(commands.map((command) => [command, `./dist/${command}.mjs`])),
      );
    }
  });

  test('depend on nothing at run time beyond the closed list', () => {
    assert.equal(rootManifest.dependencies, undefined);
    const used = packages.flatMap(({ dependencies }) => Object.keys(dependencies ?? {}));
    const foreign = new Set(used.filter((name) => !name.startsWith('@s3-connectors/')));
    assert.deepEqual([...foreign].sort(), runTimeDependencies);
  });

  for (const dependency of runTimeDependencies) {
    test(`say in a decision record why they use ${dependency}`, async () => {
      const folder = join(root, 'docs/adr');
      const records = (await readdir(folder)).filter((file) => /^\d{4}-[\w-]+\.md$/u.test(file));
      const texts = await Promise.all(records.map((file) => readFile(join(folder, file), 'utf8')));
      const decisions = texts.map((text) => text.split(/^## /mu).find((section) => section.startsWith('Decision')));
      assert.ok(decisions.some((decision) => decision?.includes(`\`${dependency}\``)));
    });
  }
});

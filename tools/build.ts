// `npm run build`: writes the generated files (tools/generate.ts), then bundles each program of a connector into one executable file.
// From node_modules it needs only the query engine's native binding: <package>/dist/<name>.mjs, its source map, LICENSES.txt, sbom.cdx.json,
// and metrics.mjs, which the programs of the package start as a thread if metrics are wanted.
import { chmod, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';

import { build, type Plugin } from 'esbuild';

import { billOfMaterials, bundledPackages, licenseTexts } from './bundled.ts';
import {
  type ConnectorName,
  connectorNames,
  generatedFiles,
  type ProgramName,
  programNames,
  programs,
  singerFaces,
} from './generate.ts';

const root = join(import.meta.dirname, '..');

/** The verbs of Airbyte's protocol. */
const airbyteVerbs: readonly string[] = ['spec', 'check', 'discover', 'read', 'write'];

/** Native code cannot be bundled. A verb loads it from node_modules when it first needs it. */
const externalPackages: readonly string[] = ['@duckdb/node-api'];

/**
 * Comes before all bundled code. An older Node prints one line: it can parse the file (see `target`) and link it (see
 * `requireAtUse`), and has not run anything else yet. A platform shows the messages of Airbyte's verbs on standard output, so
 * the line is also a TRACE there.
 */
function banner(name: string): string {
  return `#!/usr/bin/env node
import { createRequire as requireFrom } from 'node:module';
const require = requireFrom(import.meta.url);
if (Number.parseInt(process.versions.node, 10) < 24) {
  const message = \`${name} needs Node.js 24 or newer, this is \${process.versions.node} (\${process.execPath}).\`;
  process.stderr.write(message + '\\n');
  if (${JSON.stringify(airbyteVerbs)}.includes(process.argv[2])) {
    const error = { message, failure_type: 'config_error', internal_message: 'NODE_OUTDATED' };
    const trace = { type: 'ERROR', emitted_at: Date.now(), error };
    process.stdout.write(JSON.stringify({ type: 'TRACE', trace }) + '\\n');
  }
  process.exit(1);
}`;
}

/**
 * Turns imports of builtins and external packages into `require` calls. A static import is linked before the banner runs, so a
 * name that an older Node lacks would cause a stack trace. It would also load modules that the verb never uses.
 */
const requireAtUse: Plugin = {
  name: 'require-at-use',
  setup(bundler) {
    const names = new Set([...builtinModules, ...externalPackages]);
    bundler.onResolve({ filter: /./ }, ({ path, kind }) => {
      if (!path.startsWith('node:') && !names.has(path)) return undefined;
      return kind === 'require-call' ? { path, external: true } : { path, namespace: 'require-at-use' };
    });
    bundler.onLoad({ filter: /./, namespace: 'require-at-use' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/** What send-metrics.ts starts, bundled next to each program. */
const metricsWorker = join(root, 'common/src/program/metrics/worker.ts');

/** Bundles all programs of a connector into an emptied folder. @returns the path of its Airbyte executable. */
export async function buildConnector(name: ConnectorName, folder = join(root, name, 'dist')): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  const { [name]: singer } = singerFaces;
  const ofMetrics = await bundle('metrics', metricsWorker, folder);
  const inputs = [
    ...ofMetrics,
    ...(await bundle(singer.name, join(root, name, 'src', singer.entry), folder)),
    ...(await bundle(name, join(root, name, 'src/main.ts'), folder)),
  ];
  await writeContents(name, inputs, { folder, mark: '' });
  for (const program of programsOf(name)) {
    const more = await bundle(program, join(root, name, 'src', programs[program].entry), folder);
    await writeContents(name, [...ofMetrics, ...more], { folder, mark: `${program}.` });
  }
  return join(folder, `${name}.mjs`);
}

/** The other programs of the package. */
function programsOf(name: ConnectorName): readonly ProgramName[] {
  return programNames.filter((program) => programs[program].owner === name);
}

/** Writes the licences and the bill of materials of the bundle. `mark` begins the names of the files. */
async function writeContents(
  name: ConnectorName,
  inputs: readonly string[],
  { folder, mark }: { readonly folder: string; readonly mark: string },
): Promise<void> {
  const bundled = await bundledPackages(inputs);
  const manifest = JSON.parse(await readFile(join(root, name, 'package.json'), 'utf8')) as Manifest;
  const external = externalPackages.filter((dependency) => dependency in manifest.dependencies);
  await writeFile(join(folder, `${mark}LICENSES.txt`), licenseTexts(bundled));
  await writeFile(join(folder, `${mark}sbom.cdx.json`), await billOfMaterials(manifest, bundled, external));
}

type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
};

/** Bundles `entry` into the executable `<folder>/<name>.mjs`. @returns its input files. */
async function bundle(name: string, entry: string, folder: string): Promise<readonly string[]> {
  const outfile = join(folder, `${name}.mjs`);
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022', // Node 20 can parse it; `using` is lowered.
    mainFields: ['module', 'main'], // The AWS SDK in its ESM form: tree-shaken, and evaluated only where it is imported.
    alias: { '@platformatic/wasm-utils': '@platformatic/wasm-utils/bundled' }, // Otherwise its code is a separate file.
    sourcemap: 'linked',
    legalComments: 'eof',
    metafile: true,
    banner: { js: banner(name) },
    plugins: [requireAtUse],
    logLevel: 'warning',
  });
  await chmod(outfile, 0o755);
  return Object.keys(metafile.inputs);
}

/** Builds a connector in its package and puts it on the PATH of npm's scripts. @returns as `buildConnector` */
export async function installConnector(name: ConnectorName): Promise<string> {
  const file = await buildConnector(name);
  for (const command of [name, singerFaces[name].name, ...programsOf(name)]) await link(command, dirname(file));
  return file;
}

/** Next to the Node that the executables need, so that one folder on the PATH is enough for both. */
async function link(command: string, folder: string): Promise<void> {
  const place = join(root, 'node_modules/.bin', command);
  await rm(place, { force: true });
  await symlink(join(folder, `${command}.mjs`), place);
}

if (import.meta.main) {
  for (const [path, text] of await generatedFiles()) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  for (const name of connectorNames) {
    process.stdout.write(`built ${await installConnector(name)}\n`);
  }
}

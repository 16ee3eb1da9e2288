// `node tools/release/packages.ts FOLDER`: the npm packages of a release, each a folder with what `npm run build` made and a manifest
// that depends on nothing but what is not bundled. The packages of the repository itself are private: they hold the sources.
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { buildConnector } from '../build.ts';
import { type ConnectorName, connectorNames, repository } from '../generate.ts';

const root = join(import.meta.dirname, '../..');

type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly engines: Readonly<Record<string, string>>;
};

const keywords = ['airbyte', 'singer', 'meltano', 's3', 'etl', 'parquet', 'jsonl'];
/** Not bundled: native code. */
const external = '@duckdb/node-api';

/** @returns the package's folder below `folder`. */
export async function stagePackage(name: ConnectorName, folder: string): Promise<string> {
  const place = join(folder, name);
  await rm(place, { recursive: true, force: true });
  await mkdir(place, { recursive: true });
  await buildConnector(name, join(place, 'dist'));
  await copyFile(join(root, name, 'README.md'), join(place, 'README.md'));
  await copyFile(join(root, 'LICENSE'), join(place, 'LICENSE'));
  const manifest = JSON.parse(await readFile(join(root, name, 'package.json'), 'utf8')) as Manifest;
  await writeFile(join(place, 'package.json'), `${JSON.stringify(published(name, manifest), null, 2)}\n`);
  return place;
}

function published(directory: string, manifest: Manifest): object {
  const { name, version, description, license, bin, engines, dependencies } = manifest;
  const needed = dependencies[external];
  return {
    name,
    version,
    description,
    license,
    keywords: [...keywords, ...Object.keys(bin)],
    homepage: `${repository}/tree/main/${directory}#readme`,
    bugs: `${repository}/issues`,
    repository: { type: 'git', url: `git+${repository}.git`, directory },
    type: 'module',
    bin,
    files: ['dist'],
    dependencies: needed === undefined ? {} : { [external]: needed },
    engines,
  };
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error('usage: node tools/release/packages.ts FOLDER');
  for (const name of connectorNames) process.stdout.write(`${await stagePackage(name, folder)}\n`);
}

// Packages of npm and PyPI that bring files or write them, at exact versions, beside the Python environment: none of them is
// a dependency of ours, and none of what they bring is kept in this repository.
import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { environment, python } from './python.ts';

const execute = promisify(execFile);

/** Writers of Parquet. */
const npmPackages = ['hyparquet-writer@0.17.0', 'parquet-wasm@0.8.0'] as const;
/** What has data in files; nothing of them is run, so nothing that they need is installed. */
const dataPackages = [
  'bokeh_sampledata==2026.1',
  'palmerpenguins==0.1.6',
  'plotnine==0.15.9',
  'scikit-learn==1.9.1',
  'statsmodels==0.15.0',
  'vega_datasets==0.9.0',
] as const;

/** @returns the folder above `node_modules`. */
export function npmWriters(): Promise<string> {
  const how = ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  return kept('npm', npmPackages, (folder) => execute('npm', [...how, '--prefix', folder, ...npmPackages]));
}

/** @returns a folder with the packages unpacked. */
export function packagesWithData(): Promise<string> {
  const how = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--no-deps', '--no-compile'];
  return kept('data', dataPackages, (folder) => execute(python, [...how, '--target', folder, ...dataPackages]));
}

/** Made once for each list of packages. */
async function kept(
  name: string,
  packages: readonly string[],
  install: (folder: string) => Promise<unknown>,
): Promise<string> {
  const folder = join(environment, 'others', name);
  const stamp = join(folder, 'packages.txt');
  const wanted = packages.join('\n');
  if ((await readFile(stamp, 'utf8').catch(() => undefined)) === wanted) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await install(folder);
  await writeFile(stamp, wanted); // Last: a folder that was left half made is made again.
  return folder;
}

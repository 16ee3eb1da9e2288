// Packages of npm and PyPI that contain files or write them, at exact versions, next to the Python environment: none of them is a
// dependency of this project, and none of their files is kept in this repository.
import { execFile } from 'node:child_process';
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { environment, python } from './python.ts';

const execute = promisify(execFile);

/** Writers of Parquet; package-lock.json has their hashes. */
const writers = join(import.meta.dirname, '../npm');
/** What has data in files, with hashes. */
const dataPackages = join(import.meta.dirname, '../python/data.txt');

/** @returns the folder above `node_modules`. */
export async function npmWriters(): Promise<string> {
  const files = ['package.json', 'package-lock.json'];
  return kept('npm', join(writers, 'package-lock.json'), async (folder) => {
    for (const file of files) await copyFile(join(writers, file), join(folder, file));
    await execute('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error', '--prefix', folder]);
  });
}

/** @returns a folder with the packages unpacked. */
export function packagesWithData(): Promise<string> {
  const how = [
    '-m',
    'pip',
    'install',
    '-q',
    '--disable-pip-version-check',
    '--no-deps',
    '--no-compile',
    '--require-hashes',
  ];
  return kept('data', dataPackages, (folder) => execute(python, [...how, '--target', folder, '-r', dataPackages]));
}

/** Made once for each content of the file of pins. */
async function kept(name: string, pins: string, install: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = join(environment, 'others', name);
  const stamp = join(folder, 'pins.txt');
  const wanted = await readFile(pins, 'utf8');
  if ((await readFile(stamp, 'utf8').catch(() => undefined)) === wanted) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await install(folder);
  await writeFile(stamp, wanted); // Last: a folder that was left half made is made again.
  return folder;
}

// Python environments with packages from PyPI, for programs that are measured for comparison.
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/**
 * Makes the environment `.venv-{name}/`, or keeps the one made from the same `installs`, each the arguments of one `pip install`.
 * @returns its folder.
 */
export async function pythonEnvironment(
  name: string,
  installs: readonly (readonly string[])[],
  signal: AbortSignal,
): Promise<string> {
  const environment = join(import.meta.dirname, '../..', `.venv-${name}`);
  const stamp = join(environment, 'made-from.txt');
  const wanted = JSON.stringify(installs);
  if ((await readFile(stamp, 'utf8').catch(() => undefined)) === wanted) return environment;
  const pip = [join(environment, 'bin/pip'), 'install', '-q', '--disable-pip-version-check'];
  await rm(environment, { recursive: true, force: true });
  for (const [command = '', ...args] of [
    ['python3', '-m', 'venv', environment],
    ...installs.map((packages) => [...pip, ...packages]),
  ]) {
    await execute(command, args, { signal });
  }
  await writeFile(stamp, wanted); // Last: an environment that was left half made is made again.
  return environment;
}

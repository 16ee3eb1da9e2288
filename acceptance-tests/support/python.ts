// The Python side: an environment in .venv-acceptance/ with the packages of requirements.txt, and scripts that run in it.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '../..');
export const environment = join(root, '.venv-acceptance');
const scripts = join(root, 'acceptance-tests/python');
const requirements = join(scripts, 'requirements.txt');

/** Executables of the environment. */
export const python = join(environment, 'bin/python');
export const ministack = join(environment, 'bin/ministack');

/** Makes the environment, or keeps the one made from the same requirements. @throws Error saying what to install. */
export async function preparePython(say: (text: string) => void): Promise<void> {
  const wanted = await readFile(requirements, 'utf8');
  const stamp = join(environment, 'requirements.txt');
  if ((await readFile(stamp, 'utf8').catch(() => undefined)) === wanted) return;
  say('Installing the Python packages of acceptance-tests/python/requirements.txt into .venv-acceptance/ …');
  await rm(environment, { recursive: true, force: true });
  await needed('python3', ['-m', 'venv', environment]);
  await needed(python, [
    '-m',
    'pip',
    'install',
    '-q',
    '--disable-pip-version-check',
    '--require-hashes',
    '-r',
    requirements,
  ]);
  await writeFile(stamp, wanted); // Last: an environment that was left half made is made again.
}

async function needed(command: string, args: readonly string[]): Promise<void> {
  try {
    await execute(command, args, { cwd: root });
  } catch (error) {
    const { stderr = '', message } = error as Error & { readonly stderr?: string };
    const why = stderr.trim() === '' ? message : stderr.trim();
    throw new Error(
      `The acceptance tests need Python 3.11 or newer with venv, and PyPI: ${command} ${args.join(' ')}\n${why}`,
      { cause: error },
    );
  }
}

/** Runners of other authors, each in an environment of its own: their needs differ. Pinned in acceptance-tests/python/runners/. */
export const runners = {
  airflow: 'apache-airflow',
  pyairbyte: 'airbyte',
  'airbyte-cdk': 'airbyte-cdk',
  meltano: 'meltano',
  'singer-sdk': 'singer-sdk',
  readers: 'pyspark',
} as const;
export type Runner = keyof typeof runners;

/** A program of a runner's environment. */
export function runnerProgram(runner: Runner, program: string): string {
  return join(runnerEnvironment(runner), 'bin', program);
}

function runnerEnvironment(runner: Runner): string {
  return join(environment, 'runners', runner);
}

/** Makes the environment of a runner, or keeps the one made from the same pins. After `preparePython`. */
export async function prepareRunner(runner: Runner, say: (text: string) => void): Promise<void> {
  const folder = runnerEnvironment(runner);
  const pins = join(scripts, 'runners', `${runner}.txt`);
  const stamp = join(folder, 'pins.txt');
  const wanted = await readFile(pins, 'utf8');
  if ((await readFile(stamp, 'utf8').catch(() => undefined)) === wanted) return;
  say(`Installing ${runner} …`);
  const uv = join(environment, 'bin/uv');
  await rm(folder, { recursive: true, force: true });
  await needed(uv, ['venv', '-q', '--python', python, folder]);
  // The system's certificates, in pip's form: with a private proxy no others work.
  const how = [
    '-q',
    '--system-certs',
    '--require-hashes',
    '--compile-bytecode',
    '--python',
    join(folder, 'bin/python'),
  ];
  await needed(uv, ['pip', 'install', ...how, '-r', pins]);
  await writeFile(stamp, wanted);
}

type ScriptOptions = { readonly input?: string; readonly runner?: Runner };

/** Runs a script of acceptance-tests/python/. @returns what it printed. @throws Error with what it said on stderr. */
export async function runScript(script: string, args: readonly string[], options: ScriptOptions = {}): Promise<string> {
  return (await runScriptBytes(script, args, options)).toString();
}

export async function runScriptBytes(
  script: string,
  args: readonly string[],
  { input = '', runner }: ScriptOptions = {},
): Promise<Buffer> {
  const interpreter = runner === undefined ? python : runnerProgram(runner, 'python');
  const child = spawn(interpreter, [join(scripts, script), ...args], { stdio: 'pipe' });
  child.stdin.on('error', () => undefined); // A script that found a fault reads no further.
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([buffer(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (child.exitCode !== 0) throw new Error(`${script}: ${stderr.trim()}`);
  return stdout;
}

export async function packageVersion(name: string, runner?: Runner): Promise<string> {
  const code = 'import sys, importlib.metadata as m; print(m.version(sys.argv[1]))';
  const interpreter = runner === undefined ? python : runnerProgram(runner, 'python');
  return (await execute(interpreter, ['-c', code, name])).stdout.trim();
}

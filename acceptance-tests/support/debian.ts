// Programs of others that tests need: found on the path, or on Debian, as root or by sudo without a password, installed by apt.
import { execFile } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

type Needed = {
  /** Any of these serves. */
  readonly names: readonly string[];
  readonly debianPackage: string;
  /** Why it is needed, and what to install: the error where it cannot be installed. */
  readonly remedy: string;
};

/** The program's name. @throws Error with the remedy. */
export async function findProgram(
  { names, debianPackage, remedy }: Needed,
  say: (text: string) => void = () => undefined,
): Promise<string> {
  const found = await firstOnPath(names);
  if (found !== undefined) return found;
  say(`Installing ${debianPackage} (apt-get) …`);
  const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const [apt, ...as] =
    process.getuid?.() === 0 ? ['apt-get'] : ['sudo', '-n', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'];
  try {
    await execute(apt, [...as, 'update', '-qq'], options);
    await execute(apt, [...as, 'install', '-y', '-qq', '--no-install-recommends', debianPackage], options);
  } catch {
    throw new Error(remedy);
  }
  const installed = await firstOnPath(names);
  if (installed === undefined) throw new Error(remedy);
  return installed;
}

/**
 * The path of a program that needs no installation: on the path, or unpacked from its Debian package into `folder`. @throws Error with the
 * remedy.
 */
export async function unpackProgram(
  name: string,
  { debianPackage, remedy }: Omit<Needed, 'names'>,
  folder: string,
): Promise<string> {
  const found = await firstOnPath([name]);
  if (found !== undefined) return found;
  const program = join(folder, 'usr/bin', name);
  if (existsSync(program)) return program;
  await mkdir(folder, { recursive: true });
  try {
    await execute('apt-get', ['download', '-qq', debianPackage], { cwd: folder });
    const [archive = ''] = globSync(`${debianPackage}_*.deb`, { cwd: folder });
    await execute('dpkg', ['-x', archive, '.'], { cwd: folder });
  } catch (error) {
    throw new Error(remedy, { cause: error });
  }
  return program;
}

/** Daemons are in /usr/sbin, which is not on everyone's path. */
async function firstOnPath(names: readonly string[]): Promise<string | undefined> {
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` };
  for (const name of names) {
    const found = await execute('which', [name], { env }).catch(() => undefined);
    if (found !== undefined) return name;
  }
  return undefined;
}

/** Spark and Hive's parsers run on it. */
export function findJava(say?: (text: string) => void): Promise<string> {
  const remedy = 'Spark reads what the destinations write: install Java 17 (openjdk-17-jre-headless).';
  return findProgram({ names: ['java'], debianPackage: 'openjdk-17-jre-headless', remedy }, say);
}

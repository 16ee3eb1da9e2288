// Runs a built program where a folder is a small file system of its own, real and soon full: mounted in a mount namespace that
// goes with the program. That takes root, or sudo without a password.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

import type { Ended } from '../../test/support/program.ts';

/** What is mounted on the folder. `full`: nothing is free; `no inodes`: no file can be made. */
export type FileSystem =
  | { readonly kind: 'tmpfs' | 'ext4'; readonly kilobytes: number }
  | { readonly kind: 'full' | 'read-only' | 'no inodes' };

const nobody = 65534;

function assertNever(on: never): never {
  throw new Error(`No such file system: ${JSON.stringify(on)}`);
}

/** In sh, where `$AT` is the folder. */
function mountScript(on: FileSystem): string {
  switch (on.kind) {
    case 'tmpfs':
      return `mount -t tmpfs -o size=${on.kilobytes}k none "$AT"`;
    case 'ext4':
      return `truncate -s ${on.kilobytes}k "$AT.ext4"; mkfs.ext4 -q -m 0 "$AT.ext4"; mount -o loop "$AT.ext4" "$AT"; rm "$AT.ext4"`;
    case 'full':
      return `mount -t tmpfs -o size=64k none "$AT"; head -c 100000 /dev/zero > "$AT/other" 2> /dev/null || true`;
    case 'no inodes':
      return `mount -t tmpfs -o size=64k,nr_inodes=2 none "$AT"; touch "$AT/other"`;
    case 'read-only':
      return `mount --bind "$AT" "$AT"; mount -o remount,bind,ro "$AT"`;
    default:
      return assertNever(on);
  }
}

export type Running = {
  /** The folder. */
  readonly at: string;
  readonly on?: FileSystem;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Standard output goes there. */
  readonly output?: string;
  /** In a PID namespace of its own, as in a container: the program's id is 1. */
  readonly alone?: true;
  /** A user without rights. */
  readonly asNobody?: true;
};

/** Its standard input stays open without `input`. Killing it kills what runs in the namespace. */
export function startOn(file: string, args: readonly string[], running: Running) {
  const { at, on, env = {}, input, output = '', alone, asNobody } = running;
  const become = asNobody === undefined ? '' : `setpriv --reuid=${nobody} --regid=${nobody} --clear-groups`;
  const to = output === '' ? '' : ' > "$OUTPUT"';
  const script = `set -e; ${on === undefined ? '' : mountScript(on)}\nexec ${become} "$@"${to}`;
  const variables = Object.entries({ ...env, AT: at, OUTPUT: output }).map(([name, value]) => `${name}=${value}`);
  const namespaces = ['unshare', '--mount', ...(alone === undefined ? [] : ['--pid', '--fork', '--kill-child'])];
  const command = ['env', ...variables, ...namespaces, 'sh', '-c', script, 'sh', process.execPath, file, ...args];
  const [program = '', ...rest] = process.getuid?.() === 0 ? command : ['sudo', '-n', '-E', ...command];
  const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined); // A program may end before it has read all.
  if (input !== undefined) child.stdin.end(input);
  const exited = once(child, 'exit').then(() => undefined);
  return { child, exited };
}

/** Runs `file` to its end. */
export async function runOn(file: string, args: readonly string[], running: Running): Promise<Ended> {
  const { child, exited } = startOn(file, args, { input: '', ...running });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { stdout, stderr, exitCode: child.exitCode, signal: child.signalCode };
}

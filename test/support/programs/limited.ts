// Runs a program whose files may not become larger than a limit. At the limit the system writes a part and reports success, like a
// disk that is nearly full: a real short write that any user can have.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';

import type { Ended } from '../program.ts';

type Limited = {
  /** For each file, a multiple of 512. */
  readonly fileBytes: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Standard output goes to this file, under the same limit. */
  readonly output?: string;
};

export async function runLimited(
  file: string,
  args: readonly string[],
  { fileBytes, env = {}, input = '', output }: Limited,
): Promise<Ended> {
  const to = output === undefined ? '' : ' > "$OUTPUT"';
  const script = `set -e; ulimit -f ${fileBytes / 512}; exec "$@"${to}`;
  const child = spawn('sh', ['-c', script, 'sh', process.execPath, file, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env, ...(output !== undefined && { OUTPUT: output }) },
  });
  child.stdin.on('error', () => undefined); // A program may exit before it has read all its input.
  child.stdin.end(input);
  const exited = once(child, 'exit');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return { stdout, stderr, exitCode: child.exitCode, signal: child.signalCode };
}

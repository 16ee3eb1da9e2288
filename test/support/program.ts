// Starts a program under test as a child process, as a platform would: pipes on all three, exit code separate from signal.
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { builtFrom } from './built-programs.ts';

export type Ended = {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
};

export type Program = AsyncDisposable & {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Reads both outputs to their ends. Call it once, and not when the test reads stdout itself. */
  ended(): Promise<Ended>;
  /** Only the exit. */
  readonly exited: Promise<Pick<Ended, 'exitCode' | 'signal'>>;
};

type ProgramOptions = {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Runs exactly this file, so that a hook sees each of its modules. */
  readonly fromSource?: true;
};

/**
 * Starts `file` on the Node that runs the tests (`.ts` or `.mjs`), a connector as it is built (`builtFrom`). Disposal kills it, if
 * it still runs, and waits.
 */
export function startProgram(
  file: string,
  args: readonly string[],
  { env, cwd, fromSource }: ProgramOptions = {},
): Program {
  const child = spawn(process.execPath, [fromSource === true ? file : builtFrom(file), ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd !== undefined && { cwd }),
  });
  child.stdin.on('error', () => undefined); // A program may exit before it has read all its input. Its exit code shows it.
  const exited = once(child, 'exit').then(() => ({ exitCode: child.exitCode, signal: child.signalCode }));
  return {
    child,
    exited,
    async ended() {
      const [stdout, stderr, exit] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
      return { stdout, stderr, ...exit };
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Runs `file` to its end with `input` on its standard input. */
export async function runProgram(
  file: string,
  args: readonly string[],
  { input = '', ...options }: ProgramOptions & { readonly input?: string | Uint8Array } = {},
): Promise<Ended> {
  await using program = startProgram(file, args, options);
  program.child.stdin.end(input);
  return await program.ended();
}

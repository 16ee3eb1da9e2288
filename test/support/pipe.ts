// Joins two programs as a shell's `a | b` does: the first one's stdout is the second one's stdin, with no one in between.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** `file` runs on the Node that runs the test. */
type Command = { readonly file: string; readonly args: readonly string[] };

export type PipeEnd = {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** The most resident memory of the program. Undefined if the system has no /proc. */
  readonly peakBytes: number | undefined;
};

type Piped = { readonly first: PipeEnd; readonly second: PipeEnd; readonly stdout: string };

const memoryPollMs = 50;
/** The time for a stopped program to exit normally. */
const graceMs = 2000;

/** Runs both to their ends. If `signal` is aborted both are ended, and it rejects after they are gone. */
export async function runPipe(
  [first, second]: readonly [Command, Command],
  env: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<Piped> {
  signal?.throwIfAborted();
  const options = { env: { ...process.env, ...env } };
  const reader = spawn(process.execPath, [second.file, ...second.args], { ...options, stdio: 'pipe' });
  const writer = spawn(process.execPath, [first.file, ...first.args], {
    ...options,
    stdio: ['ignore', reader.stdin, 'pipe'],
  });
  reader.stdin.on('error', () => undefined);
  reader.stdin.destroy(); // Our own copy of the pipe's end. While it is open, the reader sees no end of input.
  const stop = (): void => [writer, reader].forEach(end);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const [stdout, writerEnd, readerEnd] = await Promise.all([text(reader.stdout), endOf(writer), endOf(reader)]);
    signal?.throwIfAborted();
    return { first: writerEnd, second: readerEnd, stdout };
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

function end(child: ChildProcess): void {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), graceMs).unref();
}

async function endOf(child: ChildProcess & { readonly stderr: Readable }): Promise<PipeEnd> {
  const exited = once(child, 'exit');
  let peakBytes: number | undefined;
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  const watch = async (): Promise<void> => {
    while (isRunning()) {
      peakBytes = (await peakOf(child.pid)) ?? peakBytes;
      await Promise.race([exited, sleep(memoryPollMs)]);
    }
  };
  const [stderr] = await Promise.all([text(child.stderr), exited, watch()]);
  return { exitCode: child.exitCode, signal: child.signalCode, stderr, peakBytes };
}

/** The kernel records the peak itself (VmHWM): polling misses only what grew after the last time. */
async function peakOf(pid: number | undefined): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/mu.exec(status) ?? [];
  return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
}

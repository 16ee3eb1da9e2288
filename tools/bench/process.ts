// Whole programs, joined by kernel pipes as a shell would join them, timed from the first start to the last end.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

import { watchProcess } from './watch.ts';

export type Step = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Who measures its memory and CPU time: a Node program does it itself, another one is watched from outside. */
  readonly usage: 'itself' | 'watched' | 'none';
  /** By default 0. */
  readonly exitCode?: number;
};

export type Usage = {
  readonly name: string;
  /** The highest resident memory of the whole process. */
  readonly peakBytes: number;
  /** All threads, user and system. */
  readonly cpuSeconds: number;
  /** The longest that the main thread kept timers and sockets waiting, in its CPU time, after its first second. */
  readonly longestStallMs: number;
};

/** What was found out about what a run left, and whether it is as it should be. */
export type Finding = {
  readonly text: string;
  readonly isMet: boolean;
  /** For tables over many cases. */
  readonly brief?: { readonly measured: string; readonly wanted: string };
};

export type Measured = {
  readonly seconds: number;
  /** Of the measured steps, in order. */
  readonly usages: readonly Usage[];
  readonly findings?: readonly Finding[];
  /** What the last step wrote, unless a file takes it. */
  readonly said?: string;
};

type Options = {
  /** For pipes, and the temporary files of the programs. */
  readonly folder: string;
  /** A file for the first step to read. */
  readonly input?: string;
  /** A file for what the last step writes; by default it is kept in memory and told when a step fails. */
  readonly output?: string;
};

const usageProgram = join(import.meta.dirname, 'programs/usage.cjs');

/** A program for the Node that runs this. */
export function nodeStep(name: string, file: string, args: readonly string[]): Step {
  return { name, command: process.execPath, args: ['-r', usageProgram, file, ...args], usage: 'itself' };
}

export function toolStep(command: string, args: readonly string[]): Step {
  return { name: command, command, args, usage: 'none' };
}

/** A program of others that is compared with. */
export function watchedStep(name: string, command: string, args: readonly string[]): Step {
  return { name, command, args, usage: 'watched' };
}

/** A program of the bench's own, for the Node that runs this. */
export function helperStep(file: string, args: readonly string[]): Step {
  return { name: basename(file), command: process.execPath, args: [file, ...args], usage: 'none' };
}

/** Reads everything and drops it, but for the end, where a program says how it went. */
export const discard = toolStep('tail', ['-c', '20000']);

/**
 * Runs the steps at once, each reading what the one before writes. After an abort nothing of them is left.
 * @throws Error naming the first step that failed, with what was last said.
 */
export async function run(
  steps: readonly Step[],
  { folder, input = '/dev/null', output }: Options,
  signal: AbortSignal,
): Promise<Measured> {
  signal.throwIfAborted();
  const ends = await openPipes(folder, steps.length - 1);
  const inputs = [openSync(input, 'r'), ...ends.map(({ read }) => read)];
  const outputs = [...ends.map(({ write }) => write), ...(output === undefined ? [] : [openSync(output, 'w')])];
  const started = performance.now();
  const children = steps.map((step, index) => {
    return spawn(step.command, step.args, {
      stdio: [inputs[index], outputs[index] ?? 'pipe', 'inherit'],
      env: { ...process.env, TMPDIR: folder, BENCH_USAGE: usageFile(folder, index) },
    });
  });
  for (const end of [...inputs, ...outputs]) closeSync(end);
  const watches = steps.map(({ name, usage }, index) => {
    return usage === 'watched' ? watchProcess(name, children[index]?.pid) : () => undefined;
  });
  const kill = (): void => children.forEach((child) => child.kill('SIGKILL'));
  signal.addEventListener('abort', kill);
  try {
    const said = children.at(-1)?.stdout;
    const [last, ...exits] = await Promise.all([said ? text(said) : '', ...children.map(exitCode)]);
    const seconds = (performance.now() - started) / 1000;
    signal.throwIfAborted();
    const failed = steps.find(({ exitCode: wanted = 0 }, index) => exits[index] !== wanted);
    if (failed !== undefined) throw new Error(`${failed.name} failed. The last that was said:\n${tellingLines(last)}`);
    const watched = watches.map((end) => end());
    return { seconds, usages: await usagesOf(steps, folder, watched), said: last };
  } finally {
    signal.removeEventListener('abort', kill);
    kill();
    watches.forEach((end) => end());
  }
}

/** Rejects when the program cannot be started; null when it was killed. */
async function exitCode(child: ChildProcess): Promise<number | null> {
  await once(child, 'exit');
  return child.exitCode;
}

type PipeEnds = { readonly read: number; readonly write: number };

/** Named pipes: those that Node makes for its children are sockets, which no shell and no platform would give them. */
async function openPipes(folder: string, count: number): Promise<readonly PipeEnds[]> {
  const ends: PipeEnds[] = [];
  for (let index = 0; index < count; index++) {
    const path = join(folder, `pipe-${index}`);
    await promisify(execFile)('mkfifo', [path]);
    const both = openSync(path, 'r+'); // Without it, opening one end would wait for the other.
    ends.push({ read: openSync(path, 'r'), write: openSync(path, 'w') });
    closeSync(both);
    await rm(path);
  }
  return ends;
}

function usageFile(folder: string, index: number): string {
  return join(folder, `usage-${index}.json`);
}

async function usagesOf(
  steps: readonly Step[],
  folder: string,
  watched: readonly (Usage | undefined)[],
): Promise<readonly Usage[]> {
  const usages: Usage[] = [];
  for (const [index, { name, usage }] of steps.entries()) {
    if (watched[index] !== undefined) usages.push(watched[index]);
    if (usage !== 'itself') continue;
    const file = usageFile(folder, index);
    usages.push({ name, ...(JSON.parse(await readFile(file, 'utf8')) as Omit<Usage, 'name'>) });
    await rm(file);
  }
  return usages;
}

function tellingLines(said: string): string {
  const lines = said.split('\n');
  const traces = lines.filter((line) => line.startsWith('{"type":"TRACE"'));
  return (traces.length > 0 ? traces : lines).slice(-3).join('\n').slice(-2000);
}

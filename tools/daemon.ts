// Servers of other authors, on loopback, for as long as a test needs them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const maxOutputLength = 20_000;
const lookEveryMs = 200;

/** Disposal ends it by kill -9 and waits: its data is removed, and an orderly end would take seconds. */
export type Daemon = AsyncDisposable & {
  /** The end of what it printed. */
  output(): string;
  isOver(): boolean;
};

type Options = { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv };

export function startDaemon(file: string, args: readonly string[], options: Options = {}): Daemon {
  const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output = (output + String(chunk)).slice(-maxOutputLength);
    });
  }
  const exited = once(child, 'exit');
  return {
    output: () => output,
    isOver: () => child.exitCode !== null,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

type Starting<Found> = {
  /** The name in the error. */
  readonly what: string;
  readonly daemons: readonly Daemon[];
  readonly withinMs: number;
  /** @returns undefined while it is not up. */
  readonly look: () => Promise<Found | undefined>;
};

/** @returns what `look` found. @throws Error with the last outputs when one of the daemons ends, or the time does. */
export async function untilUp<Found>({ what, daemons, withinMs, look }: Starting<Found>): Promise<Found> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline || daemons.some((one) => one.isOver())) {
      throw new Error(`${what} does not start:\n${daemons.map((one) => one.output()).join('\n')}`);
    }
    await sleep(lookEveryMs);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

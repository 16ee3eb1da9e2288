// The tests' S3 server as a process of its own, so that its work and memory are not those of a measured program.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const bucket = 'bench';

const main = join(import.meta.dirname, '../support/s3-server/main.ts');

export type Server = AsyncDisposable & { readonly endpoint: string };

/** The files below `directory` are the bucket's first objects. Disposal kills it: everything is in memory. */
export async function startServer(directory: string, signal: AbortSignal): Promise<Server> {
  signal.throwIfAborted();
  await mkdir(directory, { recursive: true });
  const child = spawn(process.execPath, [main, '--bucket', bucket, '--directory', directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const kill = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', kill);
  const lines = createInterface({ input: child.stdout });
  const [endpoint] = await Promise.race([once(lines, 'line'), exited]);
  if (typeof endpoint !== 'string') throw new Error('The S3 server did not start.');
  return {
    endpoint,
    async [Symbol.asyncDispose]() {
      signal.removeEventListener('abort', kill);
      kill();
      await exited;
    },
  };
}

// The tests' S3 server as a process of its own, so that its work and memory are not those of a measured program.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const bucket = 'bench';

const main = join(import.meta.dirname, '../s3-server/main.ts');
const listingServer = join(import.meta.dirname, 'programs/listing-server.ts');

type Server = AsyncDisposable & { readonly endpoint: string };

/** The files below `directory` are the bucket's first objects. Disposal kills it: everything is in memory. */
export async function startServer(directory: string, signal: AbortSignal): Promise<Server> {
  await mkdir(directory, { recursive: true });
  return await start([main, '--bucket', bucket, '--directory', directory], signal);
}

type Listing = { readonly shape: string; readonly files: number; readonly body: string };

/** A bucket that lists so many files and holds the oldest of them: programs/listing-server.ts. */
export function startListing({ shape, files, body }: Listing, signal: AbortSignal): Promise<Server> {
  return start([listingServer, bucket, shape, String(files), body], signal);
}

async function start(args: readonly string[], signal: AbortSignal): Promise<Server> {
  signal.throwIfAborted();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
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

// The tests' S3 server as a process of its own, so that its work and memory are not those of a measured program.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { startMinistack } from '../ministack.ts';
import { pythonEnvironment } from './python.ts';

export const bucket = 'bench';
export const region = 'eu-central-1';

const main = join(import.meta.dirname, '../s3-server/main.ts');
const listingServer = join(import.meta.dirname, 'programs/listing-server.ts');

export type Server = AsyncDisposable & { readonly endpoint: string };

/** The files below `directory` are the bucket's first objects. Disposal kills it: everything is in memory. */
export async function startServer(directory: string, signal: AbortSignal): Promise<Server> {
  await mkdir(directory, { recursive: true });
  return await start([main, '--bucket', bucket, '--directory', directory], signal);
}

/** Of other authors, for programs that upload in parts, which the tests' server does not offer. Its bucket is empty. */
export async function startOtherServer(signal: AbortSignal): Promise<Server> {
  const environment = await pythonEnvironment('ministack', [['ministack==1.5.33']], signal);
  const server = await startMinistack(join(environment, 'bin/ministack'), { SERVICES: 's3' });
  const body = `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`;
  const { ok, status } = await fetch(`${server.endpoint}/${bucket}`, { method: 'PUT', body, signal });
  if (!ok) throw new Error(`ministack answers ${status} to the creation of a bucket.`);
  return server;
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

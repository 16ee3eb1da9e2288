// Starts ministack, an S3, IAM, STS and KMS server of other authors, on loopback.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type Ministack = AsyncDisposable & { readonly endpoint: string };

const startWithinMs = 30_000;
const maxOutputLength = 20_000;

/**
 * `settings`: further variables of its environment.
 * @throws Error with its last output when it does not come up. Disposal ends it and waits.
 */
export async function startMinistack(
  executable: string,
  settings: Readonly<Record<string, string>>,
): Promise<Ministack> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const child = spawn(executable, [], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      BIND_HOST: '127.0.0.1', // Else it listens on all addresses.
      GATEWAY_PORT: String(port),
      ...settings,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output = (output + String(chunk)).slice(-maxOutputLength);
    });
  }
  const exited = once(child, 'exit');
  const close = async (): Promise<void> => {
    child.kill('SIGTERM');
    const hung = setTimeout(() => child.kill('SIGKILL'), 5000);
    await exited;
    clearTimeout(hung);
  };
  const deadline = Date.now() + startWithinMs;
  while (!(await isUp(endpoint))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      await close();
      throw new Error(`ministack does not start:\n${output}`);
    }
    await sleep(100);
  }
  return { endpoint, [Symbol.asyncDispose]: close };
}

async function isUp(endpoint: string): Promise<boolean> {
  const answer = await fetch(`${endpoint}/_ministack/health`).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.ok === true;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

// Starts ministack, an S3, IAM, STS and KMS server of other authors, on loopback.
import { freePort, startDaemon, untilUp } from './daemon.ts';
import { ministack } from './python.ts';

export type Ministack = AsyncDisposable & { readonly endpoint: string };

const withinMs = 30_000;

/** @throws Error with its last output when it does not come up. Disposal ends it and waits. */
export async function startMinistack(): Promise<Ministack> {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  await using stack = new AsyncDisposableStack();
  const env = {
    ...process.env,
    AUTH: 'true',
    BIND_HOST: '127.0.0.1', // Else it listens on all addresses.
    GATEWAY_PORT: String(port),
    SERVICES: 's3,iam,sts,kms',
  };
  const daemon = stack.use(startDaemon(ministack, [], { env }));
  await untilUp({ what: 'ministack', daemons: [daemon], withinMs, look: () => isUp(endpoint) });
  const started = stack.move();
  return { endpoint, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

async function isUp(endpoint: string): Promise<true | undefined> {
  const answer = await fetch(`${endpoint}/_ministack/health`).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.ok === true || undefined;
}

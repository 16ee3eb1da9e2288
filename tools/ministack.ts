// Starts ministack, an S3, IAM, STS and KMS server of other authors, on loopback.
import { freePort, startDaemon, untilUp } from './daemon.ts';

export type Ministack = AsyncDisposable & { readonly endpoint: string };

const withinMs = 30_000;

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
  await using stack = new AsyncDisposableStack();
  const address = { BIND_HOST: '127.0.0.1', GATEWAY_PORT: String(port) }; // Else it listens on all addresses.
  const daemon = stack.use(startDaemon(executable, [], { env: { ...process.env, ...address, ...settings } }));
  await untilUp({ what: 'ministack', daemons: [daemon], withinMs, look: () => isUp(endpoint) });
  const started = stack.move();
  return { endpoint, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

async function isUp(endpoint: string): Promise<true | undefined> {
  const answer = await fetch(`${endpoint}/_ministack/health`).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.ok === true || undefined;
}

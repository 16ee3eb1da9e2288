// A proxy between a program and the S3 server that simulates an outage, without either of them knowing.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export type Outage = { readonly afterMs: number; readonly lastsMs: number };

/**
 * Forwards to `endpoint` until `afterMs` after the first connection. Then it closes every connection, and new ones at once, for
 * `lastsMs`. Disposing of it closes it.
 */
export async function startOutage(
  endpoint: string,
  { afterMs, lastsMs }: Outage,
): Promise<AsyncDisposable & { readonly endpoint: string }> {
  const { hostname, port } = new URL(endpoint);
  const sockets = new Set<Socket>();
  const timers: NodeJS.Timeout[] = [];
  let isAway = false;
  const cutAll = (): void => sockets.forEach((socket) => socket.destroy());
  const begin = (): void => {
    isAway = true;
    cutAll();
  };
  const server = createServer((near) => {
    if (timers.length === 0) {
      timers.push(setTimeout(begin, afterMs));
      timers.push(setTimeout(() => (isAway = false), afterMs + lastsMs));
    }
    const far = connect({ host: hostname, port: Number(port) });
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => undefined); // Closed on purpose.
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
    if (isAway) near.destroy();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      timers.forEach(clearTimeout);
      cutAll();
      server.close();
      await once(server, 'close');
    },
  };
}

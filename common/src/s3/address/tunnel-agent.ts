// The sockets to https endpoints, through the proxy of the environment if there is one. Node leaves a socket to a proxy open if the
// proxy refuses the tunnel or never answers, so the process could not end, and its errors do not name the proxy.
import { Agent } from 'node:https';

import { secureProxy } from './proxy.ts';

type Connect = Agent['createConnection'];

export class TunnelAgent extends Agent {
  readonly #open = new Set<NonNullable<ReturnType<Connect>>>();

  override createConnection(...[options, callback]: Parameters<Connect>): ReturnType<Connect> {
    // Node calls back for tunnels only.
    const socket = super.createConnection(options, (error, stream) => {
      if (error === null) return callback?.(null, stream);
      socket?.destroy();
      callback?.(blamed(error, this.options.proxyEnv ?? {}), stream);
    });
    if (socket === null || socket === undefined) return socket;
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    return socket;
  }

  override destroy(): void {
    super.destroy();
    for (const socket of this.#open) socket.destroy();
  }
}

/** The answer of a proxy has an error code of its own. */
function blamed(error: Error, environment: Readonly<Record<string, string | undefined>>): Error {
  const isAnswer = 'code' in error && String(error.code).startsWith('ERR_PROXY');
  return isAnswer ? error : Object.assign(error, { proxy: secureProxy(environment) });
}

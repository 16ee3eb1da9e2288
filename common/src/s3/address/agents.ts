// The sockets to S3. They stay open between requests, and use the proxy of the environment. Those of hosted mode connect only to public
// addresses over TLS.
import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import { Agent, type AgentOptions } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';

import { ConnectorError } from '../../protocol/errors.ts';
import { hostedVariable, isHosted, refusedCode, type Environment } from './hosted.ts';
import { proxyVariable, withProxySchemes } from './proxy.ts';
import { isPublicAddress } from './public-address.ts';
import { TunnelAgent } from './tunnel-agent.ts';

/**
 * Far more than the number of concurrent requests. If a request waits for a socket longer than the connect timeout, the SDK
 * reports that it cannot connect.
 */
const maxSockets = 256;
/** A proxy cannot reach this machine. */
const loopback = 'localhost,127.0.0.1,[::1]';

type Agents = { readonly httpAgent: Agent; readonly httpsAgent: SecureAgent };

/** Uses HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in upper or lower case, except in hosted mode. Node itself reads NODE_EXTRA_CA_CERTS. */
export function createAgents(environment: Environment): Agents {
  if (isHosted(environment)) return hostedAgents(environment, { keepAlive: true, maxSockets });
  const noProxy = [environment['no_proxy'] ?? environment['NO_PROXY'] ?? '', loopback].filter((list) => list !== '');
  const options = {
    keepAlive: true,
    maxSockets,
    proxyEnv: { ...withProxySchemes(environment), no_proxy: noProxy.join(','), NO_PROXY: noProxy.join(',') },
  };
  return { httpAgent: new Agent(options), httpsAgent: new TunnelAgent(options) };
}

function refusal(): Error {
  return Object.assign(new Error('not a public address over TLS'), { code: refusedCode });
}

/**
 * Names are resolved once, and exactly those addresses are checked and used, so a second look-up cannot return others. One address
 * that is not public is enough to refuse a name.
 */
export function publicLookup(look: typeof resolve = resolve): LookupFunction {
  return (hostname, options, callback) => {
    const settings: LookupOptions = { ...options, all: true };
    look(hostname, settings, (error, found) => {
      const addresses = found as unknown as readonly LookupAddress[];
      if (error !== null) return callback(error, []);
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => isPublicAddress(address)))
        return callback(refusal(), []);
      if (options.all === true) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
}

type Connect = SecureAgent['createConnection'];

/** For every connection: to the storage, to STS, and to any address in an answer. */
class PublicAgent extends SecureAgent {
  override createConnection(...[options, callback]: Parameters<Connect>): ReturnType<Connect> {
    const host = options.host ?? '';
    // Node does not look up a literal address.
    if (isIP(host) !== 0 && !isPublicAddress(host)) {
      callback?.(refusal(), undefined as never);
      return undefined;
    }
    return super.createConnection({ ...options, lookup: publicLookup() }, callback);
  }
}

class NoAgent extends Agent {
  override createConnection(
    ...[, callback]: Parameters<Agent['createConnection']>
  ): ReturnType<Agent['createConnection']> {
    callback?.(refusal(), undefined as never);
    return undefined;
  }
}

/** @throws HOSTED_MODE_REFUSED if a proxy is set: it resolves names itself, so the addresses cannot be checked. */
function hostedAgents(environment: Environment, options: AgentOptions): Agents {
  const proxy = proxyVariable(environment);
  if (proxy !== undefined) {
    const text = `${proxy} is set, but a proxy resolves names itself, so the connector cannot keep out private addresses. Unset it, and restrict egress with a firewall`;
    throw new ConnectorError('HOSTED_MODE_REFUSED', `Hosted mode (${hostedVariable}) does not allow a proxy: ${text}.`);
  }
  return { httpAgent: new NoAgent(options), httpsAgent: new PublicAgent(options) };
}

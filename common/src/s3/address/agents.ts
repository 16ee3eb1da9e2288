// The sockets to S3. They stay open between requests, and use the proxy of the environment.
import { Agent } from 'node:http';
import type { Agent as SecureAgent } from 'node:https';

import { hostedAgents } from './hosted-agents.ts';
import { isHosted, type Environment } from './hosted.ts';
import { TunnelAgent } from './tunnel-agent.ts';
import { withProxySchemes } from './proxy.ts';

/**
 * Far more than the number of concurrent requests. If a request waits for a socket longer than the connect timeout, the SDK
 * reports that it cannot connect.
 */
const maxSockets = 256;
/** A proxy cannot reach this machine. */
const loopback = 'localhost,127.0.0.1,[::1]';

/** Uses HTTPS_PROXY, HTTP_PROXY and NO_PROXY, in upper or lower case, except in hosted mode. Node itself reads NODE_EXTRA_CA_CERTS. */
export function createAgents(environment: Environment): {
  readonly httpAgent: Agent;
  readonly httpsAgent: SecureAgent;
} {
  if (isHosted(environment)) return hostedAgents(environment, { keepAlive: true, maxSockets });
  const noProxy = [environment['no_proxy'] ?? environment['NO_PROXY'] ?? '', loopback].filter((list) => list !== '');
  const options = {
    keepAlive: true,
    maxSockets,
    proxyEnv: { ...withProxySchemes(environment), no_proxy: noProxy.join(','), NO_PROXY: noProxy.join(',') },
  };
  return { httpAgent: new Agent(options), httpsAgent: new TunnelAgent(options) };
}

// The sockets to S3: kept open between requests, and led through the proxy that the environment names.
import { Agent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';

import { hostedAgents } from './hosted-agents.ts';
import { isHosted, type Environment } from './hosted.ts';

/**
 * Far more than we ever have requests at a time: one that waits for a socket for longer than the connect timeout is taken
 * by the SDK for one that cannot connect.
 */
const maxSockets = 256;
/** No proxy can lead to this machine. */
const loopback = 'localhost,127.0.0.1,[::1]';

/** In hosted mode as hosted.ts says. Else HTTPS_PROXY, HTTP_PROXY and NO_PROXY are honoured in either case; NODE_EXTRA_CA_CERTS is by Node itself. */
export function createAgents(environment: Environment): {
  readonly httpAgent: Agent;
  readonly httpsAgent: SecureAgent;
} {
  if (isHosted(environment)) return hostedAgents(environment, { keepAlive: true, maxSockets });
  const noProxy = [environment['no_proxy'] ?? environment['NO_PROXY'] ?? '', loopback].filter((list) => list !== '');
  const options = {
    keepAlive: true,
    maxSockets,
    proxyEnv: { ...environment, no_proxy: noProxy.join(','), NO_PROXY: noProxy.join(',') },
  };
  return { httpAgent: new Agent(options), httpsAgent: new SecureAgent(options) };
}

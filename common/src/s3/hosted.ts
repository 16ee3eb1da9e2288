// Hosted mode, for platforms that run configs of strangers: set by the environment, which is the platform's, never by the
// config. What the machine itself may do or reach is then out of reach for a config: its credentials, its network, its disk.
import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns';
import { Agent, type AgentOptions } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';

import { ConnectorError } from '../protocol/errors.ts';
import { isPublicAddress } from './public-address.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export const hostedVariable = 'S3_CONNECTORS_HOSTED';
const off: ReadonlySet<string> = new Set(['', '0', 'false']);

/** Any other value than these turns it on: a mistyped one must not turn it off. */
export function isHosted(environment: Environment): boolean {
  return !off.has((environment[hostedVariable] ?? '').trim().toLowerCase());
}

/** Node's code for a connection that was not made. */
export const refusedCode = 'ERR_HOSTED_MODE';

function refusal(): Error {
  return Object.assign(new Error('not a public address over TLS'), { code: refusedCode });
}

/**
 * Names are resolved once and the very addresses judged that are connected to: a name that leads elsewhere at its second
 * look-up gains nothing. One address that is not public is enough to refuse a name.
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

/** For every connection: to the storage, to STS, and wherever an answer might lead. */
class PublicAgent extends SecureAgent {
  override createConnection(...[options, callback]: Parameters<Connect>): ReturnType<Connect> {
    const host = options.host ?? '';
    // A literal address is connected to without a look-up.
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

/** @throws HOSTED_MODE_REFUSED where a proxy is set: it resolves names by itself, so that nobody could judge the addresses. */
export function hostedAgents(
  environment: Environment,
  options: AgentOptions,
): { httpAgent: Agent; httpsAgent: SecureAgent } {
  const proxy = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'].find(
    (name) => (environment[name] ?? '') !== '',
  );
  if (proxy !== undefined) {
    const text = `${proxy} is set, and a proxy resolves names by itself, so that private addresses could not be kept out. Unset it, and restrict egress by a firewall`;
    throw new ConnectorError('HOSTED_MODE_REFUSED', `In hosted mode (${hostedVariable}) no proxy is used: ${text}.`);
  }
  return { httpAgent: new NoAgent(options), httpsAgent: new PublicAgent(options) };
}

export type HostedProblem = { readonly path: readonly string[]; readonly message: string };

type Judged = {
  readonly credentials?: {
    readonly auth_type?: unknown;
    readonly access_key_id?: unknown;
    readonly secret_access_key?: unknown;
  };
  readonly endpoint?: unknown;
  readonly allow_http?: unknown;
};

/** What hosted mode refuses of a connection, as far as the config shows it; addresses of names are judged at each connection. */
export function* hostedProblems({ credentials, endpoint, allow_http }: Judged): Generator<HostedProblem> {
  const where = `in hosted mode (${hostedVariable})`;
  const own = 'write keys of your own';
  if (credentials?.auth_type === 'default_chain') {
    const message = `is not allowed ${where}, where the credentials of the machine are not yours: ${own}`;
    yield { path: ['credentials', 'auth_type'], message };
  }
  const hasKeys = [credentials?.access_key_id, credentials?.secret_access_key].every(
    (key) => typeof key === 'string' && key !== '',
  );
  if (credentials?.auth_type === 'assume_role' && !hasKeys) {
    const message = `may not be left out ${where}, where the credentials of the machine are not yours: ${own}`;
    yield { path: ['credentials', 'access_key_id'], message };
  }
  if (allow_http === true) yield { path: ['allow_http'], message: `is not allowed ${where}: use https` };
  if (typeof endpoint !== 'string' || !URL.canParse(endpoint)) return;
  const { protocol, hostname } = new URL(endpoint);
  if (protocol === 'http:')
    yield { path: ['endpoint'], message: `is not encrypted, which is not allowed ${where}: use https` };
  if (isPrivateHost(hostname)) {
    yield {
      path: ['endpoint'],
      message: `is not a public address, which is not allowed ${where}: name a public storage`,
    };
  }
}

/** As a URL has it: decimal, octal and short forms of addresses are already written out. */
function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/u, '$1').replace(/\.$/u, '');
  if (isIP(host) !== 0) return !isPublicAddress(host);
  return /^(?:.*\.)?localhost$|\.(?:internal|local)$/u.test(host) || !host.includes('.');
}

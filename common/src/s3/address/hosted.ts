// Hosted mode, for platforms that run strangers' configs. Only the platform's environment sets it, never the config. A config then
// cannot use the machine's credentials, network or disk. This file checks the config; agents.ts checks each connection.
import { isIP } from 'node:net';

import { isObject } from '../../protocol/messages.ts';
import { isPublicAddress } from './public-address.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export const hostedVariable = 'S3_CONNECTORS_HOSTED';
const off: ReadonlySet<string> = new Set(['', '0', 'false']);

/** Any other value turns it on, so that a mistyped value does not turn it off. */
export function isHosted(environment: Environment): boolean {
  return !off.has((environment[hostedVariable] ?? '').trim().toLowerCase());
}

/** The error code of a refused connection. */
export const refusedCode = 'ERR_HOSTED_MODE';

type HostedProblem = { readonly path: readonly string[]; readonly message: string };

/** The mistakes that the config shows. Resolved addresses are checked at each connection. */
export function* hostedProblems(config: Readonly<Record<string, unknown>>): Generator<HostedProblem> {
  const { credentials, endpoint, allow_http } = config;
  const { auth_type: kind, access_key_id: id, secret_access_key: secret } = isObject(credentials) ? credentials : {};
  const where = `in hosted mode (${hostedVariable})`;
  const own = 'write your own keys';
  if (kind === 'default_chain') {
    const message = `is not allowed ${where}, where the credentials of the machine are not yours: ${own}`;
    yield { path: ['credentials', 'auth_type'], message };
  }
  const hasKeys = [id, secret].every((key) => typeof key === 'string' && key !== '');
  if (kind === 'assume_role' && !hasKeys) {
    const message = `is required ${where}, where the credentials of the machine are not yours: ${own}`;
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

/** The host of a URL, in which decimal, octal and short forms of addresses are already normalised. */
function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/u, '$1').replace(/\.$/u, '');
  if (isIP(host) !== 0) return !isPublicAddress(host);
  return /^(?:.*\.)?localhost$|\.(?:internal|local)$/u.test(host) || !host.includes('.');
}

// The proxies of the environment. Node ignores a proxy without a scheme, and so would connect past it; its errors do not tell a
// dead proxy from a dead endpoint.
import { isIP } from 'node:net';

import { ConnectorError } from '../../protocol/errors.ts';
import type { Environment } from './hosted.ts';

const variables = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'] as const;

/** A proxy as it is named in messages: without its password. */
export type Proxy = { readonly variable: string; readonly origin: string };

/** The first that is set, as Node chooses: https before http, lower case before upper. */
export function proxyVariable(environment: Environment): string | undefined {
  return variables.find((name) => (environment[name] ?? '') !== '');
}

/** The environment with a scheme in each proxy: `http://`, as curl assumes. @throws CONFIG_INVALID for a proxy of another kind. */
export function withProxySchemes(environment: Environment): Record<string, string | undefined> {
  const whole = { ...environment };
  for (const { variable, url } of proxiesOf(environment)) whole[variable] = url.href;
  return whole;
}

/** The proxy for https endpoints. */
export function secureProxy(environment: Environment): Proxy | undefined {
  const [first] = proxiesOf(environment).filter(({ variable }) => variable.toLowerCase() === 'https_proxy');
  return first === undefined ? undefined : { variable: first.variable, origin: first.url.origin };
}

/** As in the SDK's requests. */
type Requested = { readonly hostname: string; readonly port?: number };
/** What Node's errors have of a failed connection: `errors` with one entry for each address that was tried. */
type Failed = {
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
  readonly errors?: readonly (Error & Failed)[];
};

/** The proxy that a connection failed to reach, for a request to `requested`. */
export function proxyOf(failed: Error & Failed, requested: Requested, environment: Environment): Proxy | undefined {
  const { address, port, hostname, errors: [first] = [] } = failed;
  if (first !== undefined) return proxyOf(first, requested, environment);
  for (const { variable, url } of proxiesOf(environment)) {
    const host = url.hostname.replace(/^\[|\]$/gu, '');
    const proxyPort = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
    const isAddress = isIP(host) === 0 ? requested.port !== port : address === host;
    const isProxy = hostname === undefined ? port === proxyPort && isAddress : hostname === host;
    if (isProxy && requested.hostname !== host) return { variable, origin: url.origin };
  }
  return undefined;
}

function proxiesOf(environment: Environment): readonly { readonly variable: string; readonly url: URL }[] {
  return variables.flatMap((variable) => {
    const text = environment[variable] ?? '';
    return text === '' ? [] : [{ variable, url: proxyUrl(variable, text) }];
  });
}

function proxyUrl(variable: string, text: string): URL {
  const whole = /^[a-z][a-z\d+.-]*:\/\//iu.test(text) ? text : `http://${text}`;
  const url = URL.canParse(whole) ? new URL(whole) : undefined;
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new ConnectorError(
    'CONFIG_INVALID',
    `The environment variable ${variable} is not the address of an http proxy. Write it as http://host:port, or unset it.`,
  );
}

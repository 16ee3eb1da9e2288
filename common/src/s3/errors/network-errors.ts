// The text of every failed connection: it was not made, not trusted, lost, or led to a proxy.
import type { ErrorCode } from '../../protocol/codes/error-codes.ts';
import { assertNever } from '../../protocol/errors.ts';
import { domainOf } from '../address/address.ts';
import { hostedVariable } from '../address/hosted.ts';
import type { RequestTarget } from '../address/operation.ts';
import { whySilent } from './failure.ts';
import type { Network } from './failure.ts';

export type Verdict = { readonly code: ErrorCode; readonly text: string };

/** Of an endpoint that has never answered. */
export function judgeSilence(network: Network, target: RequestTarget): Verdict | undefined {
  const host = hostOf(target);
  switch (whySilent(network, target)) {
    case 'closed':
      return {
        code: 'S3_ENDPOINT_UNREACHABLE',
        text: `${host} closes the connection without an answer (${network.code}). If this port serves https, write https:// in "endpoint"; otherwise correct its port`,
      };
    case 'mute':
      return {
        code: 'S3_UNAVAILABLE',
        text: `${host} accepts the connection but never answers (IDLE_TIMEOUT). Check the port in "endpoint", and HTTPS_PROXY in the environment; if they are right, run again later`,
      };
    default:
      return undefined;
  }
}

const codes: Readonly<Record<Network['reason'], ErrorCode>> = {
  refused: 'HOSTED_MODE_REFUSED',
  unreachable: 'S3_ENDPOINT_UNREACHABLE',
  untrusted: 'S3_ENDPOINT_UNREACHABLE',
  foreign: 'S3_ANSWER_INVALID',
  lost: 'S3_UNAVAILABLE',
};

export function judgeNetwork(network: Network, host: string): Verdict {
  const { reason, code, proxy } = network;
  if (proxy !== undefined) {
    const remedy = `Correct ${proxy.variable} in the environment, or unset it; hosts in NO_PROXY need no proxy`;
    const [what, cause] =
      reason === 'untrusted'
        ? ['does not speak TLS, or its certificate is not trusted', code]
        : ['cannot be reached', networkText(code)];
    return { code: 'S3_ENDPOINT_UNREACHABLE', text: `the proxy ${proxy.origin} ${what}: ${cause}. ${remedy}` };
  }
  return { code: codes[reason], text: textOf(network, host) };
}

function textOf({ reason, code }: Network, host: string): string {
  switch (reason) {
    case 'refused':
      return `${host} is not a public address with TLS, and hosted mode (${hostedVariable}) connects to nothing else. Correct "endpoint"`;
    case 'unreachable':
      return `${host} cannot be reached: ${networkText(code)}. ${unreachableRemedy(code)}`;
    case 'untrusted':
      return `no secure connection to ${host}: ${tlsText(code)}`;
    case 'foreign':
      return `the server at ${host} does not speak HTTP (${code}). In "endpoint", check the port and the scheme (http or https)`;
    case 'lost':
      return `${networkText(code)} (${host}), even after all retries. Run again later`;
    default:
      return assertNever(reason);
  }
}

const networkTexts: Readonly<Record<string, string>> = {
  CONNECT_TIMEOUT: 'no connection within the time limit',
  EAI_AGAIN: 'its name does not resolve (no answer from DNS)',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was closed',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ENOTFOUND: 'the name does not exist',
  EPIPE: 'the connection was closed',
  ERR_PROXY_TUNNEL: 'the proxy refused the connection',
  ETIMEDOUT: 'the connection was lost',
  IDLE_TIMEOUT: 'no data arrived within the time limit',
};

/** What happened to the connection. */
export function networkText(code: string): string {
  const text = networkTexts[code];
  return text === undefined ? `the connection failed (${code})` : `${text} (${code})`;
}

function unreachableRemedy(code: string): string {
  if (code.startsWith('ERR_PROXY'))
    return 'Check HTTPS_PROXY and NO_PROXY in the environment, and what the proxy allows';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'Correct "endpoint" or "region", or fix DNS';
  return 'Correct "endpoint", or allow the connection (firewall, HTTPS_PROXY in the environment)';
}

function tlsText(code: string): string {
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired. Renew it there, and check this machine’s clock';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return 'its certificate is for another name. Correct "endpoint", or set "force_path_style" to true';
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return `TLS failed (${code}). Check that the endpoint serves https on this port`;
  }
  return `its certificate is not trusted (${code}). Set NODE_EXTRA_CA_CERTS to the file of its certificate authority`;
}

/** Where the request goes. */
export function hostOf({ endpoint, bucket, region }: RequestTarget): string {
  return endpoint ?? `https://${bucket}.s3.${region}.${domainOf(region)}`;
}

// Endpoints that the SDK takes from the environment (AWS_ENDPOINT_URL and similar variables) or from endpoint_url in a profile.
// They decide where keys and rows go, so they must follow the rules of the config's "endpoint", and the log names them.
// Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
import { ConnectorError } from '../../protocol/errors.ts';
import type { Log } from '../../protocol/log.ts';
import { endpointProblem, isAwsEndpoint } from '../address/address.ts';
import type { Environment } from '../address/hosted.ts';

/** The SDK's address of a request. */
type Address = { readonly protocol: string; readonly hostname: string; readonly port?: number };

/** @throws CONFIG_INVALID for an endpoint that the config would not be allowed to name. */
export type EndpointWatch = (address: Address) => void;

const variables = /^AWS_ENDPOINT_URL(_[A-Z0-9_]+)?$/u;

type Place = { readonly bucket: string; readonly endpoint?: string; readonly allowHttp?: boolean };

/** The config's endpoint, or the environment's for S3. @throws CONFIG_INVALID that names the variable. */
export function endpointOf(
  { endpoint, bucket, allowHttp = false }: Place,
  environment: Environment,
): { readonly endpoint?: string } {
  if (endpoint !== undefined) return { endpoint };
  if (environment['AWS_IGNORE_CONFIGURED_ENDPOINT_URLS'] === 'true') return {};
  const name = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'].find((variable) => (environment[variable] ?? '') !== '');
  if (name === undefined) return {};
  const named = environment[name] ?? '';
  const problem = endpointProblem(named, allowHttp, bucket);
  if (problem !== undefined) throw refused(`The environment variable ${name}`, problem);
  return { endpoint: new URL(named).origin };
}

function refused(what: string, problem: string): ConnectorError {
  const remedy = 'Remove it, or set AWS_IGNORE_CONFIGURED_ENDPOINT_URLS to "true"';
  return new ConnectorError('CONFIG_INVALID', `${what} ${problem}. ${remedy}.`);
}

/** Checks and logs each origin once, except the config's endpoint and AWS over TLS. */
export function watchEndpoints({ bucket, endpoint, allowHttp = false }: Place, environment: Environment, log: Log) {
  const known = new Set<string>();
  if (endpoint !== undefined) {
    const { origin, protocol, host } = new URL(endpoint);
    known.add(origin).add(`${protocol}//${bucket}.${host}`);
  }
  const watch: EndpointWatch = ({ protocol, hostname, port }) => {
    const text = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
    const url = URL.canParse(text) ? new URL(text) : undefined;
    const origin = url?.origin ?? text;
    if (known.has(origin)) return;
    if (url?.protocol === 'https:' && isAwsEndpoint(origin)) return;
    const source = sourceOf(url?.host ?? hostname, bucket, environment);
    const problem = endpointProblem(origin, allowHttp);
    if (problem !== undefined) throw refused(`The endpoint ${origin}, named by ${source},`, problem);
    known.add(origin);
    log('WARN', `Requests go to ${origin}, because ${source} names it. The config does not name this endpoint.`);
  };
  return watch;
}

/** With or without the bucket in the host name. */
function sourceOf(host: string, bucket: string, environment: Environment): string {
  const hosts = [host, host.startsWith(`${bucket}.`) ? host.slice(bucket.length + 1) : host];
  const named = Object.keys(environment).filter((name) => {
    const value = variables.test(name) ? (environment[name] ?? '') : '';
    return URL.canParse(value) && hosts.includes(new URL(value).host);
  });
  const [variable] = named.sort();
  return variable === undefined ? 'endpoint_url in the AWS profile' : `the environment variable ${variable}`;
}

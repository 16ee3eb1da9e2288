// Translates failures of the Kafka client into errors of this project, with what to change. The client's texts are not passed
// on, because an answer may quote what was sent.
import { oneLine } from '@s3-connectors/common/protocol/text/text.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import type { FeedConfig } from './config.ts';

/** The inspected properties of an error. Errors of the client are trees of `errors` and `cause`. */
type Part = {
  readonly code?: unknown;
  /** Kafka's name for the error of a broker. */
  readonly apiId?: unknown;
  readonly canRetry?: unknown;
  readonly message?: unknown;
  readonly errors?: unknown;
  readonly cause?: unknown;
};

/** The group has changed without this commit or request. It is repeated under the new membership, or dropped. */
const stale: ReadonlySet<unknown> = new Set([
  'STALE_MEMBER_EPOCH',
  'ILLEGAL_GENERATION',
  'REBALANCE_IN_PROGRESS',
  'UNKNOWN_MEMBER_ID',
  'FENCED_MEMBER_EPOCH',
  'FENCED_INSTANCE_ID',
]);

/** Not about the request: a broker answers like this while it restarts. */
const vague: ReadonlySet<unknown> = new Set(['UNKNOWN_SERVER_ERROR']);

const noBroker = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH']);
const tlsCode = /^(?:ERR_SSL_|ERR_TLS_|EPROTO$|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_OSSL)/u;
const maxDepth = 8;

/** Kafka's name for the reason why a commit came too late. Undefined for any other failure. */
export function staleness(error: unknown): string | undefined {
  const found = partsOf(error).find(({ apiId }) => stale.has(apiId));
  return found === undefined ? undefined : String(found.apiId);
}

/** Whether the next messages are gone, so that the start must be looked up again. */
export function isOutOfRange(error: unknown): boolean {
  return partsOf(error).some(({ apiId }) => apiId === 'OFFSET_OUT_OF_RANGE');
}

type Kafka = Pick<FeedConfig['kafka'], 'brokers' | 'topics' | 'groupId' | 'groupProtocol'>;

/** `wasConnected`: the connection has worked before, so time may fix the failure. */
export function kafkaFailure(error: unknown, kafka: Kafka, wasConnected: boolean): unknown {
  const parts = partsOf(error);
  const own = parts.find((part) => part instanceof ConnectorError);
  if (own !== undefined) return own;
  const apiIds = parts.flatMap(({ apiId }) => (typeof apiId === 'string' ? [apiId] : []));
  const codes = parts.flatMap(({ code }) => (typeof code === 'string' ? [code] : []));
  const brokers = kafka.brokers.join(', ');
  const fail = (code: ConnectorError['code'], text: string): ConnectorError => {
    return new ConnectorError(code, oneLine(text), { details: detailsOf(parts), cause: error });
  };
  if (codes.includes('PLT_KFK_AUTHENTICATION') || apiIds.includes('SASL_AUTHENTICATION_FAILED')) {
    const isMechanism = apiIds.some((id) => id === 'UNSUPPORTED_SASL_MECHANISM' || id === 'ILLEGAL_SASL_STATE');
    return fail(
      'KAFKA_CREDENTIALS_INVALID',
      isMechanism
        ? `The listener of ${brokers} does not offer the mechanism of kafka.sasl. Set the one that it offers, or "none", or name another port.`
        : `${brokers} refused the login. Correct the user and the password, or the client, in kafka.sasl.`,
    );
  }
  const denied = apiIds.find((id) => id.endsWith('_AUTHORIZATION_FAILED'));
  if (denied !== undefined) {
    const what = denied.startsWith('GROUP') ? `the group "${kafka.groupId}"` : `the topics ${topicNames(kafka)}`;
    return fail('KAFKA_ACCESS_DENIED', `The user may not read ${what} (${denied}). Allow it by an ACL of Kafka.`);
  }
  const isMissing = apiIds.some((id) => id === 'UNKNOWN_TOPIC_OR_PARTITION' || id === 'UNKNOWN_TOPIC_ID');
  if (isMissing || parts.some(({ message }) => typeof message === 'string' && message.startsWith('Unknown topic '))) {
    return fail(
      'KAFKA_TOPIC_MISSING',
      `One of the topics ${topicNames(kafka)} does not exist at ${brokers}, or the user may not see it. Correct kafka.topics, or create it.`,
    );
  }
  const tlsText = tlsTextOf(parts, codes);
  if (tlsText !== undefined) return fail('KAFKA_UNREACHABLE', `No TLS connection to ${brokers}: ${tlsText}`);
  const refused = refusalOf(parts, kafka);
  if (refused !== undefined) return fail('KAFKA_REQUEST_REFUSED', refused);
  if (!isPassing(parts, codes)) return error;
  if (wasConnected || apiIds.length > 0)
    return fail('KAFKA_UNAVAILABLE', `${brokers} does not answer as expected (${shortOf(parts)}).`);
  const [met] = codes.filter((code) => noBroker.has(code));
  const why =
    met === undefined
      ? 'the connection was closed, or nothing was answered: is this the right port for kafka.tls and kafka.sasl'
      : met;
  return fail('KAFKA_UNREACHABLE', `No broker answers at ${brokers} (${why}). Correct kafka.brokers.`);
}

function tlsTextOf(parts: readonly Part[], codes: readonly string[]): string | undefined {
  const says = (text: string): boolean =>
    parts.some(({ message }) => typeof message === 'string' && message.includes(text));
  if (says('Broker requires TLS'))
    return 'the listener uses TLS. Set kafka.tls to {"mode": "on"}, or name another port.';
  if (says('TLS handshake failed') || codes.some((code) => code === 'EPROTO' || code.startsWith('ERR_SSL_')))
    return 'the listener does not use TLS. Set kafka.tls to {"mode": "off"}, or name another port.';
  const code = codes.find((one) => tlsCode.test(one));
  if (code === undefined) return undefined;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return 'the certificate of the broker is for another name. Name the brokers in kafka.brokers as their certificates do.';
  return `the certificate of the broker is not trusted (${code}). Set kafka.tls.ca to the certificate of its authority.`;
}

/** Failures that time cannot fix and that have no other text. */
function refusalOf(parts: readonly Part[], kafka: Kafka): string | undefined {
  if (parts.some(({ code }) => code === 'PLT_KFK_UNSUPPORTED_API')) {
    const advice = kafka.groupProtocol === 'consumer' ? ' Set kafka.group_protocol to "classic".' : '';
    return `The brokers are too old for a request of this client.${advice}`;
  }
  const refused = parts.find(
    ({ apiId, canRetry }) => typeof apiId === 'string' && canRetry === false && !stale.has(apiId) && !vague.has(apiId),
  );
  if (refused === undefined) return undefined;
  const isGroup = refused.apiId === 'INCONSISTENT_GROUP_PROTOCOL' || refused.apiId === 'GROUP_ID_NOT_FOUND';
  const advice = isGroup
    ? ' Other members have another protocol: stop them, or set the same kafka.group_protocol everywhere.'
    : '';
  return `Kafka refused a request of the group "${kafka.groupId}" for the topics ${topicNames(kafka)}: ${String(refused.apiId)}.${advice}`;
}

function isPassing(parts: readonly Part[], codes: readonly string[]): boolean {
  const client = codes.some((code) => code.startsWith('PLT_KFK_') || noBroker.has(code));
  return client || parts.some(({ apiId }) => typeof apiId === 'string');
}

function topicNames({ topics }: Kafka): string {
  return topics.map(({ topic }) => JSON.stringify(topic)).join(', ');
}

/** Only codes. */
function detailsOf(parts: readonly Part[]): string {
  const words = parts.flatMap(({ code, apiId }) => [code, apiId]).filter((word) => typeof word === 'string');
  return `Kafka: ${[...new Set(words)].join(', ')}`;
}

function shortOf(parts: readonly Part[]): string {
  const words = parts.map(({ apiId, code }) => apiId ?? code).filter((word) => typeof word === 'string');
  return words.at(-1) ?? 'no code';
}

function partsOf(error: unknown, depth = 0): readonly Part[] {
  if (typeof error !== 'object' || error === null || depth > maxDepth) return [];
  const part: Part = error;
  const inner = Array.isArray(part.errors) ? part.errors : [];
  return [part, ...[...inner, part.cause].flatMap((one) => partsOf(one, depth + 1))];
}

// The Kafka client (@platformatic/kafka), with the settings of the config. Only the verbs that need it load it.
import { isIP } from 'node:net';

import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import { isObject } from '@s3-connectors/common/protocol/messages.ts';
import { sleep, systemClock, type Clock } from '@s3-connectors/common/streams/clock.ts';
import { Consumer, type ConsumerOptions } from '@platformatic/kafka';

import type { FeedConfig } from './config.ts';
import { dropRolledBack, type Fetched } from './answers/rolled-back.ts';

export type KafkaClient = Consumer;
type Options = ConsumerOptions<Buffer, Buffer, Buffer, Buffer>;

/** The most bytes of one fetch: the memory for each leader of partitions before its messages are read. */
const fetchBytes = 8 * 1024 * 1024;
const fetchWaitMs = 1000;
const rebalanceTimeoutMs = 60_000;
const heartbeatIntervalMs = 2000;
const closeWithinMs = 5000;
const tokenWithinMs = 20_000;

export function openClient(kafka: FeedConfig['kafka']): KafkaClient {
  const { brokers, groupId, groupProtocol, sessionTimeoutMs } = kafka;
  const rebalanceTimeout = Math.max(rebalanceTimeoutMs, sessionTimeoutMs);
  const group =
    groupProtocol === 'consumer'
      ? { groupProtocol, rebalanceTimeout }
      : {
          groupProtocol,
          rebalanceTimeout,
          sessionTimeout: sessionTimeoutMs,
          heartbeatInterval: heartbeatIntervalMs,
          protocols: [{ name: 'cooperative-sticky', version: 3 }],
        };
  const consumer = new Consumer({
    clientId: 'feed-kafka',
    bootstrapBrokers: [...brokers],
    groupId,
    ...group,
    ...security(kafka),
    autocommit: false,
    maxBytes: fetchBytes,
    maxWaitTime: fetchWaitMs,
    // One message stops fetching, so the buffer holds one answer from each leader.
    highWaterMark: 1,
    retries: 3,
    retryDelay: 500,
  });
  return onlyCommitted(consumer);
}

type Fetch = (options: unknown, answer: (error: Error | null, fetched: Fetched) => void) => void;

/** Its streams read by this method. Without an answer there is an error. */
function onlyCommitted(consumer: Consumer): Consumer {
  const fetchAll = consumer.fetch.bind(consumer) as unknown as Fetch;
  const fetchCommitted: Fetch = (options, answer) => {
    fetchAll(options, (error, fetched) => {
      if (error === null) dropRolledBack(fetched);
      answer(error, fetched);
    });
  };
  return Object.assign(consumer, { fetch: fetchCommitted as unknown as Consumer['fetch'] });
}

/** Closes its connections and leaves the group if it is a member, within five seconds, whatever fails. */
export async function closedWithin(client: KafkaClient, clock: Clock = systemClock): Promise<void> {
  const over = new AbortController();
  const given = sleep(clock, closeWithinMs, over.signal).catch(() => undefined);
  await Promise.race([client.close(true).catch(() => undefined), given]);
  over.abort();
}

function security({ brokers, tls, sasl }: FeedConfig['kafka']): Pick<Options, 'tls' | 'tlsServerName' | 'sasl'> {
  const hasNames = brokers.some((broker) => isIP(broker.replace(/:\d+$/u, '').replace(/^\[(.*)\]$/u, '$1')) === 0);
  return {
    ...(tls.mode === 'on' && {
      tls: {
        ...(tls.ca !== undefined && { ca: tls.ca }),
        ...(tls.certificate !== undefined && { cert: tls.certificate }),
        ...(tls.private_key !== undefined && { key: tls.private_key }),
      },
      ...(hasNames && { tlsServerName: true }), // SNI accepts names, not addresses.
    }),
    ...(sasl.mechanism !== 'none' && {
      sasl:
        sasl.mechanism === 'OAUTHBEARER'
          ? { mechanism: sasl.mechanism, token: () => fetchToken(sasl) }
          : { mechanism: sasl.mechanism, username: sasl.username, password: sasl.password },
    }),
  };
}

type OAuth = Extract<FeedConfig['kafka']['sasl'], { readonly mechanism: 'OAUTHBEARER' }>;

/** A token for the client's own credentials (RFC 6749, 4.4). @throws KAFKA_CREDENTIALS_INVALID */
async function fetchToken({ endpoint, client_id, client_secret, scope }: OAuth): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret });
  if (scope !== undefined) body.set('scope', scope);
  const refused = (why: string): ConnectorError => {
    return new ConnectorError(
      'KAFKA_CREDENTIALS_INVALID',
      `${endpoint} returned no token (${why}). Correct endpoint, client_id, client_secret and scope in kafka.sasl.`,
    );
  };
  let answer: Response;
  try {
    answer = await fetch(endpoint, { method: 'POST', body, signal: AbortSignal.timeout(tokenWithinMs) });
  } catch {
    throw refused('it does not answer');
  }
  if (!answer.ok) throw refused(`status ${answer.status}`);
  const json = parseToken(await answer.text());
  if (json === undefined) throw refused('no access_token in its answer');
  return json;
}

function parseToken(text: string): string | undefined {
  try {
    const json = parseJson(text);
    return isObject(json) && typeof json['access_token'] === 'string' ? json['access_token'] : undefined;
  } catch {
    return undefined;
  }
}

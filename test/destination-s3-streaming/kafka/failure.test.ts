import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import { isOutOfRange, kafkaFailure, staleness } from '../../../destination-s3-streaming/src/kafka/failure.ts';

const kafka = {
  brokers: ['broker:9092'],
  topics: [{ topic: 'events', stream: 'events' }],
  groupId: 'g',
  groupProtocol: 'consumer',
} as const;

type Parts = { readonly message?: string } & Readonly<Record<string, unknown>>;

/** As the client nests them: each error is the cause of the one before, or one of several. */
function nested(...parts: readonly Parts[]): Error {
  const [{ message = 'canary-text', ...first } = {}, ...rest] = parts;
  const inner =
    rest.length === 0 ? {} : rest.length % 2 === 0 ? { cause: nested(...rest) } : { errors: [nested(...rest)] };
  return Object.assign(new Error(message), first, inner);
}

const network = { code: 'PLT_KFK_NETWORK', canRetry: true };
const multiple = { code: 'PLT_KFK_MULTIPLE' };
const api = (apiId: string, canRetry = false): Parts => ({ code: 'PLT_KFK_PROTOCOL', apiId, canRetry });

const cases: readonly (readonly [what: string, error: Error, wasConnected: boolean, code: string, text: RegExp])[] = [
  [
    'a name that does not resolve',
    nested(multiple, network, { code: 'ENOTFOUND' }),
    false,
    'KAFKA_UNREACHABLE',
    /ENOTFOUND.*kafka\.brokers/u,
  ],
  [
    'a port that nothing listens at',
    nested(multiple, multiple, network, { code: 'ECONNREFUSED' }),
    false,
    'KAFKA_UNREACHABLE',
    /broker:9092 \(ECONNREFUSED\)/u,
  ],
  [
    'a connection that is closed at once',
    nested(multiple, network),
    false,
    'KAFKA_UNREACHABLE',
    /kafka\.tls and kafka\.sasl/u,
  ],
  [
    'a broker that is gone later',
    nested(multiple, network, { code: 'ECONNREFUSED' }),
    true,
    'KAFKA_UNAVAILABLE',
    /does not answer/u,
  ],
  [
    'a coordinator that moves',
    nested(multiple, api('NOT_COORDINATOR', true)),
    true,
    'KAFKA_UNAVAILABLE',
    /NOT_COORDINATOR/u,
  ],
  [
    'a rebalance that does not end',
    nested(api('REBALANCE_IN_PROGRESS')),
    true,
    'KAFKA_UNAVAILABLE',
    /REBALANCE_IN_PROGRESS/u,
  ],
  [
    'a listener with TLS',
    nested({ code: 'PLT_KFK_USER', message: 'Broker requires TLS.' }),
    false,
    'KAFKA_UNREACHABLE',
    /"mode": "on"/u,
  ],
  [
    'a listener without TLS',
    nested(network, { code: 'PLT_KFK_USER', message: 'TLS handshake failed. Please verify the broker supports TLS.' }),
    false,
    'KAFKA_UNREACHABLE',
    /"mode": "off"/u,
  ],
  [
    'a certificate of an unknown authority',
    nested(network, { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }),
    false,
    'KAFKA_UNREACHABLE',
    /kafka\.tls\.ca/u,
  ],
  [
    'a certificate of another name',
    nested(network, { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
    true,
    'KAFKA_UNREACHABLE',
    /is for another name/u,
  ],
  [
    'a wrong password',
    nested(network, { code: 'PLT_KFK_AUTHENTICATION' }, api('SASL_AUTHENTICATION_FAILED')),
    false,
    'KAFKA_CREDENTIALS_INVALID',
    /refused the login/u,
  ],
  [
    'a mechanism that is not offered',
    nested(network, { code: 'PLT_KFK_AUTHENTICATION' }, api('UNSUPPORTED_SASL_MECHANISM')),
    false,
    'KAFKA_CREDENTIALS_INVALID',
    /mechanism/u,
  ],
  [
    'a topic that may not be read',
    nested(multiple, api('TOPIC_AUTHORIZATION_FAILED')),
    true,
    'KAFKA_ACCESS_DENIED',
    /"events".*ACL/u,
  ],
  [
    'a group that may not be used',
    nested(multiple, api('GROUP_AUTHORIZATION_FAILED')),
    true,
    'KAFKA_ACCESS_DENIED',
    /the group "g"/u,
  ],
  [
    'a topic that does not exist',
    nested({ code: 'PLT_KFK_USER', message: 'Unknown topic events.' }),
    false,
    'KAFKA_TOPIC_MISSING',
    /"events"/u,
  ],
  [
    'a topic that was deleted',
    nested(multiple, api('UNKNOWN_TOPIC_ID', true)),
    true,
    'KAFKA_TOPIC_MISSING',
    /create it/u,
  ],
  [
    'a group of another protocol',
    nested(api('INCONSISTENT_GROUP_PROTOCOL')),
    true,
    'KAFKA_REQUEST_REFUSED',
    /INCONSISTENT_GROUP_PROTOCOL.*group_protocol/u,
  ],
  [
    'a broker that starts again',
    nested({ code: 'PLT_KFK_RESPONSE' }, api('UNKNOWN_SERVER_ERROR')),
    true,
    'KAFKA_UNAVAILABLE',
    /does not answer as expected \(UNKNOWN_SERVER_ERROR\)/u,
  ],
  [
    'a broker that is too old',
    nested({ code: 'PLT_KFK_UNSUPPORTED_API', canRetry: false }),
    true,
    'KAFKA_REQUEST_REFUSED',
    /"classic"/u,
  ],
];

suite('failures of Kafka', () => {
  for (const [what, error, wasConnected, code, text] of cases) {
    test(`say of ${what} what to change, as ${code}`, () => {
      const failure = kafkaFailure(error, kafka, wasConnected);
      assert.ok(failure instanceof ConnectorError);
      assert.equal(failure.code, code);
      assert.match(failure.message, text);
      assert.doesNotMatch(`${failure.message}${failure.details}`, /canary/u);
    });
  }

  test('that nobody foresaw stay as they are', () => {
    const error = new TypeError('x');
    assert.equal(kafkaFailure(error, kafka, true), error);
  });

  test('keep one of this project that the client carries', () => {
    const ours = new ConnectorError('KAFKA_CREDENTIALS_INVALID', 'No token.');
    assert.equal(
      kafkaFailure(Object.assign(new Error('x'), { code: 'PLT_KFK_AUTHENTICATION', cause: ours }), kafka, false),
      ours,
    );
  });

  test('know a commit that comes too late, and an offset that is gone', () => {
    assert.equal(staleness(nested(multiple, api('STALE_MEMBER_EPOCH'))), 'STALE_MEMBER_EPOCH');
    assert.equal(staleness(nested(multiple, api('NOT_COORDINATOR'))), undefined);
    assert.ok(isOutOfRange(nested(multiple, api('OFFSET_OUT_OF_RANGE'))));
    assert.ok(!isOutOfRange('OFFSET_OUT_OF_RANGE'));
  });
});

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import { parseConfiguredCatalog } from '@s3-connectors/common/protocol/catalog.ts';
import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';

import { feedSchema, resolveFeedConfig, type FeedConfig } from '../../../destination-s3-streaming/src/kafka/config.ts';
import { feedKafka } from '../../../destination-s3-streaming/src/kafka/connector.ts';
import { streamsOf } from '../../../destination-s3-streaming/src/kafka/connector.ts';
import { catalogJson, placeJson, type Json } from '../../support/destination-input.ts';
import { formProblems } from '../../support/models/spec-form.ts';

function configOf(kafka: Json = {}, more: Json = {}): FeedConfig {
  const whole = { brokers: ['b:9092'], topics: [{ topic: 'events' }], group_id: 'g', ...kafka };
  const json = { ...placeJson({ endpoint: 'http://127.0.0.1:1' }), ...more, kafka: whole };
  return resolveFeedConfig(parseConfig(feedSchema, json, silentLog), {});
}

suite('the config of feed-kafka', () => {
  test('has defaults for all but the brokers, the topics and the group', () => {
    assert.deepEqual(configOf().kafka, {
      brokers: ['b:9092'],
      topics: [{ topic: 'events', stream: 'events' }],
      groupId: 'g',
      groupProtocol: 'classic',
      sessionTimeoutMs: 45_000,
      tls: { mode: 'off' },
      sasl: { mechanism: 'none' },
      seeding: { start: 'earliest', lostMessages: 'fail' },
      include: [],
    });
  });

  test('is one that a form can draw, with its secrets marked', () => {
    assert.deepEqual(formProblems(feedKafka.spec.connectionSpecification), []);
  });

  test('makes each replica a worker of its own, unless it names one', () => {
    assert.notEqual(configOf().workerId, configOf().workerId);
    assert.match(configOf().workerId, /^[\da-f]{12}$/u);
    assert.equal(configOf({}, { worker_id: 'a' }).workerId, 'a');
  });

  test('takes a certificate with its key, and fields of TLS that a form left empty', async () => {
    const [certificate, private_key] = await Promise.all(
      ['certificate.pem', 'key.pem'].map((name) => {
        return readFile(join(import.meta.dirname, '../../support/tls', name), 'utf8');
      }),
    );
    const tls = { mode: 'on', ca: certificate, certificate, private_key };
    const other = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
    for (const fine of [tls, { mode: 'on', ca: '', certificate: '', private_key: '' }]) {
      assert.deepEqual(configOf({ tls: fine }).kafka.tls, fine);
    }
    for (const [key, text] of [
      ['-----BEGIN PRIVATE KEY-----\nsecret\n-----END PRIVATE KEY-----', /^(?!.*secret).*is not a key as PEM/u],
      [other, /"kafka\.tls\.private_key" is not the key of the certificate/u],
    ] as const) {
      assert.throws(() => configOf({ tls: { ...tls, private_key: key } }), { code: 'CONFIG_INVALID', message: text });
    }
  });

  const mistakes = [
    ['a broker without a port', { brokers: ['b'] }, /"kafka\.brokers\[0\]" is not written as host:port/u],
    ['a port that cannot be', { brokers: ['b:9092', 'b:65536'] }, /"kafka\.brokers\[1\]" has no port from 1 to 65535/u],
    ['a port 0', { brokers: ['b:0'] }, /has no port from 1 to 65535/u],
    ['a login in a broker', { brokers: ['user:secret@b:9092'] }, /^(?!.*secret).*is not written as host:port/u],
    ...['events.*', '^a', '*', 'a b', 'a/b', '..', 'é', 'x'.repeat(250)].map(
      (topic) => [`the topic ${topic.slice(0, 9)}`, { topics: [{ topic }] }, /there are no patterns/u] as const,
    ),
    [
      'a login in the token endpoint',
      {
        sasl: {
          mechanism: 'OAUTHBEARER',
          endpoint: 'https://user:secret@idp/token',
          client_id: 'c',
          client_secret: 'other',
        },
      },
      /^(?!.*secret@).*"kafka\.sasl\.endpoint" has a user or password in it/u,
    ],
    ['a path for the authority', { tls: { mode: 'on', ca: '/etc/ca.pem' } }, /"kafka\.tls\.ca" is not a certificate/u],
    ['a certificate without a key', { tls: { mode: 'on', certificate: 'c' } }, /"kafka\.tls\.private_key" is missing/u],
    ['a key without a certificate', { tls: { mode: 'on', private_key: 'k' } }, /"kafka\.tls\.certificate" is missing/u],
    [
      'an invalid certificate',
      { tls: { mode: 'on', certificate: 'c', private_key: 'secret' } },
      /^(?!.*secret).*"kafka\.tls\.certificate" is not a certificate as PEM/u,
    ],
    ['no topic', { topics: [] }, /"kafka\.topics" has no topic/u],
    [
      'a topic twice',
      { topics: [{ topic: 'a' }, { topic: 'a', stream: 'b' }] },
      /"kafka\.topics\[1\]" is a topic that is named twice/u,
    ],
    ['a group with a blank', { group_id: 'a b' }, /"kafka\.group_id" has a blank/u],
    [
      'the login of MSK',
      { sasl: { mechanism: 'AWS_MSK_IAM' } },
      /"kafka\.sasl\.mechanism" must be none, PLAIN.*AWS_MSK_IAM.*GSSAPI.*are not supported/u,
    ],
    [
      'a login that is only a word',
      { sasl: 'PLAIN' },
      /"kafka\.sasl" must be an object in braces whose "mechanism" is/u,
    ],
    [
      'a user without a password',
      { sasl: { mechanism: 'PLAIN', username: 'u' } },
      /"kafka\.sasl\.password" is missing/u,
    ],
  ] as const;
  for (const [what, kafka, text] of mistakes) {
    test(`refuses ${what} in words`, () => {
      assert.throws(() => configOf(kafka), { code: 'CONFIG_INVALID', message: text });
    });
  }
});

suite('the streams of feed-kafka', () => {
  const config = configOf({ topics: [{ topic: 'a', stream: 's' }, { topic: 'b', stream: 's' }, { topic: 'c' }] });

  test('are appended, one for each name, without a catalog', () => {
    assert.deepEqual(
      streamsOf(config, undefined).map(({ name, destinationSyncMode }) => [name, destinationSyncMode]),
      [
        ['s', 'append'],
        ['c', 'append'],
      ],
    );
  });

  test('have the schema of a catalog, which must name them and append to them', () => {
    const catalog = (...streams: readonly (string | Json)[]) => parseConfiguredCatalog(catalogJson(...streams));
    const [s] = streamsOf(config, catalog({ name: 's', properties: { id: {} } }, 'c', 'other'));
    assert.deepEqual(s?.jsonSchema, { type: 'object', properties: { id: {} } });
    assert.throws(() => streamsOf(config, catalog('s')), { code: 'CATALOG_INVALID', message: /no stream "c"/u });
    assert.throws(() => streamsOf(config, catalog('s', { name: 'c', destination_sync_mode: 'overwrite' })), {
      code: 'CATALOG_INVALID',
      message: /"c" is to be replaced/u,
    });
  });
});

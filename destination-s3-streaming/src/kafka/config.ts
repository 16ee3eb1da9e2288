// The configuration of `feed-kafka`: that of the destination, and the source of the messages in `kafka`.
import { randomBytes } from 'node:crypto';

import { checkPlace } from '@s3-connectors/common/destination/config/config.ts';
import type { Environment } from '@s3-connectors/common/s3/address/hosted.ts';
import * as z from 'zod';

import { configShape, resolveConfig, type StreamingConfig } from '../config/config.ts';
import { checkCertificates, hasLogin, isPort } from './config-checks.ts';
import type { SeedRules } from './seed.ts';

const text = z.string().trim().min(1, 'is empty');
const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const;

/** Source: https://kafka.apache.org/documentation/#basic_ops_add_topic */
const topicForm = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,249}$/u;
const topicRemedy =
  'is not the name of a topic: it has 1 to 249 letters, digits, dots, underscores or hyphens. Name each topic; there are no patterns';

const topic = z.object({
  topic: text
    .refine((name) => name === '' || topicForm.test(name), topicRemedy)
    .meta({ title: 'Topic', description: 'The name of the topic.', order: 0 }),
  stream: text.optional().meta({
    title: 'Stream',
    description: 'The stream of its messages. Leave it empty to use the name of the topic.',
    order: 1,
  }),
});

const tls = z
  .discriminatedUnion('mode', [
    z
      .object({ mode: z.literal('off').meta({ title: 'Kind', order: 0 }) })
      .meta({ title: 'Off', description: 'Connections are not encrypted.' }),
    z
      .object({
        mode: z.literal('on').meta({ title: 'Kind', order: 0 }),
        ca: z.string().optional().meta({
          title: 'Authority',
          description:
            'The certificate authority of the brokers’ certificates, as PEM. Leave it empty to use the authorities that Node.js trusts.',
          multiline: true,
          order: 1,
        }),
        certificate: z.string().optional().meta({
          title: 'Certificate',
          description: 'The certificate of this client, as PEM, if the brokers require one.',
          multiline: true,
          order: 2,
        }),
        private_key: z.string().optional().meta({
          title: 'Private key',
          description: 'The key of that certificate, as PEM.',
          multiline: true,
          airbyte_secret: true,
          order: 3,
        }),
      })
      .superRefine(checkCertificates)
      .meta({ title: 'On', description: 'Connections are encrypted, and the brokers’ certificates are checked.' }),
  ])
  .default({ mode: 'off' })
  .meta({ title: 'TLS', description: 'How connections to the brokers are encrypted.', order: 5 });

const login = (mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512') =>
  z
    .object({
      mechanism: z.literal(mechanism).meta({ title: 'Kind', order: 0 }),
      username: text.meta({ title: 'User', description: 'The name of the user, or the API key.', order: 1 }),
      password: z.string().min(1, 'is empty').meta({
        title: 'Password',
        description: 'The password, or the secret of the API key.',
        airbyte_secret: true,
        order: 2,
      }),
    })
    .meta({ title: mechanism, description: `User and password with ${mechanism}.` });

const oauth = z
  .object({
    mechanism: z.literal('OAUTHBEARER').meta({ title: 'Kind', order: 0 }),
    endpoint: z
      .url({ protocol: /^https?$/u, error: 'is not an http or https address' })
      .refine((url) => !hasLogin(url), 'has a user or password in it: use client_id and client_secret')
      .meta({
        title: 'Token endpoint',
        description: 'The address of the token endpoint (OAuth 2.0, client credentials).',
        order: 1,
      }),
    client_id: text.meta({ title: 'Client ID', description: 'The ID of the client at that endpoint.', order: 2 }),
    client_secret: z.string().min(1, 'is empty').meta({
      title: 'Client secret',
      description: 'The secret of the client.',
      airbyte_secret: true,
      order: 3,
    }),
    scope: text.optional().meta({ title: 'Scope', description: 'The scope, if the server requires one.', order: 4 }),
  })
  .meta({ title: 'OAUTHBEARER', description: 'A token from an OAuth server, fetched for each connection.' });

const unsupported = `must be none, ${mechanisms.join(', ')}: others, such as AWS_MSK_IAM and GSSAPI (Kerberos), are not supported. On MSK, use SASL/SCRAM`;

const sasl = z
  .discriminatedUnion(
    'mechanism',
    [
      z
        .object({ mechanism: z.literal('none').meta({ title: 'Kind', order: 0 }) })
        .meta({ title: 'None', description: 'The client does not log in.' }),
      login('PLAIN'),
      login('SCRAM-SHA-256'),
      login('SCRAM-SHA-512'),
      oauth,
    ],
    {
      error: ({ code }) => (code === 'invalid_union' ? unsupported : undefined),
    },
  )
  .default({ mechanism: 'none' })
  .meta({ title: 'Login', description: 'How this client logs in (SASL).', order: 6 });

const kafka = z
  .object({
    brokers: z
      .array(
        text
          .regex(/^[^\s/,@]+:\d{1,5}$/u, 'is not written as host:port')
          .refine((broker) => !/:\d{1,5}$/u.test(broker) || isPort(broker), 'has no port from 1 to 65535'),
      )
      .min(1, 'has no broker')
      .meta({
        title: 'Brokers',
        description: 'One or more brokers, each as host:port. They name the other brokers.',
        order: 0,
      }),
    topics: z.array(topic).min(1, 'has no topic').meta({
      title: 'Topics',
      description: 'The topics to read.',
      order: 1,
    }),
    group_id: text.regex(/^\S+$/u, 'has a blank').meta({
      title: 'Group',
      description: 'The consumer group. Give all replicas the same group, whose offsets cover only stored messages.',
      order: 2,
    }),
    group_protocol: z.enum(['classic', 'consumer']).default('classic').meta({
      title: 'Group protocol',
      description:
        'The protocol classic (cooperative-sticky) works with any broker; consumer (KIP-848) works with Kafka 4 or newer.',
      order: 3,
    }),
    session_timeout_seconds: z.int().min(6).max(300).default(45).meta({
      title: 'Session timeout (s)',
      description:
        'The brokers give the partitions of a replica to others when it is silent for this long. With the protocol consumer, the broker sets the timeout.',
      order: 4,
    }),
    tls,
    sasl,
    start: z.enum(['earliest', 'latest']).default('earliest').meta({
      title: 'Start',
      description: 'Where to begin in a partition without an offset of the group.',
      order: 7,
    }),
    lost_messages: z.enum(['fail', 'skip']).default('fail').meta({
      title: 'Lost messages',
      description:
        'What to do when the retention of the topic has deleted unread messages: fail with an error (fail), or continue with the oldest message that is left and log a warning (skip).',
      order: 8,
    }),
    include: z
      .array(z.enum(['key', 'headers', 'offset']))
      .default([])
      .meta({
        title: 'Include',
        description:
          'What to store in the field _kafka of each row: the key, the headers, or the offset (with topic, partition and timestamp).',
        order: 9,
      }),
  })
  .superRefine(({ topics }, context) => {
    for (const [index, { topic }] of topics.entries()) {
      if (topics.findIndex((other) => other.topic === topic) === index) continue;
      context.addIssue({ code: 'custom', path: ['topics', index], message: 'is a topic that is named twice' });
    }
  })
  .meta({ title: 'Kafka', description: 'The source of the messages.', order: 5 });

/** There is no `run`: a consumer group has no end at which everything could be published at once. */
export const feedSchema = z.object({ ...configShape, kafka }).superRefine(...checkPlace);

type KafkaConfig = z.output<typeof kafka>;

type FeedTopic = { readonly topic: string; readonly stream: string };

export type FeedConfig = StreamingConfig & {
  readonly kafka: Pick<KafkaConfig, 'tls' | 'sasl' | 'include'> & {
    readonly brokers: readonly string[];
    readonly topics: readonly FeedTopic[];
    readonly groupId: string;
    readonly groupProtocol: KafkaConfig['group_protocol'];
    readonly sessionTimeoutMs: number;
    readonly seeding: SeedRules;
  };
};

/**
 * All replicas have one config. Unless it names a worker, each replica gets its own name, so that none overwrites a file of
 * another.
 */
export function resolveFeedConfig(config: z.output<typeof feedSchema>, env: Environment = process.env): FeedConfig {
  const { kafka } = config;
  return {
    ...resolveConfig({ ...config, worker_id: config.worker_id ?? randomBytes(6).toString('hex') }, env),
    run: undefined,
    kafka: {
      brokers: kafka.brokers,
      topics: kafka.topics.map(({ topic, stream }) => ({ topic, stream: stream ?? topic })),
      groupId: kafka.group_id,
      groupProtocol: kafka.group_protocol,
      sessionTimeoutMs: kafka.session_timeout_seconds * 1000,
      tls: kafka.tls,
      sasl: kafka.sasl,
      seeding: { start: kafka.start, lostMessages: kafka.lost_messages },
      include: kafka.include,
    },
  };
}

// The failures of a feed from Kafka: a part of the table of errors (errors.ts).

export const kafkaCodes = {
  KAFKA_UNREACHABLE: {
    failureType: 'config_error',
    cause:
      'No broker answers: its name does not resolve, nothing listens there, or one side speaks TLS and the other does not.',
    remedy: 'Correct kafka.brokers, kafka.tls or kafka.sasl; the message says what was met.',
  },
  KAFKA_CREDENTIALS_INVALID: {
    failureType: 'config_error',
    cause: 'A broker refused the login, or does not offer its mechanism.',
    remedy: 'Correct kafka.sasl: the mechanism, the user and the password.',
  },
  KAFKA_ACCESS_DENIED: {
    failureType: 'config_error',
    cause: 'The user may not read the topic, or may not use the consumer group.',
    remedy: 'Allow Read and Describe on the topics, and Read on the group, to this user.',
  },
  KAFKA_TOPIC_MISSING: {
    failureType: 'config_error',
    cause: 'A topic does not exist, or the user may not see it.',
    remedy: 'Correct kafka.topics, create the topic, or allow Describe on it.',
  },
  KAFKA_REQUEST_REFUSED: {
    failureType: 'config_error',
    cause:
      'A broker refused a request for good: a group of another protocol, for instance, or an API that it does not have.',
    remedy: 'Follow the error code of Kafka in the message.',
  },
  KAFKA_OFFSETS_LOST: {
    failureType: 'config_error',
    cause: 'Messages that were to be read next are gone from the topic.',
    remedy:
      'Keep messages longer (retention.ms). Set kafka.lost_messages to skip to go on with the first one that is left.',
  },
  KAFKA_UNAVAILABLE: {
    failureType: 'transient_error',
    cause: 'The brokers did not answer, or the group did not settle, for longer than ten minutes.',
    remedy: 'Run again: reading goes on at the offsets of the group, which cover only what is stored.',
  },
} as const;

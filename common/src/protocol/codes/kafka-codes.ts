// The failures of the Kafka feed, a part of the table in error-codes.ts.

export const kafkaCodes = {
  KAFKA_UNREACHABLE: {
    failureType: 'config_error',
    cause: 'No broker answers: its name does not resolve, nothing listens at its port, or only one side uses TLS.',
    remedy: 'Correct kafka.brokers, kafka.tls or kafka.sasl. The message names the cause.',
  },
  KAFKA_CREDENTIALS_INVALID: {
    failureType: 'config_error',
    cause: 'A broker refused the login, or does not support its mechanism.',
    remedy: 'Correct kafka.sasl: the mechanism, the user and the password.',
  },
  KAFKA_ACCESS_DENIED: {
    failureType: 'config_error',
    cause: 'The user may not read the topic, or may not use the consumer group.',
    remedy: 'Allow this user Read and Describe on the topics, and Read on the group.',
  },
  KAFKA_TOPIC_MISSING: {
    failureType: 'config_error',
    cause: 'A topic does not exist, or the user may not see it.',
    remedy: 'Correct kafka.topics, create the topic, or allow Describe on it.',
  },
  KAFKA_REQUEST_REFUSED: {
    failureType: 'config_error',
    cause:
      'A broker refused a request, and a retry cannot succeed. For example, the group uses another protocol, or the broker lacks an API.',
    remedy: 'Look up the Kafka error code in the message.',
  },
  KAFKA_OFFSETS_LOST: {
    failureType: 'config_error',
    cause: 'Kafka deleted the next messages from the topic before the connector read them.',
    remedy:
      'Keep messages longer (retention.ms). To continue with the oldest message that is left, set kafka.lost_messages to skip.',
  },
  KAFKA_UNAVAILABLE: {
    failureType: 'transient_error',
    cause: 'For more than ten minutes, the brokers did not answer or the group did not settle.',
    remedy: 'Run again. Reading continues at the offsets of the group, which cover only stored messages.',
  },
} as const;

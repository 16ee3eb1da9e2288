// Every failure that a user can meet: a closed table of codes, each with its Airbyte failure type, its cause and its remedy.
// `npm run build` writes docs/reference/errors.md from it.

/** How a failure ends: the user fixes it (config), it passes (transient), or a program needs a fix (system). Airbyte protocol, AirbyteErrorTraceMessage. */
export type FailureType = 'config_error' | 'transient_error' | 'system_error';

type ErrorEntry = { readonly failureType: FailureType; readonly cause: string; readonly remedy: string };

const config = of('config_error');
const transient = of('transient_error');
const system = of('system_error');

/** `cause` and `remedy` are for docs/reference/errors.md. The message of a particular failure names the object. */
function of(failureType: FailureType) {
  return (cause: string, remedy: string): ErrorEntry => ({ failureType, cause, remedy });
}

export const ERROR_CODES = {
  CONFIG_INVALID: config(
    'The configuration does not match the connector’s specification.',
    'Correct each field that the message lists; it says what to write instead.',
  ),
  CATALOG_INVALID: config(
    'The configured catalog is malformed, or asks for a stream or a sync mode that does not exist.',
    'Run discover again, and configure only the streams and modes that it lists.',
  ),
  STATE_INVALID: config(
    'The saved state is malformed or was written by a newer version of the connector.',
    'Upgrade the connector, or reset the stream to read it from the start.',
  ),
  USAGE_INVALID: config(
    'The command line is wrong, or a file named on it cannot be read.',
    'Run the connector with --help to see its verbs and options.',
  ),
  POLICY_INSUFFICIENT: config(
    'The policy given to `policy validate` is malformed, open to the world, or does not allow what a sync needs.',
    'Fix the findings that the verb lists. If the policy can be read, --fix prints a corrected policy.',
  ),
  S3_ACCESS_DENIED: config(
    'S3 refused the request for these credentials.',
    'Grant the IAM action named in the message on the resource named in it.',
  ),
  S3_CREDENTIALS_INVALID: config(
    'The access key is unknown, the secret does not match it, or no credentials were found.',
    'Correct the access key ID and the secret, or choose another kind of credentials.',
  ),
  S3_CREDENTIALS_EXPIRED: config(
    'The session token has expired or is not valid.',
    'Get new temporary credentials, or use a role that the connector assumes itself.',
  ),
  S3_ROLE_REFUSED: config(
    'STS does not let the credentials assume the configured role.',
    'Allow sts:AssumeRole for this principal in the role’s trust policy, and check the external ID.',
  ),
  S3_BUCKET_MISSING: config('The bucket does not exist.', 'Correct the bucket name or create the bucket.'),
  S3_REGION_WRONG: config('The bucket is in another region.', 'Set the region to the one that the message names.'),
  S3_KMS_DENIED: config(
    'The credentials may not use the KMS key, or the key is disabled or does not exist.',
    'Grant kms:GenerateDataKey and kms:Decrypt on the key to this principal.',
  ),
  S3_REQUEST_REFUSED: config(
    'S3 refused the request as not valid for this bucket or endpoint.',
    'Look up the S3 error code in the message. The endpoint may not support an option that you use.',
  ),
  S3_CLOCK_SKEWED: config(
    'The clock of this machine differs too much from the clock of S3.',
    'Synchronise the clock with NTP.',
  ),
  S3_ENDPOINT_UNREACHABLE: config(
    'The endpoint’s name does not resolve, nothing listens at its port, or its TLS certificate is not trusted.',
    'Correct the endpoint. For a private certificate authority, set NODE_EXTRA_CA_CERTS to its file.',
  ),
  HOSTED_MODE_REFUSED: config(
    'The platform runs the connector in hosted mode (S3_CONNECTORS_HOSTED), which connects only to public addresses, over TLS and without a proxy.',
    'Use a storage with a public https endpoint. On your own machine, unset the variable.',
  ),
  S3_UNAVAILABLE: transient(
    'S3 throttled or failed requests, or lost connections, for longer than the retry budget.',
    'Run again. The data that was acknowledged is stored.',
  ),
  S3_ANSWER_INVALID: config(
    'The server that answered does not speak S3. For example, it sent a proxy’s HTML page or a listing that breaks S3’s rules.',
    'Check the endpoint and the proxy settings.',
  ),
  S3_OBJECT_CHANGED: transient(
    'An object was replaced or deleted while the connector read it.',
    'Run again. The next run reads the new version from its start.',
  ),
  S3_OBJECT_CONFLICT: transient(
    'Another run wrote the same object at the same time.',
    'Let only one run at a time write to that key, and run again.',
  ),
  FILE_UNREADABLE: config(
    'A file is damaged or encrypted, or has a format that the connector cannot read exactly.',
    'Replace or remove the file that the message names.',
  ),
  BUCKET_DOCUMENT_INVALID: config(
    'A document below `_manifests/`, `_schemas/` or `_runs/` is damaged, was copied from another prefix, or names objects that this connector did not write.',
    'The connector deletes nothing that it names. Remove the document that the message names, as docs/troubleshooting.md describes.',
  ),
  TABLE_FORMAT_UNSUPPORTED: config(
    'The folder is a Delta, Iceberg or Hudi table, whose plain files still contain deleted rows.',
    'Read it with a connector for that table format, or export it as plain files.',
  ),
  PARTITION_VALUE_INVALID: config(
    'The value of a partition folder does not match the declared type of its column.',
    'Correct the folder name, or declare the column as a string.',
  ),
  INPUT_INVALID: system(
    'A line on standard input is not a valid Airbyte message.',
    'Correct the program that writes the input. The message names the line number.',
  ),
  RECORDS_REJECTED: config(
    'More records break their schema than the configuration allows.',
    'Correct the source, then reset the stream. Unless invalid_records is fail, the rejected records are stored below _rejected/.',
  ),
  STREAM_INCOMPLETE: transient(
    'The input ended before the source reported that a replaced stream is complete, or parts of a run are missing.',
    'Run again; the previous data stays current. If the error comes back, the source does not report completion: it must send STREAM_STATUS COMPLETE, or a STATE after its last record. You can also append to the stream instead.',
  ),
  REPLACEMENT_REFUSED: config(
    'The new data of a replaced stream is much smaller than the old data, has too many files, or comes from a run of several writers that began before another run replaced the stream.',
    'The previous data stays current. Correct the source, or raise max_shrink_percent or max_memory_mb. Abort an older run with commit --abort, and start a new one.',
  ),
  ENGINE_MEMORY_EXCEEDED: config(
    'A value, a page or the footer of a file needs more memory than max_memory_mb allows.',
    'Raise max_memory_mb.',
  ),
  ENGINE_FAILED: system(
    'The query engine failed unexpectedly.',
    'Report the message as a defect. Other streams are not affected.',
  ),
  TEMP_FOLDER_UNUSABLE: config(
    'The folder for temporary files is full, read-only, missing, not accessible, too small or in memory.',
    'Follow the message: free some space, or create the folder or allow access to it. You can also set another folder with spool_dir or TMPDIR.',
  ),
  KAFKA_UNREACHABLE: config(
    'No broker answers: its name does not resolve, nothing listens at its port, or only one side uses TLS.',
    'Correct kafka.brokers, kafka.tls or kafka.sasl. The message names the cause.',
  ),
  KAFKA_CREDENTIALS_INVALID: config(
    'A broker refused the login, or does not support its mechanism.',
    'Correct kafka.sasl: the mechanism, the user and the password.',
  ),
  KAFKA_ACCESS_DENIED: config(
    'The user may not read the topic, or may not use the consumer group.',
    'Allow this user Read and Describe on the topics, and Read on the group.',
  ),
  KAFKA_TOPIC_MISSING: config(
    'A topic does not exist, or the user may not see it.',
    'Correct kafka.topics, create the topic, or allow Describe on it.',
  ),
  KAFKA_REQUEST_REFUSED: config(
    'A broker refused a request, and a retry cannot succeed. For example, the group uses another protocol, or the broker lacks an API.',
    'Look up the Kafka error code in the message.',
  ),
  KAFKA_OFFSETS_LOST: config(
    'Kafka deleted the next messages from the topic before the connector read them.',
    'Keep messages longer (retention.ms). To continue with the oldest message that is left, set kafka.lost_messages to skip.',
  ),
  KAFKA_UNAVAILABLE: transient(
    'For more than ten minutes, the brokers did not answer or the group did not settle.',
    'Run again. Reading continues at the offsets of the group, which cover only stored messages.',
  ),
  DATA_STALE: transient(
    'The newest data below the prefix is older than `status --max-age` allows.',
    'Check that the sync runs, and read its log. The report names the stale data.',
  ),
  OUTPUT_CLOSED: transient(
    'The program that reads the connector’s output exited, or read nothing after the connector was stopped, or standard output cannot be written.',
    'Check the log of the reading program, or the disk that the output goes to. Standard error names the cause.',
  ),
  NODE_OUTDATED: config(
    'The connector was started with a Node.js version older than 24.',
    'Install Node.js 24 or newer, or use the image, which includes it.',
  ),
  UNEXPECTED: system('The connector has a defect.', 'Report the defect with the stack trace from the log.'),
};

export type ErrorCode = keyof typeof ERROR_CODES;

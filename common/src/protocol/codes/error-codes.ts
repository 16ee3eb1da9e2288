// Every failure that a user can meet: a closed table of codes, each with its Airbyte failure type, its cause and its remedy.
// `npm run build` writes docs/reference/errors.md from it.
import { kafkaCodes } from './kafka-codes.ts';

/** How a failure ends: the user fixes it (config), it passes (transient), or a program needs a fix (system). Airbyte protocol, AirbyteErrorTraceMessage. */
export type FailureType = 'config_error' | 'transient_error' | 'system_error';

type ErrorEntry = { readonly failureType: FailureType; readonly cause: string; readonly remedy: string };

/** `cause` and `remedy` are for docs/reference/errors.md. The message of a particular failure names the object. */
export const ERROR_CODES = {
  CONFIG_INVALID: {
    failureType: 'config_error',
    cause: 'The configuration does not match the connector’s specification.',
    remedy: 'Correct each field that the message lists; it says what to write instead.',
  },
  CATALOG_INVALID: {
    failureType: 'config_error',
    cause: 'The configured catalog is malformed, or asks for a stream or a sync mode that does not exist.',
    remedy: 'Run discover again, and configure only the streams and modes that it lists.',
  },
  STATE_INVALID: {
    failureType: 'config_error',
    cause: 'The saved state is malformed or was written by a newer version of the connector.',
    remedy: 'Upgrade the connector, or reset the stream to read it from the start.',
  },
  USAGE_INVALID: {
    failureType: 'config_error',
    cause: 'The command line is wrong, or a file named on it cannot be read.',
    remedy: 'Run the connector with --help to see its verbs and options.',
  },
  POLICY_INSUFFICIENT: {
    failureType: 'config_error',
    cause:
      'The policy given to `policy validate` is malformed, open to the world, or does not allow what a sync needs.',
    remedy: 'Fix the findings that the verb lists, or print a corrected policy with --fix.',
  },
  S3_ACCESS_DENIED: {
    failureType: 'config_error',
    cause: 'S3 refused the request for these credentials.',
    remedy: 'Grant the IAM action named in the message on the resource named in it.',
  },
  S3_CREDENTIALS_INVALID: {
    failureType: 'config_error',
    cause: 'The access key is unknown, the secret does not match it, or no credentials were found.',
    remedy: 'Correct the access key ID and the secret, or choose another kind of credentials.',
  },
  S3_CREDENTIALS_EXPIRED: {
    failureType: 'config_error',
    cause: 'The session token has expired or is not valid.',
    remedy: 'Get new temporary credentials, or use a role that the connector assumes itself.',
  },
  S3_ROLE_REFUSED: {
    failureType: 'config_error',
    cause: 'STS does not let the credentials assume the configured role.',
    remedy: 'Allow sts:AssumeRole for this principal in the role’s trust policy, and check the external ID.',
  },
  S3_BUCKET_MISSING: {
    failureType: 'config_error',
    cause: 'The bucket does not exist.',
    remedy: 'Correct the bucket name or create the bucket.',
  },
  S3_REGION_WRONG: {
    failureType: 'config_error',
    cause: 'The bucket is in another region.',
    remedy: 'Set the region to the one that the message names.',
  },
  S3_KMS_DENIED: {
    failureType: 'config_error',
    cause: 'The credentials may not use the KMS key, or the key is disabled or does not exist.',
    remedy: 'Grant kms:GenerateDataKey and kms:Decrypt on the key to this principal.',
  },
  S3_REQUEST_REFUSED: {
    failureType: 'config_error',
    cause: 'S3 refused the request as not valid for this bucket or endpoint.',
    remedy: 'Look up the S3 error code in the message. The endpoint may not support an option that you use.',
  },
  S3_CLOCK_SKEWED: {
    failureType: 'config_error',
    cause: 'The clock of this machine differs too much from the clock of S3.',
    remedy: 'Synchronise the clock with NTP.',
  },
  S3_ENDPOINT_UNREACHABLE: {
    failureType: 'config_error',
    cause: 'The endpoint’s name does not resolve, nothing listens at its port, or its TLS certificate is not trusted.',
    remedy: 'Correct the endpoint. For a private certificate authority, set NODE_EXTRA_CA_CERTS to its file.',
  },
  HOSTED_MODE_REFUSED: {
    failureType: 'config_error',
    cause:
      'The platform runs the connector in hosted mode (S3_CONNECTORS_HOSTED), which connects only to public addresses, over TLS and without a proxy.',
    remedy: 'Use a storage with a public https endpoint. On your own machine, unset the variable.',
  },
  S3_UNAVAILABLE: {
    failureType: 'transient_error',
    cause: 'S3 throttled or failed requests, or lost connections, for longer than the retry budget.',
    remedy: 'Run again. The data that was acknowledged is stored.',
  },
  S3_ANSWER_INVALID: {
    failureType: 'config_error',
    cause:
      'The server that answered does not speak S3. For example, it sent a proxy’s HTML page or a listing that breaks S3’s rules.',
    remedy: 'Check the endpoint and the proxy settings.',
  },
  S3_OBJECT_CHANGED: {
    failureType: 'transient_error',
    cause: 'An object was replaced or deleted while the connector read it.',
    remedy: 'Run again. The next run reads the new version from its start.',
  },
  S3_OBJECT_CONFLICT: {
    failureType: 'transient_error',
    cause: 'Another run wrote the same object at the same time.',
    remedy: 'Let only one run at a time write to that key, and run again.',
  },
  FILE_UNREADABLE: {
    failureType: 'config_error',
    cause: 'A file is damaged or encrypted, or has a format that the connector cannot read exactly.',
    remedy: 'Replace or remove the file that the message names.',
  },
  BUCKET_DOCUMENT_INVALID: {
    failureType: 'config_error',
    cause:
      'A document below `_manifests/`, `_schemas/` or `_runs/` is damaged, was copied from another prefix, or names objects that this connector did not write.',
    remedy:
      'The connector deletes nothing that it names. Remove the document that the message names, as docs/troubleshooting.md describes.',
  },
  TABLE_FORMAT_UNSUPPORTED: {
    failureType: 'config_error',
    cause: 'The folder is a Delta, Iceberg or Hudi table, whose plain files still contain deleted rows.',
    remedy: 'Read it with a connector for that table format, or export it as plain files.',
  },
  PARTITION_VALUE_INVALID: {
    failureType: 'config_error',
    cause: 'The value of a partition folder does not match the declared type of its column.',
    remedy: 'Correct the folder name, or declare the column as a string.',
  },
  INPUT_INVALID: {
    failureType: 'system_error',
    cause: 'A line on standard input is not a valid Airbyte message.',
    remedy: 'Correct the program that writes to the connector. The message names the line number.',
  },
  RECORDS_REJECTED: {
    failureType: 'config_error',
    cause: 'More records break their schema than the configuration allows.',
    remedy:
      'Correct the source, then reset the stream. Unless invalid_records is fail, the rejected records are stored below _rejected/.',
  },
  STREAM_INCOMPLETE: {
    failureType: 'transient_error',
    cause:
      'The input ended before the source reported that a replaced stream is complete, or parts of a run are missing.',
    remedy:
      'Run again; the previous data stays current. If the error comes back, the source does not report completion: it must send STREAM_STATUS COMPLETE, or a STATE after its last record. You can also append to the stream instead.',
  },
  REPLACEMENT_REFUSED: {
    failureType: 'config_error',
    cause:
      'The new data of a replaced stream is much smaller than the old data, has too many files, or comes from a run of several writers that began before another run replaced the stream.',
    remedy:
      'The previous data stays current. Correct the source, or raise max_shrink_percent or max_memory_mb. Abort an older run with commit --abort, and start a new one.',
  },
  ENGINE_MEMORY_EXCEEDED: {
    failureType: 'config_error',
    cause: 'A value, a page or the footer of a file needs more memory than max_memory_mb allows.',
    remedy: 'Raise max_memory_mb.',
  },
  ENGINE_FAILED: {
    failureType: 'system_error',
    cause: 'The query engine failed unexpectedly.',
    remedy: 'Report the message as a defect. Other streams are not affected.',
  },
  TEMP_FOLDER_UNUSABLE: {
    failureType: 'config_error',
    cause: 'The folder for temporary files is full, read-only, missing, not accessible, too small or in memory.',
    remedy:
      'Follow the message: free some space, or create the folder or allow access to it. You can also set another folder with spool_dir or TMPDIR.',
  },
  ...kafkaCodes,
  DATA_STALE: {
    failureType: 'transient_error',
    cause: 'The newest data below the prefix is older than `status --max-age` allows.',
    remedy: 'Check that the sync runs, and read its log. The report names the stale data.',
  },
  OUTPUT_CLOSED: {
    failureType: 'transient_error',
    cause:
      'The program that reads the connector’s output exited, or read nothing after the connector was stopped, or standard output cannot be written.',
    remedy:
      'Check the log of the reading program, or the disk that the output goes to. Standard error names the cause.',
  },
  NODE_OUTDATED: {
    failureType: 'config_error',
    cause: 'The connector was started with a Node.js version older than 24.',
    remedy: 'Install Node.js 24 or newer, or use the image, which includes it.',
  },
  UNEXPECTED: {
    failureType: 'system_error',
    cause: 'The connector has a defect.',
    remedy: 'Report the defect with the stack trace from the log.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;

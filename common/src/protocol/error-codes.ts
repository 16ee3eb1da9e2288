// Every failure a user can meet: a closed table of codes, each with its Airbyte failure type, its cause and its remedy.
// docs/errors.md is held equal to this table by a test.
import { kafkaCodes } from './kafka-codes.ts';

/** Who can act on a failure: the user (config), time (transient), or we (system). Airbyte protocol, AirbyteErrorTraceMessage. */
export type FailureType = 'config_error' | 'transient_error' | 'system_error';

type ErrorEntry = { readonly failureType: FailureType; readonly cause: string; readonly remedy: string };

/** The closed list. `cause` and `remedy` are for docs/errors.md; the message of a particular failure names the object. */
export const ERROR_CODES = {
  CONFIG_INVALID: {
    failureType: 'config_error',
    cause: 'The configuration does not fit the connector’s specification.',
    remedy: 'The message lists every mistake with its path and what to write instead.',
  },
  CATALOG_INVALID: {
    failureType: 'config_error',
    cause: 'The configured catalog is malformed, or asks for a stream or a sync mode that does not exist.',
    remedy: 'Run discover again and configure only streams and modes it lists.',
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
    remedy: 'Fix what the verb lists, or let it print a corrected policy (--fix).',
  },
  S3_ACCESS_DENIED: {
    failureType: 'config_error',
    cause: 'S3 refused the request for these credentials.',
    remedy: 'Grant the IAM action named in the message on the resource named in it.',
  },
  S3_CREDENTIALS_INVALID: {
    failureType: 'config_error',
    cause: 'The access key is unknown, the secret does not match it, or no credentials were found.',
    remedy: 'Correct the key and the secret, or choose another kind of credentials.',
  },
  S3_CREDENTIALS_EXPIRED: {
    failureType: 'config_error',
    cause: 'The session token has expired or is not valid.',
    remedy: 'Get new temporary credentials, or use a role that the connector assumes itself.',
  },
  S3_ROLE_REFUSED: {
    failureType: 'config_error',
    cause: 'STS would not let the credentials assume the configured role.',
    remedy: 'Allow sts:AssumeRole for this principal in the role’s trust policy and check the external id.',
  },
  S3_BUCKET_MISSING: {
    failureType: 'config_error',
    cause: 'The bucket does not exist.',
    remedy: 'Correct the bucket name or create the bucket.',
  },
  S3_REGION_WRONG: {
    failureType: 'config_error',
    cause: 'The bucket is in another region.',
    remedy: 'Set the region that the message names.',
  },
  S3_KMS_DENIED: {
    failureType: 'config_error',
    cause: 'The KMS key may not be used, is disabled or does not exist.',
    remedy: 'Grant kms:GenerateDataKey and kms:Decrypt on the key to this principal.',
  },
  S3_REQUEST_REFUSED: {
    failureType: 'config_error',
    cause: 'S3 answered that the request is not valid for this bucket or endpoint.',
    remedy: 'Follow the S3 error code in the message; an endpoint or an option may not support what was asked.',
  },
  S3_CLOCK_SKEWED: {
    failureType: 'config_error',
    cause: 'This machine’s clock is too far from the time of S3.',
    remedy: 'Synchronise the clock (NTP).',
  },
  S3_ENDPOINT_UNREACHABLE: {
    failureType: 'config_error',
    cause: 'The endpoint’s name does not resolve, nothing listens there, or its TLS certificate is not trusted.',
    remedy: 'Correct the endpoint; behind a private authority set NODE_EXTRA_CA_CERTS.',
  },
  HOSTED_MODE_REFUSED: {
    failureType: 'config_error',
    cause:
      'The platform runs the connector in hosted mode (S3_CONNECTORS_HOSTED), which connects to public addresses over TLS alone, without a proxy.',
    remedy: 'Use a storage with a public https endpoint; on a machine of your own, unset the variable.',
  },
  S3_UNAVAILABLE: {
    failureType: 'transient_error',
    cause: 'S3 throttled, failed or lost the connection for longer than the retry budget.',
    remedy: 'Run again; data acknowledged so far is kept.',
  },
  S3_ANSWER_INVALID: {
    failureType: 'config_error',
    cause: 'What answered does not speak S3: a proxy’s HTML page, for instance, or a listing that S3 would never give.',
    remedy: 'Check the endpoint and the proxy settings.',
  },
  S3_OBJECT_CHANGED: {
    failureType: 'transient_error',
    cause: 'An object was replaced or deleted while it was being read.',
    remedy: 'Run again; the new version is then read whole.',
  },
  S3_OBJECT_CONFLICT: {
    failureType: 'transient_error',
    cause: 'Another run wrote the same object at the same time.',
    remedy: 'Let only one run at a time write there, and run again.',
  },
  FILE_UNREADABLE: {
    failureType: 'config_error',
    cause: 'A file is damaged, encrypted, or of a form that cannot be read exactly.',
    remedy: 'Replace or remove the file that the message names.',
  },
  BUCKET_DOCUMENT_INVALID: {
    failureType: 'config_error',
    cause:
      'A document below `_manifests/`, `_schemas/` or `_runs/` is damaged, was copied from another prefix, or names objects that are not this connector’s.',
    remedy: 'Nothing is deleted on its word. Clear what the message names, as docs/troubleshooting.md describes.',
  },
  TABLE_FORMAT_UNSUPPORTED: {
    failureType: 'config_error',
    cause: 'The folder is a Delta, Iceberg or Hudi table; its plain files hold deleted rows.',
    remedy: 'Read it with a connector for that table format, or export it as plain files.',
  },
  PARTITION_VALUE_INVALID: {
    failureType: 'config_error',
    cause: 'A partition folder’s value does not fit the type declared for its column.',
    remedy: 'Correct the folder name or declare the column as a string.',
  },
  INPUT_INVALID: {
    failureType: 'system_error',
    cause: 'A line on standard input is not a valid Airbyte message.',
    remedy: 'Look at the program that writes to the connector; the message names the line number.',
  },
  RECORDS_REJECTED: {
    failureType: 'config_error',
    cause: 'Too many records break their schema.',
    remedy:
      'Correct the source, then reset the stream; unless invalid_records is fail, the rejected records are stored below _rejected/.',
  },
  STREAM_INCOMPLETE: {
    failureType: 'transient_error',
    cause: 'The input ended before a stream was known to be complete that has to be, or parts of a run are missing.',
    remedy:
      'Run again; what was there before is kept. If it fails the same way, the source does not say that the stream is complete: it must send STREAM_STATUS COMPLETE, or a STATE after its last record. Or append to the stream instead.',
  },
  REPLACEMENT_REFUSED: {
    failureType: 'config_error',
    cause:
      'The new data of a stream that is to be replaced is much smaller than the old, or has too many files, or another run replaced the stream after this one of several writers had begun.',
    remedy:
      'What was there before is kept. Correct the source, or raise max_shrink_percent or max_memory_mb; give an older run up (commit --abort) and begin a new one.',
  },
  ENGINE_MEMORY_EXCEEDED: {
    failureType: 'config_error',
    cause: 'A value, a page or the footer of a file needs more memory than max_memory_mb allows.',
    remedy: 'Raise max_memory_mb.',
  },
  ENGINE_FAILED: {
    failureType: 'system_error',
    cause: 'The query engine failed in a way it should not.',
    remedy: 'Report it with the message; other streams are not affected.',
  },
  TEMP_FOLDER_UNUSABLE: {
    failureType: 'config_error',
    cause: 'The folder for temporary files is full, read-only, missing, forbidden, too small or in memory.',
    remedy: 'Do what the message says: free space, create or allow the folder; or set another by spool_dir or TMPDIR.',
  },
  ...kafkaCodes,
  DATA_STALE: {
    failureType: 'transient_error',
    cause: 'The newest data below the prefix is older than `status --max-age` allows.',
    remedy: 'Look whether the sync runs and what its log says; the report names what is stale.',
  },
  OUTPUT_CLOSED: {
    failureType: 'transient_error',
    cause: 'The program that reads the connector’s output went away, or standard output cannot be written.',
    remedy: 'Look at the reading program’s log, or at the disk that the output goes to; standard error has the reason.',
  },
  NODE_OUTDATED: {
    failureType: 'config_error',
    cause: 'The connector was started on a Node.js that is older than 24.',
    remedy: 'Install Node.js 24 or newer, or use the image, which has its own.',
  },
  UNEXPECTED: {
    failureType: 'system_error',
    cause: 'A defect of the connector.',
    remedy: 'Report it with the stack trace from the log.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERROR_CODES;

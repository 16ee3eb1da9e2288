// The table of S3's refusals: error code (or code@operation, which comes first) → our code and the text for the user. The text
// follows "Could not read s3://bucket/key: " and ends with the remedy.
// Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
import { neededActions, neededKeyAction, neededResource } from '../address/operation.ts';
import { aclRefused, classRefused, rowByHeader, tagsRefused } from './header-refusals.ts';
import { answerName } from './failure.ts';
import { row, said, type S3Refusal, type RefusalRow } from './refusal.ts';

const denied = row('S3_ACCESS_DENIED', ({ answer, target }) => {
  const named = deniedAction(answer.text);
  const action = named?.action ?? neededActions(target);
  const resource = named?.resource ?? neededResource(target);
  return `access denied${deniedBy(answer.text, `${action} on ${resource}`)}${perhapsOtherOwner({ answer, target })}`;
});

/** S3 refuses a bucket of another owner without a reason. A refusal with a reason has another cause. */
function perhapsOtherOwner({ answer, target: { bucket, expectedBucketOwner } }: S3Refusal): string {
  if (expectedBucketOwner === undefined || answer.text.includes('not authorized to perform')) return '';
  return `. S3 gives the same answer if the bucket "${bucket}" does not belong to the account ${expectedBucketOwner}: check "expected_bucket_owner"`;
}

/** The policy that denies the request, by AWS's wording. Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html */
const deniers: readonly (readonly [words: RegExp, remedy: (what: string) => string])[] = [
  [
    /explicit deny in (?:a|the) resource-based policy/u,
    (what) => ` by a Deny statement in the bucket’s policy. Exclude these credentials from that statement, for ${what}`,
  ],
  [
    /explicit deny in an identity-based policy/u,
    (what) =>
      ` by a Deny statement in the IAM policies of these credentials. Remove or narrow that statement, for ${what}`,
  ],
  [
    /(service|resource) control policy/u,
    (what) => ` by a control policy of the AWS organization. Ask its administrators to allow ${what}`,
  ],
  [/permissions boundary/u, (what) => ` by the permissions boundary of these credentials. Allow ${what} in it`],
  [/session policy/u, (what) => ` by the policy of this session. Allow ${what} in it`],
  [/VPC endpoint policy/u, (what) => ` by the policy of the VPC endpoint. Allow ${what} in it`],
];

function deniedBy(text: string, what: string): string {
  const remedy = deniers.find(([words]) => words.test(text))?.[1];
  if (remedy !== undefined) return remedy(what);
  const allow = `. Allow ${what} for these credentials, in their IAM policy or the bucket policy`;
  // AWS gives reasons only within an account.
  return text.includes('not authorized to perform')
    ? allow
    : `${allow} (in both, if the bucket belongs to another account)`;
}

const deniedOrMissing = row(denied.code, (refusal) => {
  return `${denied.say(refusal)}; without s3:ListBucket, S3 gives the same answer for an object that does not exist`;
});

const unsigned = row(
  'S3_CREDENTIALS_INVALID',
  'S3 rejected the request’s signature. Correct the credentials, or choose another kind',
);

const accountClosed = row('S3_CREDENTIALS_INVALID', ({ answer }) => {
  return `the account of the credentials cannot use S3${said(answer.text)}. Contact AWS support`;
});

const expired = row(
  'S3_CREDENTIALS_EXPIRED',
  'the session token has expired. Get new temporary credentials, or use an IAM role, whose session renews itself',
);

const bucketMissing = row('S3_BUCKET_MISSING', ({ target: { bucket, endpoint } }) => {
  const place = endpoint === undefined ? '' : ` at ${endpoint}`;
  const letters = /[A-Z]/u.test(bucket) ? ' (names of buckets usually have no capital letters)' : '';
  return `the bucket "${bucket}" does not exist${place}. Correct "bucket"${letters}, or create it`;
});

const wrongRegion = row('S3_REGION_WRONG', ({ answer, target: { bucket, region } }) =>
  answer.region === undefined || answer.region === region
    ? `the bucket "${bucket}" is not in the region ${region}. Set "region" to the region in the bucket’s properties`
    : `the bucket "${bucket}" is in ${answer.region}, not in ${region}. Set "region" to "${answer.region}"`,
);

const clockSkewed = row('S3_CLOCK_SKEWED', ({ answer: { serverTime } }) => {
  const theirs = serverTime === undefined ? '' : ` (S3’s time is ${serverTime})`;
  return `the clock of this machine differs from the clock of S3 by more than 15 minutes${theirs}. Synchronise it with NTP`;
});

const changed = row('S3_OBJECT_CHANGED', 'it was replaced or deleted after the connector listed it. Run again');

const kmsDenied = row('S3_KMS_DENIED', ({ answer, target }) => {
  const named = deniedAction(answer.text);
  const key = named?.resource ?? target.kmsKeyId ?? 'the key that encrypts the bucket';
  return `these credentials may not use its KMS key${said(answer.text)}. Allow ${named?.action ?? neededKeyAction(target)} on ${key} for these credentials`;
});

const kmsUnusable = row('S3_KMS_DENIED', ({ answer, target }) => {
  return `the KMS key ${target.kmsKeyId ?? 'of the bucket'} cannot be used${said(answer.text)}. Enable it, or choose a key in the bucket’s region`;
});

const refused = row('S3_REQUEST_REFUSED', ({ answer, target: { endpoint } }) => {
  const remedy =
    endpoint === undefined
      ? 'Look up the code in the S3 documentation'
      : `Check whether ${endpoint} supports the request`;
  return `refused with ${answerName(answer)}${said(answer.text)}. ${remedy}`;
});

const rows: Readonly<Record<string, RefusalRow>> = {
  AccessDenied: denied,
  'AccessDenied@HeadObject': deniedOrMissing,
  'AccessDenied@GetObject': deniedOrMissing,
  AccessControlListNotSupported: aclRefused,
  AccountProblem: accountClosed,
  AllAccessDisabled: accountClosed,
  AuthorizationHeaderMalformed: wrongRegion,
  ExpiredToken: expired,
  IllegalLocationConstraintException: wrongRegion,
  InvalidAccessKeyId: row(
    'S3_CREDENTIALS_INVALID',
    'the access key ID is unknown. Correct "access_key_id": the key may be deleted, or belong to another storage',
  ),
  InvalidBucketName: bucketMissing,
  InvalidObjectState: row(
    'S3_REQUEST_REFUSED',
    'it is archived (a Glacier class). Restore it, or move it out of the prefix',
  ),
  InvalidRange: changed,
  InvalidSecurity: unsigned,
  InvalidStorageClass: classRefused,
  InvalidTag: tagsRefused,
  InvalidToken: row(
    'S3_CREDENTIALS_EXPIRED',
    'the session token is not valid. Correct "session_token", which belongs to one access key. Leave it empty for a permanent key',
  ),
  'KMS.AccessDeniedException': kmsDenied,
  MissingSecurityHeader: unsigned,
  NoSuchBucket: bucketMissing,
  NoSuchKey: changed,
  'NoSuchKey@ListObjectsV2': bucketMissing,
  NoSuchVersion: changed,
  NotSignedUp: accountClosed,
  PermanentRedirect: wrongRegion,
  PreconditionFailed: row(
    'S3_OBJECT_CONFLICT',
    'another run wrote it at the same time. Let only one run at a time write there, and run again',
  ),
  'PreconditionFailed@GetObject': changed,
  RequestExpired: clockSkewed,
  RequestTimeTooSkewed: clockSkewed,
  SignatureDoesNotMatch: row(
    'S3_CREDENTIALS_INVALID',
    'the secret does not match the access key ID. Correct "secret_access_key"',
  ),
  TemporaryRedirect: wrongRegion,
  TokenRefreshRequired: expired,
  UnauthorizedAccess: unsigned,
};

/** The codes by status, for an answer without an error code, as to a HEAD. */
const codeByStatus: Readonly<Record<number, string>> = {
  301: 'PermanentRedirect',
  307: 'TemporaryRedirect',
  401: 'InvalidSecurity',
  403: 'AccessDenied',
  404: 'NoSuchKey',
  412: 'PreconditionFailed',
  416: 'InvalidRange',
};

export function rowFor({ answer, target }: S3Refusal): RefusalRow {
  const code = answer.code === '' ? (codeByStatus[answer.status] ?? '') : answer.code;
  if (code.startsWith('KMS.')) return rows[code] ?? kmsUnusable;
  if (code === 'AccessDenied' && answer.text.includes('kms:')) return kmsDenied;
  const own = rows[`${code}@${target.operation}`] ?? rows[code];
  if (own !== undefined) return own;
  // A 400 to a HEAD has only the region.
  const elsewhere = answer.region !== undefined && answer.region !== target.region;
  if (code === '' && answer.status === 400 && elsewhere) return wrongRegion;
  return rowByHeader({ answer, target }) ?? refused;
}

/** Whether the code alone explains the failure. */
export function isExplained(code: string): boolean {
  return rows[code] !== undefined || code.startsWith('KMS.');
}

/** The action and resource that AWS names: `User: arn:… is not authorized to perform: s3:PutObject on resource: "arn:…" because …` */
export function deniedAction(text: string): { readonly action: string; readonly resource: string } | undefined {
  const [, action, resource] = /not authorized to perform: (\w+:\w+) on resource: "?([^\s"]+)/u.exec(text) ?? [];
  return action === undefined || resource === undefined ? undefined : { action, resource };
}

// Policies as people break them. Each is the policy of a bucket for the streaming destination with one thing typed otherwise
// (`from` → `to` in its text), or a text of its own, and the codes that explain it, in the order of the text.
import type { FindingCode } from '@s3-connectors/common/permissions/validate/finding.ts';

import { user } from '../../support/models/iam.ts';

export const goodPolicy = `{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "List",
      "Effect": "Allow",
      "Principal": { "AWS": "${user}" },
      "Action": "s3:ListBucket",
      "Resource": "arn:aws:s3:::publisher-data",
      "Condition": { "StringLike": { "s3:prefix": ["permutive/", "permutive/*"] } }
    },
    {
      "Sid": "Read",
      "Effect": "Allow",
      "Principal": { "AWS": "${user}" },
      "Action": ["s3:GetObject", "s3:DeleteObject"],
      "Resource": "arn:aws:s3:::publisher-data/permutive/*"
    },
    {
      "Sid": "Write",
      "Effect": "Allow",
      "Principal": { "AWS": "${user}" },
      "Action": ["s3:PutObject", "s3:PutObjectAcl"],
      "Resource": "arn:aws:s3:::publisher-data/permutive/*",
      "Condition": { "StringEquals": { "s3:x-amz-acl": "bucket-owner-full-control" } }
    }
  ]
}
`;

type Broken = readonly [name: string, from: string, to: string, codes: readonly FindingCode[]];

const bucket = '"arn:aws:s3:::publisher-data",';
const writes = `"Action": ["s3:PutObject", "s3:PutObjectAcl"],
      "Resource": "arn:aws:s3:::publisher-data/permutive/*"`;
const read = '"s3:GetObject", "s3:DeleteObject"';
const acl = '{ "StringEquals": { "s3:x-amz-acl": "bucket-owner-full-control" } }';
const end = '    }\n  ]\n}';
const after = (statement: string): string => `    },\n    ${statement}\n  ]\n}`;

export const brokenPolicies: readonly Broken[] = [
  [
    'a comma that is missing',
    '"Effect": "Allow",\n      "Principal"',
    '"Effect": "Allow"\n      "Principal"',
    ['JSON_INVALID'],
  ],
  ['a comma too many', 'publisher-data/permutive/*"\n    },', 'publisher-data/permutive/*",\n    },', ['JSON_INVALID']],
  ['a bracket that is missing', end, '    }\n  ]\n', ['JSON_INVALID']],
  ['a quote that is missing', '"s3:ListBucket"', '"s3:ListBucket', ['JSON_INVALID']],
  ['quotes of a word processor', '"Sid": "List"', '“Sid”: “List”', ['JSON_INVALID']],
  ['single quotes', '"Sid": "List"', "'Sid': 'List'", ['JSON_INVALID']],
  ['a comment', '      "Sid": "List"', '      // lists\n      "Sid": "List"', ['JSON_INVALID']],
  ['a key that stands twice', '"Sid": "List"', '"Sid": "List", "Sid": "Lister"', ['KEY_TWICE']],
  ['a version of its own', '2012-10-17', '2026-01-15', ['VERSION_WRONG']],
  ['statements in the plural', '"Statement": [', '"Statements": [', ['STATEMENT_MISSING', 'ELEMENT_UNKNOWN']],
  [
    'an element in the plural',
    '"Action": "s3:ListBucket"',
    '"Actions": "s3:ListBucket"',
    ['ACTION_MISSING', 'ELEMENT_MISSING', 'ELEMENT_UNKNOWN'],
  ],
  [
    'an effect in small letters',
    '"Sid": "List",\n      "Effect": "Allow"',
    '"Sid": "List",\n      "Effect": "allow"',
    ['ACTION_MISSING', 'EFFECT_WRONG'],
  ],
  [
    'a resource that is missing',
    '"Resource": "arn:aws:s3:::publisher-data/permutive/*"\n',
    '"Id": "x"\n',
    ['ELEMENT_MISSING', 'ELEMENT_UNKNOWN'],
  ],
  ['a Sid twice', '"Sid": "Read"', '"Sid": "List"', ['SID_TWICE']],
  ['one colon', bucket, '"arn:aws:s3:publisher-data",', ['ARN_COLONS']],
  ['two colons', bucket, '"arn:aws:s3::publisher-data",', ['ARN_COLONS']],
  ['two colons before objects', writes, writes.replace(':::', '::'), ['ARN_COLONS']],
  ['a region in the ARN', bucket, '"arn:aws:s3:eu-central-1::publisher-data",', ['ARN_REGION']],
  ['an account in the ARN', bucket, '"arn:aws:s3::111122223333:publisher-data",', ['ARN_REGION']],
  ['the partition of China', bucket, '"arn:aws-cn:s3:::publisher-data",', ['ARN_PARTITION']],
  ['an address', bucket, '"s3://publisher-data",', ['ARN_FORM']],
  ['a name alone', bucket, '"publisher-data",', ['ARN_FORM']],
  ['another bucket', bucket, '"arn:aws:s3:::publisher-date",', ['BUCKET_WRONG']],
  ['a placeholder', bucket, '"arn:aws:s3:::YOUR_BUCKET_NAME",', ['BUCKET_WRONG']],
  ['a slash too many', writes, writes.replace('data/', 'data//'), ['ARN_SLASH']],
  ['objects without /*', writes, writes.replace('/permutive/*', ''), ['OBJECT_RESOURCE_MISSING']],
  ['a folder without /*', writes, writes.replace('permutive/*', 'permutive'), ['OBJECT_RESOURCE_MISSING']],
  ['the bucket with /*', bucket, '"arn:aws:s3:::publisher-data/*",', ['BUCKET_RESOURCE_MISSING']],
  ['another prefix', writes, writes.replace('permutive/*', 'permutive/type=events/*'), ['PREFIX_OTHER']],
  ['a mistyped action', 's3:ListBucket', 's3:ListBuckets', ['ACTION_MISSING', 'ACTION_UNKNOWN']],
  ['two letters changed places', '"s3:GetObject"', '"s3:GetOjbect"', ['ACTION_MISSING', 'ACTION_UNKNOWN']],
  ['a request for an action', 's3:ListBucket', 's3:ListObjectsV2', ['ACTION_MISSING', 'ACTION_UNKNOWN']],
  ['an action without s3:', '"s3:GetObject"', '"GetObject"', ['ACTION_MISSING', 'ACTION_PREFIX']],
  ['an action of another service', read, `${read}, "kms:Decrypt"`, ['ACTION_OTHER_SERVICE']],
  ['reading left out', read, '"s3:DeleteObject"', ['ACTION_MISSING']],
  ['deleting left out', read, '"s3:GetObject"', ['ACTION_MISSING']],
  ['no leave to write', '"s3:PutObject", "s3:PutObjectAcl"', '"s3:PutObjectAcl"', ['ACTION_MISSING']],
  ['no leave for the ACL', '"s3:PutObject", "s3:PutObjectAcl"', '"s3:PutObject"', ['PUT_OBJECT_ACL_MISSING']],
  [
    'the ACL condition on reads',
    `${read}],\n      "Resource"`,
    `${read}],\n      "Condition": ${acl},\n      "Resource"`,
    ['ACL_CONDITION_MISPLACED'],
  ],
  [
    'the ACL condition on a single statement for all',
    '"s3:PutObject", "s3:PutObjectAcl"',
    `${read}, "s3:PutObject", "s3:PutObjectAcl"`,
    ['ACL_CONDITION_MISPLACED'],
  ],
  ['an operator that shuts the ACL out', 'StringEquals', 'StringNotEquals', ['ACL_CONDITION_OPERATOR']],
  ['another ACL', '"bucket-owner-full-control"', '"bucket-owner-read"', ['ACL_CONDITION_VALUE']],
  ['a key without s3:', '"s3:x-amz-acl"', '"x-amz-acl"', ['ACL_CONDITION_KEY']],
  ['no ACL condition', `,\n      "Condition": ${acl}`, '', ['ACL_CONDITION_MISSING']],
  ['a mistyped operator', 'StringEquals', 'StringEqual', ['CONDITION_OPERATOR']],
  ['a condition without operator', acl, '{ "s3:x-amz-acl": "bucket-owner-full-control" }', ['CONDITION_OPERATOR']],
  ['a condition that is a text', acl, '"s3:x-amz-acl"', ['CONDITION_FORM']],
  ['a prefix condition without wildcards', 'StringLike', 'StringEquals', ['PREFIX_CONDITION_OPERATOR']],
  ['a prefix condition of another prefix', '["permutive/", "permutive/*"]', '"permutive"', ['PREFIX_CONDITION_VALUE']],
  [
    'a prefix condition on reads',
    `${read}],\n      "Resource"`,
    `${read}],\n      "Condition": { "StringLike": { "s3:prefix": "permutive/*" } },\n      "Resource"`,
    ['PREFIX_CONDITION_MISPLACED'],
  ],
  [
    'a condition that never holds',
    `${read}],\n      "Resource"`,
    `${read}],\n      "Condition": { "Bool": { "aws:SecureTransport": "false" } },\n      "Resource"`,
    ['CONDITION_FAILS'],
  ],
  [
    'a condition that is not known',
    `${read}],\n      "Resource"`,
    `${read}],\n      "Condition": { "IpAddress": { "aws:SourceIp": "10.0.0.0/8" } },\n      "Resource"`,
    ['NOT_JUDGED'],
  ],
  [
    'a principal that is another',
    `"Sid": "Write",\n      "Effect": "Allow",\n      "Principal": { "AWS": "${user}" }`,
    '"Sid": "Write",\n      "Effect": "Allow",\n      "Principal": { "AWS": "arn:aws:iam::111122223333:user/other" }',
    ['PRINCIPAL_OTHER'],
  ],
  [
    'a principal without AWS',
    `"Sid": "Write",\n      "Effect": "Allow",\n      "Principal": { "AWS": "${user}" }`,
    `"Sid": "Write",\n      "Effect": "Allow",\n      "Principal": "${user}"`,
    ['PRINCIPAL_FORM'],
  ],
  [
    'a principal that is an id',
    `"Sid": "Write",\n      "Effect": "Allow",\n      "Principal": { "AWS": "${user}" }`,
    '"Sid": "Write",\n      "Effect": "Allow",\n      "Principal": { "AWS": "AIDAEXAMPLEEXAMPLE123" }',
    ['PRINCIPAL_FORM'],
  ],
  [
    'a principal that is missing',
    `"Sid": "Write",\n      "Effect": "Allow",\n      "Principal": { "AWS": "${user}" },`,
    '"Sid": "Write",\n      "Effect": "Allow",',
    ['PRINCIPAL_MISSING'],
  ],
  [
    'everybody as principal',
    `"Sid": "Read",\n      "Effect": "Allow",\n      "Principal": { "AWS": "${user}" }`,
    '"Sid": "Read",\n      "Effect": "Allow",\n      "Principal": "*"',
    ['PUBLIC_ACCESS'],
  ],
  [
    'the account as principal',
    `"Sid": "Read",\n      "Effect": "Allow",\n      "Principal": { "AWS": "${user}" }`,
    '"Sid": "Read",\n      "Effect": "Allow",\n      "Principal": { "AWS": "111122223333" }',
    ['ACCOUNT_NAMED'],
  ],
  [
    'a Deny that wins',
    end,
    after(
      '{ "Effect": "Deny", "Principal": "*", "Action": "s3:DeleteObject", "Resource": "arn:aws:s3:::publisher-data/*" }',
    ),
    ['DENIED_EXPLICITLY'],
  ],
  [
    'a Deny of writes without encryption',
    end,
    after(
      '{ "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::publisher-data/*", "Condition": { "StringNotEquals": { "s3:x-amz-server-side-encryption": "aws:kms" } } }',
    ),
    ['DENIED_EXPLICITLY'],
  ],
];

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { statementsOf } from '@s3-connectors/common/permissions/document.ts';
import type { IamRequest } from '@s3-connectors/common/permissions/needs.ts';
import { simulate } from '@s3-connectors/common/permissions/simulate.ts';
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';
import * as fc from 'fast-check';

import { isAllowed, user } from '../../support/iam.ts';
import { connector, principalOf } from './samples.ts';

const acl = { 's3:x-amz-acl': 'bucket-owner-full-control' };
const resource = 'arn:aws:s3:::publisher-data/permutive/a';
const get: IamRequest = { action: 's3:GetObject', resource, context: {} };
const put: IamRequest = { action: 's3:PutObject', resource, context: acl };
const list: IamRequest = {
  action: 's3:ListBucket',
  resource: 'arn:aws:s3:::publisher-data',
  context: { 's3:prefix': 'permutive/' },
};

function verdict(request: IamRequest, ...statements: readonly JsonObject[]): string {
  const policy = { Statement: statements.map((statement) => ({ Effect: 'Allow', Resource: '*', ...statement })) };
  const asker = { principal: connector, region: 'eu-central-1' };
  const { result, by } = simulate(statementsOf(policy), request, asker);
  return by === undefined ? result : `${result} by ${by.number}`;
}

const anyone = { Principal: '*', Action: 's3:*' };

suite('a request is', () => {
  const cases: readonly (readonly [name: string, expected: string, IamRequest, ...JsonObject[]])[] = [
    ['denied by a policy without statements', 'denied', get],
    ['allowed by the first statement that allows it', 'allowed by 2', get, { ...anyone, Action: 's3:Put*' }, anyone],
    ['denied by a Deny wherever it stands', 'denied by 2', get, anyone, { ...anyone, Effect: 'Deny' }],
    [
      'open where a Deny depends on what is not known',
      'open by 2',
      get,
      anyone,
      {
        ...anyone,
        Effect: 'Deny',
        Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      },
    ],
    [
      'open where only such an Allow stands',
      'open by 1',
      get,
      {
        ...anyone,
        Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-1' } },
      },
    ],
    [
      'allowed where another Allow stands beside it',
      'allowed by 2',
      get,
      {
        ...anyone,
        Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-1' } },
      },
      anyone,
    ],
    [
      'allowed whose condition on TLS holds',
      'allowed by 1',
      get,
      anyone,
      {
        ...anyone,
        Effect: 'Deny',
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
    ['denied to a read where an ACL is asked for', 'denied', get, { ...anyone, Condition: { StringEquals: acl } }],
    [
      'allowed to a write where that ACL is asked for',
      'allowed by 1',
      put,
      { ...anyone, Condition: { StringEquals: acl } },
    ],
    ['denied for another prefix', 'denied', list, { ...anyone, Condition: { StringLike: { 's3:prefix': 'other/*' } } }],
    ['allowed by the exception of a NotAction', 'allowed by 1', get, { Principal: '*', NotAction: 's3:Put*' }],
    [
      'allowed by a NotResource',
      'allowed by 1',
      get,
      { ...anyone, Resource: undefined as never, NotResource: 'arn:aws:s3:::x/*' },
    ],
    [
      'allowed to an account that is named by its number',
      'allowed by 1',
      get,
      { ...anyone, Principal: { AWS: '111122223333' } },
    ],
    ['denied to another user', 'denied', get, { ...anyone, Principal: { AWS: `${user}2` } }],
    [
      'open where NotPrincipal names the user',
      'open by 2',
      get,
      anyone,
      {
        Effect: 'Deny',
        NotPrincipal: { AWS: user },
        Action: '*',
      },
    ],
    [
      'allowed by a variable that is known',
      'allowed by 1',
      { ...get, resource: 'arn:aws:s3:::b/connector/a' },
      {
        ...anyone,
        Resource: 'arn:aws:s3:::b/${aws:username}/*',
      },
    ],
    [
      'open by one that is not',
      'open by 1',
      get,
      { ...anyone, Resource: 'arn:aws:s3:::publisher-data/${aws:userid}/*' },
    ],
  ];
  for (const [name, expected, request, ...statements] of cases) {
    test(name, () => assert.equal(verdict(request, ...statements.map(plain)), expected));
  }

  test('allowed to a session of the role that is named, also by its path', () => {
    const statements = statementsOf({
      Statement: {
        Effect: 'Allow',
        Principal: { AWS: 'arn:aws:iam::111122223333:role/etl/loader' },
        Action: '*',
        Resource: '*',
      },
    });
    const role = 'arn:aws:sts::111122223333:assumed-role';
    assert.equal(simulate(statements, get, asker(`${role}/loader/run-1`)).result, 'allowed');
    assert.equal(simulate(statements, get, asker(`${role}/loader2/run-1`)).result, 'denied');
  });
});

function asker(session: string) {
  return { principal: principalOf(session), region: 'eu-central-1' };
}

/** Without members that are undefined, as JSON has it. */
function plain(statement: JsonObject): JsonObject {
  return JSON.parse(JSON.stringify(statement)) as JsonObject;
}

const kmsKey = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const service = 's3.eu-central-1.amazonaws.com';
const arnOfObject = 'arn:aws:s3:::publisher-data/permutive/a';
const account = { 's3:ResourceAccount': '111122223333', 'aws:ResourceAccount': '111122223333' };
const decrypt: IamRequest = {
  action: 'kms:Decrypt',
  resource: kmsKey,
  context: { 'kms:ViaService': service, 'kms:EncryptionContext:aws:s3:arn': arnOfObject },
};
/** As the connectors make them; over http, and to a bucket of a known account, too. */
const asked: readonly IamRequest[] = [
  ...[get, put, list].flatMap((request) => [
    request,
    { ...request, context: { ...request.context, ...account } },
    { ...request, context: { ...request.context, ...account, 'aws:SecureTransport': 'false' } },
  ]),
  decrypt,
];

const word = fc.constantFrom(
  'permutive/',
  'permutive/a',
  'permutive/*',
  'perm?tive/*',
  'other/',
  '*',
  'Permutive/',
  '${*}',
);
const action = fc.constantFrom(
  's3:GetObject',
  's3:getobject',
  's3:Get*',
  's3:Put*',
  's3:PutObject',
  's3:*',
  '*',
  's3:ListBucket',
  's3:List????et',
  'kms:*',
  'kms:Decrypt',
);
const arn = fc.oneof(
  word.map((path) => `arn:aws:s3:::publisher-data/${path}`),
  fc.constantFrom(
    '*',
    'arn:aws:s3:::publisher-data',
    'arn:aws:s3:::publisher-dat*',
    'arn:aws:s3:::other/*',
    kmsKey,
    'arn:aws:kms:eu-central-1:111122223333:key/*',
  ),
);
/** The value of a key depends on the request where it is not always known: `asked` has it, or the key is another service's. */
const textOperators = [
  'StringEquals',
  'StringNotEquals',
  'StringLike',
  'StringNotLike',
  'StringEqualsIfExists',
] as const;
const guard = fc.oneof(
  fc.record({
    operator: fc.constantFrom(...textOperators),
    key: fc.constant('kms:ViaService'),
    values: fc.constantFrom([service], ['s3.*.amazonaws.com'], ['ec2.eu-central-1.amazonaws.com', service]),
  }),
  fc.record({
    operator: fc.constantFrom(...textOperators),
    key: fc.constant('kms:EncryptionContext:aws:s3:arn'),
    values: fc.constantFrom([arnOfObject], ['arn:aws:s3:::publisher-data/*'], ['arn:aws:s3:::other', arnOfObject]),
  }),
  fc.record({
    operator: fc.constantFrom(...textOperators),
    key: fc.constantFrom('s3:ResourceAccount', 'aws:ResourceAccount'),
    values: fc.constantFrom(['111122223333'], ['1111*'], ['999988887777']),
  }),
);
const condition = fc.oneof(
  fc.record({
    operator: fc.constantFrom(
      'StringEquals',
      'StringNotEquals',
      'StringLike',
      'StringNotLike',
      'StringEqualsIgnoreCase',
      'StringNotEqualsIgnoreCase',
      'StringEqualsIfExists',
      'StringNotEqualsIfExists',
      'StringLikeIfExists',
      'ForAnyValue:StringLike',
    ),
    key: fc.constantFrom('s3:prefix', 's3:x-amz-acl', 's3:X-Amz-Acl', 'aws:PrincipalAccount'),
    values: fc.array(fc.oneof(word, fc.constantFrom('bucket-owner-full-control', 'bucket-owner-*', '111122223333')), {
      minLength: 1,
      maxLength: 2,
    }),
  }),
  fc.record({
    operator: fc.constant('Null'),
    key: fc.constantFrom('s3:x-amz-acl', 's3:prefix'),
    values: fc.constantFrom(['true'], ['false']),
  }),
  fc.record({
    operator: fc.constantFrom('Bool', 'BoolIfExists'),
    key: fc.constant('aws:SecureTransport'),
    values: fc.constantFrom(['true'], ['false']),
  }),
  fc.record({
    operator: fc.constantFrom('ArnEquals', 'ArnLike', 'ArnNotEquals', 'ArnNotLike'),
    key: fc.constant('aws:PrincipalArn'),
    values: fc.constantFrom([user], ['arn:aws:iam::111122223333:user/*'], [`${user}2`]),
  }),
);
const selection = (name: string, value: fc.Arbitrary<string>) =>
  fc
    .tuple(fc.constantFrom(name, name, name, `Not${name}`), fc.array(value, { minLength: 1, maxLength: 2 }))
    .map(([key, values]) => ({ [key]: values }));
const statement = fc
  .record({
    effect: fc.constantFrom('Allow', 'Allow', 'Deny'),
    principal: fc.constantFrom<JsonObject>(
      { Principal: '*' },
      { Principal: { AWS: user } },
      { Principal: { AWS: [`${user}2`, user] } },
      { Principal: { AWS: `${user}2` } },
      { NotPrincipal: { AWS: `${user}2` } },
    ),
    actions: selection('Action', action),
    resources: selection('Resource', arn),
    conditions: fc.array(fc.oneof(condition, guard), { maxLength: 2 }),
  })
  .map(({ effect, principal, actions, resources, conditions }) => ({
    Effect: effect,
    ...(effect === 'Allow' && 'NotPrincipal' in principal ? { Principal: '*' } : principal),
    ...actions,
    ...resources,
    ...(conditions.length === 0
      ? {}
      : {
          Condition: Object.fromEntries(conditions.map(({ operator, key, values }) => [operator, { [key]: values }])),
        }),
  }));

test('a request is judged as the simulator of others judges it', async () => {
  let [allowed, open] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      fc.array(statement, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...asked),
      async (statements, request) => {
        const policy = { Version: '2012-10-17', Statement: statements } as const;
        const { result } = simulate(statementsOf(policy), request, { principal: connector, region: 'eu-central-1' });
        const expected = await isAllowed('bucket', policy, request);
        allowed += expected ? 1 : 0;
        if (result === 'open') open += 1;
        else assert.equal(result, expected ? 'allowed' : 'denied');
      },
    ),
    { numRuns: 4000, seed: 10 },
  );
  assert.ok(allowed > 300, `only ${allowed} were allowed`);
  assert.ok(open < 400, `${open} were left open`);
});

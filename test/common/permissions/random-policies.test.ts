// Our judge of policies against the simulator of others, on random policies: 4,000 a run.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { statementsOf } from '@s3-connectors/common/permissions/judge/document.ts';
import type { IamRequest } from '@s3-connectors/common/permissions/needs/needs.ts';
import { simulate } from '@s3-connectors/common/permissions/judge/simulate.ts';
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';
import * as fc from 'fast-check';

import { isAllowed, user } from '../../support/models/iam.ts';
import { connector, kmsKey } from './samples.ts';

const resource = 'arn:aws:s3:::publisher-data/permutive/a';
const get: IamRequest = { action: 's3:GetObject', resource, context: {} };
const put: IamRequest = {
  action: 's3:PutObject',
  resource,
  context: { 's3:x-amz-acl': 'bucket-owner-full-control' },
};
const list: IamRequest = {
  action: 's3:ListBucket',
  resource: 'arn:aws:s3:::publisher-data',
  context: { 's3:prefix': 'permutive/' },
};
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

test('a request has the same result as in an independent simulator', async () => {
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
    { numRuns: 4000, seed: 10, endOnFailure: true },
  );
  assert.ok(allowed > 300, `only ${allowed} were allowed`);
  assert.ok(open < 400, `${open} were left open`);
});

// How a request is judged, piece by piece: who is meant, which keys a request has, what each operator says, what a pattern
// matches. Each rule by itself, also where the answer is that it cannot be told.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import type { Principal } from '@s3-connectors/common/permissions/needs/arn.ts';
import { isOperator, judge, type KeyValue } from '@s3-connectors/common/permissions/judge/conditions.ts';
import { statementsOf } from '@s3-connectors/common/permissions/judge/document.ts';
import type { IamRequest } from '@s3-connectors/common/permissions/needs/needs.ts';
import { matches, type Known } from '@s3-connectors/common/permissions/judge/patterns.ts';
import { isSame, simulate } from '@s3-connectors/common/permissions/judge/simulate.ts';
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';

const account = '111122223333';
const user: Principal = { arn: `arn:aws:iam::${account}:user/team/sync`, account, kind: 'user' };
const role: Principal = { arn: `arn:aws:iam::${account}:role/sync`, account, kind: 'role' };
const session: Principal = { arn: `arn:aws:sts::${account}:assumed-role/sync/run-1`, account, kind: 'session' };

suite('a principal is named', () => {
  const cases: readonly (readonly [value: string, Principal, expected: boolean])[] = [
    [user.arn, user, true],
    [account, user, true],
    [`arn:aws:iam::${account}:root`, user, true],
    [`arn:aws-cn:iam::${account}:root`, session, true],
    [`xarn:aws:iam::${account}:root`, user, false],
    [`arn:aws:iam::${account}:rooted`, user, false],
    ['arn:aws:iam::999999999999:root', user, false],
    [`arn:aws:iam::${account}:role/sync`, session, true],
    [`arn:aws:iam::${account}:role/path/to/sync`, session, true],
    [`arn:aws:iam::${account}:role/sync2`, session, false],
    [`arn:aws:iam::${account}:role/notsync`, session, false],
    [`xarn:aws:iam::${account}:role/sync`, session, false],
    ['arn:aws:iam::999999999999:role/sync', session, false],
    // Only a session is named by its role.
    [`arn:aws:iam::${account}:role/sync`, { ...session, kind: 'user' }, false],
    [`arn:aws:iam::${account}:role/other`, role, false],
    [
      'arn:aws:iam::undefined:role/undefined',
      { arn: 'arn:aws:sts::1:federated-user/x', account, kind: 'session' },
      false,
    ],
  ];
  for (const [value, principal, expected] of cases) {
    test(`${expected ? 'as' : 'not as'} ${value}, the ${principal.kind} ${principal.arn}`, () => {
      assert.equal(isSame(value, principal), expected);
    });
  }
});

const get: IamRequest = { action: 's3:GetObject', resource: 'arn:aws:s3:::b/a', context: {} };
const decrypt: IamRequest = { action: 'kms:Decrypt', resource: 'arn:aws:kms:x:1:key/k', context: {} };
const all = { Effect: 'Allow', Action: '*', Resource: '*' };

function result(statement: JsonObject, request = get, principal: Principal | undefined = user): string {
  const asker = { region: 'eu-central-1', ...(principal === undefined ? {} : { principal }) };
  return simulate(statementsOf({ Statement: [{ ...all, ...statement }] }), request, asker).result;
}

function equals(key: string, value: string): JsonObject {
  return { Condition: { StringEquals: { [key]: value } } };
}

suite('a statement', () => {
  test('without a principal applies to its user or role, and with one is open for an unknown caller', () => {
    const nobody = { principal: undefined } as unknown as { principal: Principal };
    const open = simulate(statementsOf({ Statement: [{ ...all, Principal: '*' }] }), get, { region: 'r', ...nobody });
    assert.equal(open.result, 'open');
    assert.equal(simulate(statementsOf({ Statement: [all] }), get, { region: 'r' }).result, 'allowed');
  });

  test('applies to a principal that it names, and not to another', () => {
    assert.equal(result({ Principal: { AWS: user.arn } }), 'allowed');
    assert.equal(result({ Principal: { AWS: role.arn } }), 'denied');
    assert.equal(result({ NotPrincipal: { AWS: role.arn } }), 'allowed');
    assert.equal(result({ NotPrincipal: { AWS: user.arn } }), 'open');
  });

  const keys: readonly (readonly [what: string, JsonObject, expected: string, IamRequest?, Principal?])[] = [
    ['TLS', { Condition: { Bool: { 'aws:SecureTransport': 'true' } } }, 'allowed'],
    ['another TLS', { Condition: { Bool: { 'aws:SecureTransport': 'false' } } }, 'denied'],
    ['the region', equals('aws:RequestedRegion', 'eu-central-1'), 'allowed'],
    ['another region', equals('aws:RequestedRegion', 'eu-west-1'), 'denied'],
    ['the account', equals('aws:PrincipalAccount', account), 'allowed'],
    ['another account', equals('aws:PrincipalAccount', '999999999999'), 'denied'],
    ['the ARN of a user', equals('aws:PrincipalArn', user.arn), 'allowed'],
    ['another ARN of a user', equals('aws:PrincipalArn', role.arn), 'denied'],
    [
      'the ARN of a session, whose role is not known by its path',
      equals('aws:PrincipalArn', session.arn),
      'open',
      get,
      session,
    ],
    ['the name of a user below a path', equals('aws:username', 'sync'), 'allowed'],
    ['another name', equals('aws:username', 'team'), 'denied'],
    ['a name, of what is no user', equals('aws:username', 'sync'), 'open', get, role],
    ['a tag', equals('aws:PrincipalTag/a', 'b'), 'open'],
    [
      'an ACL that the request has',
      equals('s3:x-amz-acl', 'private'),
      'allowed',
      { ...get, context: { 'S3:X-Amz-Acl': 'private' } },
    ],
    ['an ACL that it has not', equals('s3:x-amz-acl', 'private'), 'denied'],
    ['the encryption that it has not', equals('s3:x-amz-server-side-encryption', 'AES256'), 'denied'],
    ['the key that it has not', equals('s3:x-amz-server-side-encryption-aws-kms-key-id', 'k'), 'denied'],
    ['a prefix that it has not', equals('s3:prefix', 'a'), 'denied'],
    ['a grant, which is never sent', equals('s3:x-amz-grant-read', 'x'), 'denied'],
    ['a storage class, which is never sent', equals('s3:x-amz-storage-class', 'x'), 'denied'],
    ['an object lock, which is never sent', equals('s3:object-lock-mode', 'x'), 'denied'],
    ['a key that only begins as one that may be sent', equals('s3:prefixes', 'x'), 'open'],
    ['a key that only ends as one that may be sent', equals('aws:s3:prefix', 'x'), 'open'],
    ['a key that only ends as one that is never sent', equals('aws:s3:object-lock', 'x'), 'open'],
    ['a key of S3 that it cannot know', equals('s3:ExistingObjectTag/a', 'x'), 'open'],
    ['a key of S3, of a request to KMS', equals('s3:ExistingObjectTag/a', 'x'), 'denied', decrypt],
    ['a key of KMS, of a request to KMS', equals('kms:ViaService', 'x'), 'open', decrypt],
  ];
  for (const [what, statement, expected, request = get, principal = user] of keys) {
    test(`with a condition on ${what} is ${expected}`, () =>
      assert.equal(result(statement, request, principal), expected));
  }

  test('with a condition on the caller is open while the caller is unknown', () => {
    for (const key of ['aws:PrincipalAccount', 'aws:PrincipalArn', 'aws:username']) {
      const statements = statementsOf({ Statement: [{ ...all, ...equals(key, 'x') }] });
      assert.equal(simulate(statements, get, { region: 'r' }).result, 'open', key);
    }
  });
});

suite('a condition', () => {
  const found: Readonly<Record<string, KeyValue>> = { absent: 'absent', unknown: 'unknown' };
  const judged = (operator: string, values: readonly string[], value: string): Known =>
    judge({ operator, key: 'K', values }, (name) => (name === 'k' ? (found[value] ?? { value }) : 'unknown'));
  const cases: readonly (readonly [operator: string, values: readonly string[], value: string, expected: Known])[] = [
    ['StringEquals', ['a', 'b'], 'b', true],
    ['StringEquals', ['a'], 'A', false],
    ['StringEquals', ['a*'], 'ab', false],
    ['StringEquals', ['a*'], 'a*', true],
    ['StringEquals', ['a?'], 'ab', false],
    ['StringEquals', ['a?'], 'a?', true],
    ['StringNotEquals', ['a'], 'b', true],
    ['StringNotEquals', ['a', 'b'], 'b', false],
    ['StringEqualsIgnoreCase', ['aB'], 'Ab', true],
    ['StringNotEqualsIgnoreCase', ['aB'], 'Ab', false],
    ['StringLike', ['a*'], 'ab', true],
    ['StringLike', ['a?'], 'abc', false],
    ['StringNotLike', ['a*'], 'ab', false],
    ['StringNotLike', ['a*'], 'b', true],
    ['ArnEquals', ['a:*'], 'a:b', true],
    ['ArnNotEquals', ['a:*'], 'a:b', false],
    ['ArnLike', ['a:?'], 'a:b', true],
    ['ArnNotLike', ['a:?'], 'a:b', false],
    ['Bool', ['TRUE'], 'true', true],
    ['Bool', ['false'], 'true', false],
    ['Null', ['true'], 'absent', true],
    ['Null', ['True', 'false'], 'absent', true],
    ['Null', ['false', 'x'], 'a', true],
    ['Null', ['true'], 'a', false],
    ['Null', ['true'], 'unknown', 'unknown'],
    ['StringEquals', ['a'], 'absent', false],
    ['StringEqualsIfExists', ['a'], 'absent', true],
    ['StringEqualsIfExists', ['a'], 'b', false],
    ['StringNotEquals', ['a'], 'absent', true],
    ['ForAllValues:StringEquals', ['a'], 'absent', true],
    ['ForAllValues:StringEquals', ['a'], 'b', false],
    ['ForAnyValue:StringEquals', ['a'], 'absent', false],
    ['ForAnyValue:StringNotEquals', ['a'], 'absent', false],
    ['ForAnyValue:StringEquals', ['a'], 'a', true],
    ['StringEquals', ['a'], 'unknown', 'unknown'],
    ['NumericLessThan', ['5'], '4', 'unknown'],
    ['NumericLessThan', ['5'], 'absent', false],
    ['NoSuchOperator', ['a'], 'a', 'unknown'],
    ['StringEquals', ['${other}'], 'a', 'unknown'],
    ['StringEquals', ['x${other}'], 'a', false],
    ['StringEquals', ['${K}'], 'a', true],
    ['StringNotEquals', ['${other}'], 'a', 'unknown'],
  ];
  for (const [operator, values, value, expected] of cases) {
    test(`${operator} ${values.join(' or ')} is ${expected} for ${value}`, () => {
      assert.equal(judged(operator, values, value), expected);
    });
  }

  test('has one of IAM’s operators, in any case, with or without set and IfExists', () => {
    const known = [
      'Null',
      'StringEquals',
      'bool',
      'NumericEquals',
      'NumericNotEquals',
      'DateLessThanEquals',
      'IpAddress',
      'NotIpAddress',
      'BinaryEquals',
      'ForAllValues:ArnLikeIfExists',
      'ForAnyValue:StringLike',
      'NUMERICGREATERTHAN',
    ];
    for (const operator of known) assert.equal(isOperator(operator), true, operator);
    for (const operator of [
      '',
      'Equals',
      'XNumericEquals',
      'NumericEqualsX',
      'XIpAddress',
      'IpAddressX',
      'XBinaryEquals',
      'BinaryEqualsX',
      'NumericLike',
      'XForAllValues:StringEquals',
      'ForSomeValues:StringEquals',
    ]) {
      assert.equal(isOperator(operator), false, operator);
    }
  });
});

suite('a pattern', () => {
  const variables = new Map([['aws:username', 'a.b']]);
  const cases: readonly (readonly [pattern: string, text: string, expected: Known])[] = [
    ['a', 'a', true],
    ['a', 'A', false],
    ['a', 'ab', false],
    ['a', 'ba', false],
    ['*', '', true],
    ['a*c', 'a\nb/c', true],
    ['a?c', 'abc', true],
    ['a?c', 'a\nc', true],
    ['a?c', 'a💥c', true],
    ['a?c', 'ac', false],
    ['a?c', 'abbc', false],
    ['?', 'ab', false],
    ['a.c', 'abc', false],
    ['${*}', '*', true],
    ['${*}', 'a', false],
    ['${?}', '?', true],
    ['${?}', 'a', false],
    ['${$}', '$', true],
    ['${$}', 'a', false],
    ['${aws:UserName}/x', 'a.b/x', true],
    ['${aws:username}/x', 'a-b/x', false],
    ['${unknown}/x', 'anything/x', 'unknown'],
    ['${unknown}/x', 'anything/y', false],
    ['$', '$', true],
    ['(', '(', true],
  ];
  for (const [pattern, text, expected] of cases) {
    test(`${pattern} is ${expected} for ${JSON.stringify(text)}`, () => {
      assert.equal(matches(pattern, text, { variables }), expected);
    });
  }

  test('ignores case if the caller asks for it', () => {
    assert.equal(matches('S3:get*', 's3:GetObject', { ignoreCase: true }), true);
    assert.equal(matches('S3:get*', 's3:GetObject'), false);
  });
});

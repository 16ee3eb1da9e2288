import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { statementsOf } from '@s3-connectors/common/permissions/judge/document.ts';
import type { IamRequest } from '@s3-connectors/common/permissions/needs/needs.ts';
import { simulate } from '@s3-connectors/common/permissions/judge/simulate.ts';
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';

import { user } from '../../../support/models/iam.ts';
import { connector, principalOf } from '../samples.ts';

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
      'allowed where another Allow is next to it',
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
    [
      'denied where a key of KMS is asked for',
      'denied',
      get,
      { ...anyone, Condition: { StringEquals: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' } } },
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

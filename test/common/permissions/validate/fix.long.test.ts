// What `policy validate --fix` prints, judged by an independent simulator: it is sufficient, and nobody loses or gains anything else
// without a note.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { needsOf } from '@s3-connectors/common/permissions/needs/needs.ts';
import { fixPolicy } from '@s3-connectors/common/permissions/validate/fix.ts';
import { validatePolicy } from '@s3-connectors/common/permissions/validate/validate.ts';
import * as fc from 'fast-check';

import { isAllowed, user } from '../../../support/models/iam.ts';
import { connector, streaming } from '../samples.ts';

const bucketArn = 'arn:aws:s3:::publisher-data';
const action = fc.constantFrom(
  's3:GetObject',
  's3:Get*',
  's3:PutObject',
  's3:DeleteObject',
  's3:ListBucket',
  's3:*',
  '*',
  'sqs:SendMessage',
);
const arn = fc.constantFrom(
  `${bucketArn}/permutive/*`,
  `${bucketArn}/*`,
  bucketArn,
  '*',
  'arn:aws:s3:::other/*',
  `${bucketArn}/other/*`,
);
const selection = (name: string, value: fc.Arbitrary<string>) =>
  fc
    .tuple(fc.constantFrom(name, name, name, `Not${name}`), fc.array(value, { minLength: 1, maxLength: 2 }))
    .map(([key, values]) => ({ [key]: values }));
const condition = fc.constantFrom(
  {},
  {},
  { Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
  { Condition: { StringNotEquals: { 's3:x-amz-acl': 'private' } } },
  { Condition: { ArnNotLike: { 'aws:PrincipalArn': `${user}2` } } },
);
const principal = fc.constantFrom<object>(
  { Principal: '*' },
  { Principal: { AWS: user } },
  { Principal: { AWS: [`${user}2`, user] } },
  { Principal: { AWS: `${user}2` } },
);
const statement = (kind: 'bucket' | 'iam') =>
  fc
    .tuple(
      fc.constantFrom('Allow', 'Allow', 'Deny'),
      principal,
      selection('Action', action),
      selection('Resource', arn),
      condition,
    )
    .map(([Effect, whose, actions, resources, conditions]) => {
      return { Effect, ...(kind === 'bucket' ? whose : {}), ...actions, ...resources, ...conditions };
    });

/** Of every sync. What is only for advice is not in a policy. */
const needed = needsOf(streaming).flatMap(({ when, requests }) => (when === 'advice' ? [] : requests));
/** What has nothing to do with the connector: other objects, other actions, another user. */
const foreign = [
  ...[`${bucketArn}/other/a`, 'arn:aws:s3:::other/a'].map((resource) => ({
    action: 's3:GetObject',
    resource,
    context: {},
  })),
  { action: 's3:PutObjectTagging', resource: `${bucketArn}/permutive/a`, context: {} },
  { action: 's3:DeleteObject', resource: 'arn:aws:s3:::other/a', context: {} },
  { action: 'sqs:SendMessage', resource: 'arn:aws:sqs:eu-central-1:111122223333:q', context: {} },
] as const;

suite('a corrected policy', () => {
  for (const kind of ['iam', 'bucket'] as const) {
    test(`of the kind ${kind} is sufficient, and takes and gives nothing else without a note`, async () => {
      const users = kind === 'bucket' ? [user, `${user}2`] : [user];
      const asked = users.flatMap((one) => [
        ...foreign
          .filter(({ action: of }) => kind === 'iam' || of.startsWith('s3:'))
          .map((request) => ({ ...request, principal: one })),
        ...(one === user ? [] : needed.map((request) => ({ ...request, principal: one }))),
      ]);
      await fc.assert(
        fc.asyncProperty(
          fc.array(statement(kind), { minLength: 1, maxLength: 3 }),
          fc.constantFrom(...needed),
          fc.constantFrom(...asked),
          async (statements, request, other) => {
            const before = { Version: '2012-10-17', Statement: statements };
            const options = { access: streaming, principal: connector, kind };
            const { policy, notes } = fixPolicy(validatePolicy(JSON.stringify(before), options), streaming, connector);
            const text = JSON.stringify(policy);
            assert.ok(validatePolicy(text, options).isGood, text);
            assert.ok(await isAllowed(kind, policy, request), text);
            if (notes.length > 0) return;
            assert.equal(await isAllowed(kind, policy, other), await isAllowed(kind, before, other), text);
          },
        ),
        { numRuns: 1000, seed: 14 },
      );
    });
  }
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { appendOnly } from '@s3-connectors/common/permissions/needs/access.ts';
import { needsOf } from '@s3-connectors/common/permissions/needs/needs.ts';
import { iamPolicy, type PolicyStatement } from '@s3-connectors/common/permissions/policy/policy.ts';

import { user } from '../../support/models/iam.ts';
import { play, type Given } from './rehearsals.ts';
import { source, streaming } from './samples.ts';

/** The server speaks http, where a policy cannot ask for TLS. */
const endpoint = 'http://127.0.0.1';
const accesses = { source: { ...source, endpoint }, streaming: { ...streaming, endpoint } } as const;
type Side = keyof typeof accesses;

const all = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
const policy = (...Statement: readonly object[]): object => ({ Version: '2012-10-17', Statement });

/** The least policy of a connector, one statement an action, with that of `action` as `change` makes it. */
function changed(side: Side, action: string, change: (statement: PolicyStatement) => object | undefined): object {
  const statements = iamPolicy(needsOf(accesses[side])).Statement.flatMap((statement) =>
    statement.Action.map((Action) => ({ ...statement, Sid: Action.replace(':', ''), Action: [Action] })),
  );
  return policy(...statements.flatMap((one) => (one.Action[0] === action ? (change(one) ?? []) : one)));
}

const deny = (Action: string): object => ({ Effect: 'Deny', Action, Resource: '*' });

/** How a permission can be gone; each gives the policies of the user and of the bucket. */
const ways: Readonly<Record<string, (side: Side, action: string) => Given>> = {
  missing: (side, action) => ({ iam: changed(side, action, () => undefined) }),
  'denied by the bucket’s policy': (_side, action) => ({
    iam: policy(all),
    bucketPolicy: policy({ ...deny(action), Principal: '*' }),
  }),
  'denied by a Deny of the user’s': (_side, action) => ({ iam: policy(all, deny(action)) }),
  'allowed below another prefix': (side, action) => ({
    iam: changed(side, action, ({ Resource, Condition, ...rest }) => ({
      ...rest,
      Resource: Resource.map((arn) => arn.replace(/data\/\w+\//u, 'data/elsewhere/')),
      ...(Condition !== undefined && {
        Condition: action === 's3:ListBucket' ? { StringLike: { 's3:prefix': ['elsewhere/*'] } } : Condition,
      }),
    })),
  }),
  'allowed under a condition that does not hold': (side, action) => ({
    iam: changed(side, action, (statement) => ({
      ...statement,
      Condition: { StringEquals: { 's3:x-amz-acl': 'public-read' } },
    })),
  }),
  'allowed to the user but not by the bucket, which is another account’s': (side, action) => ({
    iam: policy(all),
    bucket: { owner: '999988887777' },
    bucketPolicy: policy(
      ...iamPolicy(needsOf(accesses[side]))
        .Statement.map((statement) => ({
          ...statement,
          Principal: { AWS: user },
          Action: statement.Action.filter((one) => one !== action),
        }))
        .filter(({ Action }) => Action.length > 0),
    ),
  }),
};

suite('a rehearsal names the permission that is', () => {
  for (const side of ['source', 'streaming'] as const) {
    for (const { action, resource, when } of needsOf(accesses[side])) {
      if (when === 'advice') continue;
      for (const [way, make] of Object.entries(ways)) {
        test(`${way}: ${action} of the ${side}`, async () => {
          const given = make(side, action);
          const { error, log, lines } = await play(side, given);
          const denied = lines.filter((line) => line.endsWith('denied'));
          // Another account's bucket gives no reasons, and its condition denies the write without the ACL, too.
          const shown = action === 's3:PutObjectAcl' && given.bucket !== undefined ? 's3:PutObject' : action;
          assert.deepEqual(new Set(denied), new Set([`${shown} denied`]), lines.join('\n'));
          const told = when === 'always' ? error?.message : log.find((text) => text.startsWith('WARN Replaced'));
          assert.equal(error?.code, when === 'always' ? 'S3_ACCESS_DENIED' : undefined);
          const where = resource.replace(/\*$/u, '').replaceAll(/[/.]/gu, String.raw`\$&`);
          const remedy = new RegExp(
            String.raw`(?:[Aa]llow|for|it is) (?:s3:\w+ and )*${action}(?: and s3:\w+)* on ${where}`,
            'u',
          );
          assert.match(told ?? '', remedy);
          assert.doesNotMatch(log.join(''), /canary/u);
        });
      }
    }
  }

  test('needed, and passes with only the least policy', async () => {
    for (const side of ['source', 'streaming'] as const) {
      const { error, lines } = await play(side, { iam: iamPolicy(needsOf(accesses[side])) });
      assert.equal(error, undefined);
      assert.deepEqual(
        lines.filter((line) => !line.endsWith(' ok')),
        side === 'source' ? [] : ['s3:GetBucketPublicAccessBlock not tried'],
      );
    }
  });
});

suite('a rehearsal', () => {
  test('names all missing permissions in one message', async () => {
    const { error, lines } = await play('streaming', { iam: policy() });
    assert.match(error?.message ?? '', /Allow s3:PutObject on .* The verb "policy" prints/u);
    assert.ok(lines.includes('s3:ListBucket denied') && lines.includes('s3:DeleteObject denied'), lines.join('\n'));
    assert.ok(lines.includes('s3:GetObject not tried'));
    const reader = await play('source', { iam: policy(deny('s3:*')) });
    assert.match(reader.error?.message ?? '', /s3:ListBucket on arn:aws:s3:::publisher-data/u);
  });

  test('leaves no object behind, and names the object that it may not delete', async () => {
    assert.deepEqual((await play('streaming', { iam: policy(all) })).left, []);
    const { error, log, left } = await play('streaming', { iam: policy(all, deny('s3:DeleteObject')) });
    assert.equal(error, undefined);
    assert.ok(log.some((text) => text.startsWith('WARN') && text.includes(left[0] ?? 'nothing')));
  });

  test('passes with the policy for append-only streams, and names the object that stays', async () => {
    const { error, log, lines, left } = await play('streaming', {
      iam: iamPolicy(needsOf(appendOnly(accesses.streaming))),
    });
    assert.equal(error, undefined);
    assert.ok(lines.includes('s3:PutObject ok') && lines.includes('s3:DeleteObject denied'), lines.join('\n'));
    assert.equal(left.length, 1);
    assert.ok(log.some((text) => text.startsWith('WARN The test object') && text.includes(left[0] ?? 'nothing')));
    assert.ok(log.some((text) => text.startsWith('WARN Replaced streams') && text.includes('appended streams work')));
  });

  test('distinguishes a missing ACL from a required one', async () => {
    const actions = ['s3:PutObject', 's3:GetObject', 's3:DeleteObject', 's3:ListBucket'];
    const bucketPolicy = policy({ Effect: 'Allow', Principal: { AWS: user }, Action: actions, Resource: '*' });
    const bucket = { owner: '999988887777' };
    const { error } = await play('streaming', { iam: policy(all), bucket, bucketPolicy });
    assert.match(error?.message ?? '', /Without the ACL the same write is allowed: it is s3:PutObjectAcl/u);
  });

  test('passes for a bucket that enforces its owner, and for each other ownership', async () => {
    for (const ownership of ['BucketOwnerEnforced', 'BucketOwnerPreferred', 'ObjectWriter'] as const) {
      const { error } = await play('streaming', { iam: policy(all), bucket: { ownership } });
      assert.equal(error, undefined);
    }
  });

  test('warns of public access that is not blocked, and only of that', async () => {
    const open = await play('streaming', { iam: policy(all) });
    assert.ok(
      open.log.some((text) => text.startsWith('WARN The bucket "publisher-data" does not block public access')),
    );
    const closed = await play('streaming', { iam: policy(all), bucket: { publicAccessBlocked: true } });
    assert.ok(closed.lines.includes('s3:GetBucketPublicAccessBlock ok'));
    assert.ok(!closed.log.some((text) => text.startsWith('WARN')), closed.log.join('\n'));
  });

  test('reports that encryption is required if a policy denies writes without it', async () => {
    const condition = { Null: { 's3:x-amz-server-side-encryption': 'true' } };
    const statement = { ...deny('s3:PutObject'), Principal: '*', Condition: condition };
    const { error } = await play('streaming', { iam: policy(all), bucketPolicy: policy(statement) });
    assert.match(error?.message ?? '', /set "encryption" to sse_s3/u);
  });
});

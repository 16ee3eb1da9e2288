import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';

import { appendOnly } from '@s3-connectors/common/permissions/needs/access.ts';
import { needsOf } from '@s3-connectors/common/permissions/needs/needs.ts';
import { bucketPolicy, iamPolicy } from '@s3-connectors/common/permissions/policy/policy.ts';

import { isAllowed, user } from '../../../support/models/iam.ts';
import { type Ended, runProgram } from '../../../support/program.ts';
import { goodPolicy } from '../broken-policies.ts';
import { connector, kmsKey, place, source, streaming } from '../samples.ts';

const root = join(import.meta.dirname, '../../../..');
const mains = {
  source: join(root, 'source-s3/src/main.ts'),
  streaming: join(root, 'destination-s3-streaming/src/main.ts'),
} as const;
const credentials = { auth_type: 'access_key', access_key_id: 'AKIATEST', secret_access_key: 'canary-secret' };
const configs = {
  source: {
    ...place,
    credentials,
    schema_prefixes: ['exports'],
    data_format: { format: 'parquet' },
    data_partitioning: { mode: 'partitioned' },
  },
  streaming: { ...place, credentials, prefix: 'permutive' },
} as const;

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-connectors-policy-'));
});
after(() => rm(folder, { recursive: true }));

async function policy(
  program: keyof typeof mains,
  options: readonly string[],
  config: object = {},
  input = '',
): Promise<Ended> {
  const path = join(folder, 'config.json');
  await writeFile(path, JSON.stringify({ ...configs[program], ...config }));
  const ended = await runProgram(mains[program], ['policy', ...options, '--config', path], { input });
  assert.doesNotMatch(ended.stdout + ended.stderr, /canary/u);
  return ended;
}

suite('policy', () => {
  test('prints only the bucket’s policy on stdout, in the form for the AWS command line', async () => {
    for (const [program, access] of [
      ['source', source],
      ['streaming', streaming],
    ] as const) {
      const { stdout, exitCode } = await policy(program, ['--principal', user]);
      assert.deepEqual([JSON.parse(stdout), exitCode], [bucketPolicy(needsOf(access), connector), 0]);
    }
  });

  test('prints the IAM policy, which needs no principal', async () => {
    const { stdout, stderr } = await policy('streaming', ['--kind', 'iam']);
    assert.deepEqual([JSON.parse(stdout), stderr], [iamPolicy(needsOf(streaming)), '']);
  });

  test('prints the statement for the key, and logs that the user must add it', async () => {
    const encryption = { mode: 'sse_kms', kms_key_id: kmsKey };
    const { stdout, stderr } = await policy('streaming', ['--kind', 'kms', '--principal', user], { encryption });
    assert.deepEqual((JSON.parse(stdout) as { readonly Action: unknown }).Action, [
      'kms:GenerateDataKey',
      'kms:Decrypt',
    ]);
    assert.match(stderr, /Add this statement/u);
  });

  test('prints the broad form', async () => {
    const { stdout } = await policy('source', ['--full', '--principal', '111122223333']);
    assert.match(stdout, /"s3:Get\*"[^]*"arn:aws:s3:::publisher-data\/\*"/u);
    assert.match(stdout, /"arn:aws:iam::111122223333:root"/u);
  });

  test('prints the trust policy of the role, with the external ID of the config', async () => {
    const role = {
      auth_type: 'assume_role',
      role_arn: 'arn:aws:iam::999988887777:role/loader',
      external_id: 'tenant-42',
    };
    const { stdout, exitCode } = await policy('streaming', ['--kind', 'trust', '--principal', user], {
      credentials: role,
    });
    assert.equal(exitCode, 0);
    const trust = JSON.parse(stdout) as object;
    const asked = { action: 'sts:AssumeRole', resource: role.role_arn };
    assert.ok(await isAllowed('bucket', trust, { ...asked, context: { 'sts:ExternalId': 'tenant-42' } }));
    assert.ok(!(await isAllowed('bucket', trust, { ...asked, context: { 'sts:ExternalId': 'tenant-4' } })));
    assert.ok(!(await isAllowed('bucket', trust, { ...asked, context: {} })));
    const other = { ...asked, context: { 'sts:ExternalId': 'tenant-42' }, principal: `${user}2` };
    assert.ok(!(await isAllowed('bucket', trust, other)));
    const without = await policy('streaming', ['--kind', 'trust', '--principal', user], {
      credentials: { ...role, external_id: '' },
    });
    assert.match(without.stderr, /WARN: The config has no "credentials\.external_id"/u);
    assert.doesNotMatch(without.stdout, /Condition/u);
  });

  test('prints the needs of append-only streams, and checks a policy against them', async () => {
    const { stdout } = await policy('streaming', ['--append-only', '--principal', user]);
    assert.deepEqual(JSON.parse(stdout), bucketPolicy(needsOf(appendOnly(streaming)), connector));
    assert.doesNotMatch(stdout, /Delete/u);
    const judged = await policy('streaming', ['validate', '-', '--append-only'], {}, stdout);
    assert.deepEqual([judged.exitCode, judged.stderr], [0, '']);
    assert.equal((await policy('streaming', ['validate', '-'], {}, stdout)).exitCode, 1);
    const fixed = await policy('streaming', ['validate', '-', '--append-only', '--fix'], {}, stdout);
    assert.doesNotMatch(fixed.stdout, /Delete/u);
  });

  test('names the account of the bucket for a user or role if the config has it', async () => {
    const { stdout } = await policy('source', ['--kind', 'iam'], { expected_bucket_owner: '111122223333' });
    assert.match(stdout, /"s3:ResourceAccount": "111122223333"/u);
  });

  const mistakes: readonly (readonly [options: readonly string[], words: RegExp])[] = [
    [[], /--principal is missing/u],
    [['--principal', '*'], /allows everyone/u],
    [['--principal', 'arn:aws-cn:iam::111122223333:user/x'], /partition aws-cn/u],
    [['--kind', 'acl', '--principal', user], /--kind must be one of bucket, iam, kms, trust/u],
    [['--kind', 'kms', '--principal', user], /names no KMS key/u],
    [['--kind', 'trust', '--principal', user], /assumes no role/u],
  ];
  for (const [options, words] of mistakes) {
    test(`refuses ${options.join(' ') || 'to guess a principal'}`, async () => {
      const { stdout, stderr, exitCode } = await policy('streaming', options);
      assert.deepEqual([stdout, exitCode], ['', 1]);
      assert.match(stderr, words);
    });
  }
});

suite('policy validate', () => {
  test('explains a policy on standard input, and exits with 1 if it is insufficient', async () => {
    const good = await policy('streaming', ['validate', '-'], {}, goodPolicy);
    assert.deepEqual([good.exitCode, good.stderr], [0, '']);
    assert.match(good.stdout, /The policy has no mistakes\./u);
    const bad = await policy('streaming', ['validate', '-'], {}, goodPolicy.replace('s3:GetObject', 's3:GetObjct'));
    assert.equal(bad.exitCode, 1);
    assert.match(bad.stdout, /ERROR ACTION_UNKNOWN at line 16, column 18: .* write s3:GetObject\./u);
    assert.match(bad.stderr, /\(POLICY_INSUFFICIENT\)\n$/u);
  });

  test('names the mistake in a policy that cannot be read, and prints no corrected policy, because it would lose the statements', async () => {
    const texts = [goodPolicy.replace('[', ''), `[${goodPolicy}]`];
    for (const [text, options] of texts.flatMap((given) => [[given, []] as const, [given, ['--fix']] as const])) {
      const broken = await policy('streaming', ['validate', '-', ...options], {}, text);
      assert.equal(broken.exitCode, 1);
      assert.equal(broken.stdout === '', options.length > 0);
      assert.match(broken.stderr, /The policy cannot be read \(line \d+, column \d+\): .+\. Correct it there/u);
      assert.doesNotMatch(broken.stderr, /--fix/u);
    }
  });

  test('prints only a corrected policy on stdout, which then passes', async () => {
    const fixed = await policy('streaming', ['validate', '-', '--fix'], {}, goodPolicy.replace('":::', '"::'));
    assert.equal(fixed.exitCode, 0);
    const file = join(folder, 'fixed.json');
    await writeFile(file, fixed.stdout);
    const again = await policy('streaming', ['validate', file, '--principal', user]);
    assert.deepEqual([again.exitCode, again.stderr], [0, '']);
  });

  test('requires a principal if a policy that it corrects names none', async () => {
    const { exitCode, stderr } = await policy('source', ['validate', '-', '--fix'], {}, '{}');
    assert.equal(exitCode, 1);
    assert.match(stderr, /--principal is missing/u);
  });

  test('reports a missing file', async () => {
    const { exitCode, stderr } = await policy('source', ['validate', join(folder, 'none.json')]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /cannot be read: it does not exist \(ENOENT\)/u);
  });
});

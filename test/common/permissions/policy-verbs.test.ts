import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';

import { needsOf } from '@s3-connectors/common/permissions/needs.ts';
import { bucketPolicy, iamPolicy } from '@s3-connectors/common/permissions/policy.ts';

import { user } from '../../support/iam.ts';
import { type Ended, runProgram } from '../../support/program.ts';
import { connector, kmsKey, place, source, streaming } from './samples.ts';

const root = join(import.meta.dirname, '../../..');
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

async function policy(program: keyof typeof mains, options: readonly string[], config: object = {}): Promise<Ended> {
  const path = join(folder, 'config.json');
  await writeFile(path, JSON.stringify({ ...configs[program], ...config }));
  const ended = await runProgram(mains[program], ['policy', '--config', path, ...options]);
  assert.doesNotMatch(ended.stdout + ended.stderr, /canary/u);
  return ended;
}

suite('policy', () => {
  test('prints the bucket’s policy alone on stdout, as the AWS command line takes it', async () => {
    for (const [program, access] of [
      ['source', source],
      ['streaming', streaming],
    ] as const) {
      const { stdout, exitCode } = await policy(program, ['--principal', user]);
      assert.deepEqual([JSON.parse(stdout), exitCode], [bucketPolicy(needsOf(access), connector), 0]);
    }
  });

  test('prints the IAM policy, for which nobody need be named', async () => {
    const { stdout, stderr } = await policy('streaming', ['--kind', 'iam']);
    assert.deepEqual([JSON.parse(stdout), stderr], [iamPolicy(needsOf(streaming)), '']);
  });

  test('prints the statement for the key, and says that it is to be added', async () => {
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

  const mistakes: readonly (readonly [options: readonly string[], words: RegExp])[] = [
    [[], /--principal is missing/u],
    [['--principal', '*'], /the whole world/u],
    [['--principal', 'arn:aws-cn:iam::111122223333:user/x'], /partition aws-cn/u],
    [['--kind', 'acl', '--principal', user], /--kind is one of bucket, iam, kms/u],
    [['--kind', 'kms', '--principal', user], /names no KMS key/u],
  ];
  for (const [options, words] of mistakes) {
    test(`refuses ${options.join(' ') || 'to guess a principal'}`, async () => {
      const { stdout, stderr, exitCode } = await policy('streaming', options);
      assert.deepEqual([stdout, exitCode], ['', 1]);
      assert.match(stderr, words);
    });
  }
});

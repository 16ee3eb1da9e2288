// docs/troubleshooting.md: the entries that `check` and `policy validate` answer, on a bucket, a policy and a key that are broken in
// that way. What the document shows is what the program prints, before and after the fix.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';

import { startS3Server } from '../../tools/s3-server/server.ts';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { bucket, type Json } from '../support/destination-input.ts';
import { account, user } from '../support/models/iam.ts';
import { runProgram, type Ended } from '../support/program.ts';

const root = join(import.meta.dirname, '../..');
const document = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');
const main = join(root, 'destination-s3-streaming/src/main.ts');
const secretAccessKey = 'secret-canary';
const key = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** The code blocks of a section with this command, in order: what follows the line of the command. */
function shown(heading: string, command: string): readonly string[] {
  const section = document.split('\n## ').find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const blocks = Array.from(section.matchAll(/^```\n\$ (.*)\n([^]*?)^```$/gmu));
  return blocks.filter(([, line]) => line === command).map(([, , output = '']) => output);
}

suite('docs/troubleshooting.md', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 's3-connectors-troubleshooting-'));
  });
  after(() => rm(folder, { recursive: true }));

  async function run(args: readonly string[], config: Json = {}): Promise<Ended> {
    const credentials = { auth_type: 'access_key', access_key_id: 'AKIATEST', secret_access_key: secretAccessKey };
    const whole = { bucket, region: 'eu-central-1', credentials, prefix: 'permutive', ...config };
    await writeFile(join(folder, 'destination.json'), JSON.stringify(whole));
    const ended = await runProgram(main, [...args, '--config', 'destination.json'], { cwd: folder });
    assert.doesNotMatch(ended.stdout + ended.stderr, /canary/u);
    return ended;
  }

  /** A bucket whose user has these policies. */
  async function bucketFor(policies: readonly object[]): Promise<S3TestServer> {
    const users = [{ accessKeyId: 'AKIATEST', secretAccessKey, arn: user, policies }];
    const server = await startS3Server({ region: 'eu-central-1', users });
    server.createBucket(bucket, { owner: account });
    return server;
  }

  /** The last line of `check`, as the document shows it; its object has a random name. */
  async function lastOfCheck(server: S3TestServer, config: Json): Promise<string> {
    const { stdout, exitCode } = await run(['check'], { endpoint: server.endpoint, ...config });
    assert.equal(exitCode, 0);
    const uuid = /(?<=_connection-check-)[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/gu;
    return `…\n${stdout.trim().split('\n').at(-1)?.replaceAll(uuid, '0f8fad5b-d9cb-469f-a165-70867728950e')}\n`;
  }

  test('has a section for each symptom, with its command and output before the fix and after it', () => {
    const [table = ''] = document.split('\n## ');
    const symptoms = Array.from(table.matchAll(/^\| \[(.*?)\]\(#.*?\)\s+\| `(.*?)`/gmu));
    assert.equal(symptoms.length, 7);
    for (const [, symptom = '', command = ''] of symptoms) {
      const section = document.split('\n## ').find((part) => part.startsWith(`${symptom}\n`)) ?? '';
      const commands = Array.from(section.matchAll(/^```\n\$ (.*)\n(?!```)/gmu), ([, line = '']) => line);
      const asked = commands.filter((line) => line.includes(command));
      assert.equal(asked.length, 2, symptom);
      assert.equal(asked[0], asked[1], symptom);
    }
  });

  test('says what to do when a permission is denied', async () => {
    const resources = [`arn:aws:s3:::${bucket}/*`, `arn:aws:s3:::${bucket}`];
    const Action = ['s3:PutObject', 's3:GetObject', 's3:DeleteObject', 's3:ListBucket'];
    const four = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: resources }] };
    const command = 'destination-s3-streaming check --config destination.json';
    const [broken, fixed] = shown('Permission denied', command);
    await using before = await bucketFor([four]);
    assert.equal(broken, await lastOfCheck(before, {}));
    const policy = await run(['policy', '--kind', 'iam'], { endpoint: before.endpoint });
    await using after = await bucketFor([JSON.parse(policy.stdout) as object]);
    assert.equal(fixed, await lastOfCheck(after, {}));
  });

  test('says what to do when a bucket policy is refused or insufficient', async () => {
    const [, policy = ''] =
      /^```json\n(.*?)^```$/msu.exec(document.split('\n## The bucket policy is refused')[1] ?? '') ?? [];
    await writeFile(join(folder, 'policy.json'), policy);
    const [broken, fixed] = shown(
      'The bucket policy is refused or insufficient',
      'destination-s3-streaming policy validate policy.json --config destination.json',
    );
    const before = await run(['policy', 'validate', join(folder, 'policy.json')]);
    assert.deepEqual([before.stdout, before.exitCode], [broken, 1]);
    const { stdout } = await run(['policy', 'validate', join(folder, 'policy.json'), '--fix']);
    await writeFile(join(folder, 'policy.json'), stdout);
    const after = await run(['policy', 'validate', join(folder, 'policy.json')]);
    assert.deepEqual([after.stdout, after.exitCode, after.stderr], [fixed, 0, '']);
  });

  test('says what to do when S3 may not use the key', async () => {
    const encryption = { mode: 'sse_kms', kms_key_id: key };
    const command = 'destination-s3-streaming check --config destination.json';
    const [broken, fixed] = shown('KMS errors', command);
    await using server = await bucketFor([
      { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] },
    ]);
    // As S3 answers: the server of the tests knows no keys.
    const message = `User: ${user} is not authorized to perform: kms:GenerateDataKey on resource: ${key} because no identity-based policy allows the kms:GenerateDataKey action`;
    server.inject({ kind: 'error', code: 'AccessDenied', operation: 'PutObject', times: Infinity, message });
    assert.equal(broken, await lastOfCheck(server, { encryption }));
    const [statement] = shown(
      'KMS errors',
      `destination-s3-streaming policy --kind kms --principal ${user} --config destination.json`,
    );
    const printed = await run(['policy', '--kind', 'kms', '--principal', user], { encryption });
    assert.equal(statement, printed.stdout);
    server.clearFaults();
    assert.equal(fixed, await lastOfCheck(server, { encryption }));
  });
});

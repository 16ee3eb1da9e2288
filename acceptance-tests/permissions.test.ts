// The policies that `policy` prints, applied to a real server's bucket and users: with them the programs run from check to the
// replacement of a stream; with exactly one action less, check names it and the sync fails.
// The server asks for no s3:PutObjectAcl and for no use of a KMS key; those are held to the server of our own tests.
import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';

import { createBucket, createUser, putBucketPolicy, type Statement, type User } from './support/account.ts';
import {
  type Answer,
  ask,
  executables,
  type Json,
  jsonFile,
  judgePrintedLines,
  type Side,
} from './support/programs.ts';
import { destinationConfig, discoverCatalog, openSetting, type Setting, sourceConfig } from './support/setting.ts';
import { runProgram } from '../test/support/program.ts';

type Policy = {
  readonly Version: string;
  readonly Statement: readonly (Statement & { readonly Action: readonly string[] })[];
};

let setting: Setting;
before(async () => {
  setting = await openSetting();
});

const stream = { name: 'rows', json_schema: { type: 'object' }, supported_sync_modes: ['full_refresh'] };
const catalog = { streams: [{ stream, sync_mode: 'full_refresh', destination_sync_mode: 'overwrite' }] };
const line = (message: Json): string => `${JSON.stringify(message)}\n`;
const input = [
  line({ type: 'RECORD', record: { stream: 'rows', data: { a: 1 }, emitted_at: 1_700_000_000_000 } }),
  line({ type: 'STATE', state: { type: 'STREAM', stream: { stream_descriptor: { name: 'rows' }, stream_state: {} } } }),
].join('');

/** What the built program prints for a config. */
async function policyOf(side: Side, config: Json, options: readonly string[]): Promise<Policy> {
  const args = ['policy', '--config', await jsonFile(config), ...options];
  const { stdout, stderr, exitCode } = await runProgram(executables[side], args);
  assert.equal(exitCode, 0, stderr);
  return JSON.parse(stdout) as Policy;
}

function without({ Version, Statement }: Policy, action: string): Policy {
  const left = Statement.map((statement) => ({
    ...statement,
    Action: statement.Action.filter((one) => one !== action),
  }));
  return { Version, Statement: left.filter(({ Action }) => Action.length > 0) };
}

/** A user with the config's policy, less an action: of the bucket, or of their own. */
async function allowed(side: Side, kind: 'bucket' | 'iam', less?: string): Promise<Json> {
  const bucket = side === 'source' ? setting.bucket : await createBucket();
  const configFor = (user: User): Json => {
    if (side === 'source') return sourceConfig({ bucket, reader: user });
    return destinationConfig({ bucket, writer: user }, { streams: [] });
  };
  const nobody = await createUser();
  const options = kind === 'iam' ? ['--kind', 'iam'] : ['--principal', nobody.arn];
  const whole = await policyOf(side, configFor(nobody), options);
  const policy = less === undefined ? whole : without(whole, less);
  if (kind === 'iam') return configFor(await createUser(...policy.Statement));
  await putBucketPolicy(bucket, JSON.stringify(policy));
  return configFor(nobody);
}

const sync = async (side: Side, config: Json): Promise<Answer> => {
  if (side === 'source')
    return ask('source', 'read', { config, catalog: await discoverCatalog(sourceConfig(setting)) });
  const first = await ask('destination', 'write', { config, catalog }, input);
  return first.exitCode === 0 ? ask('destination', 'write', { config, catalog }, input) : first;
};

const needed = {
  source: ['s3:ListBucket', 's3:GetObject'],
  destination: ['s3:PutObject', 's3:GetObject', 's3:ListBucket', 's3:DeleteObject'],
} as const;

for (const kind of ['bucket', 'iam'] as const) {
  for (const side of ['source', 'destination'] as const) {
    suite(`with the ${kind} policy alone the ${side}`, () => {
      test('runs from check to the end of a sync', async () => {
        const config = await allowed(side, kind);
        const checked = await ask(side, 'check', { config });
        assert.match(checked.stdout, /"status":"SUCCEEDED"/u);
        assert.doesNotMatch(checked.stdout, /denied|would fail/u);
        const synced = await sync(side, config);
        assert.equal(synced.exitCode, 0, synced.stdout);
      });

      for (const action of needed[side]) {
        test(`fails without ${action}, which check names`, async () => {
          const config = await allowed(side, kind, action);
          const { stdout, exitCode } = await ask(side, 'check', { config });
          assert.equal(exitCode, 0);
          const isFatal = side === 'source' || action === 's3:PutObject';
          assert.match(stdout, isFatal ? /"status":"FAILED"/u : /"WARN","message":"Replaced streams/u);
          assert.match(stdout, new RegExp(`Allow (?:s3:\\w+ and )*${action}\\b[^]* on arn:aws:s3:::`, 'u'));
          const denied = new Set(Array.from(stdout.matchAll(/ — (s3:\w+) — [^—]* — denied/gu), ([, one]) => one));
          assert.deepEqual([...denied], [action], stdout);
          const synced = await sync(side, config);
          assert.equal(synced.exitCode, 1);
          assert.match(synced.stdout, /access denied/u);
        });
      }
    });
  }
}

judgePrintedLines();

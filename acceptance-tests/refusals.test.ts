// What goes wrong at a customer's: each ends in one message that says what to change, the right failure type and exit code.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { before, suite, test } from 'node:test';
import { promisify } from 'node:util';

import { createUser, freshName } from './support/account.ts';
import { type Answer, ask, executables, type Json, judgePrintedLines, type Side } from './support/programs.ts';
import {
  accessKey,
  catalogOf,
  destinationConfig,
  discoverCatalog,
  mayGet,
  mayList,
  openSetting,
  type Setting,
  sourceConfig,
} from './support/setting.ts';

const execute = promisify(execFile);

let setting: Setting;
let sourceCatalog: Json;
before(async () => {
  setting = await openSetting();
  const { streams } = (await discoverCatalog(sourceConfig(setting))) as { readonly streams: readonly Json[] };
  sourceCatalog = { streams: streams.slice(0, 1) }; // Each stream that fails has a message of its own.
});

const stream = { name: 'flights', json_schema: { type: 'object' }, supported_sync_modes: ['full_refresh'] };
const record = `${JSON.stringify({ type: 'RECORD', record: { stream: 'flights', data: { a: 1 }, emitted_at: 1_700_000_000_000 } })}\n`;

type Failure = { readonly message: string; readonly failure_type: string };

/** What an answer tells the user: FAILED statuses and errors. */
function failures({ messages }: Answer): { readonly statuses: readonly string[]; readonly errors: readonly Failure[] } {
  return {
    statuses: messages.flatMap(({ connectionStatus }) => {
      const { status, message = '' } = (connectionStatus ?? {}) as {
        readonly status?: string;
        readonly message?: string;
      };
      return status === undefined ? [] : [`${status}: ${message}`];
    }),
    errors: messages.flatMap(({ trace }) => (trace as { readonly error?: Failure } | undefined)?.error ?? []),
  };
}

/** `check` says FAILED with exit code 0, the sync one config_error with exit code 1, both in these words. */
async function refuses(side: Side, config: Json, words: RegExp): Promise<void> {
  const checked = await ask(side, 'check', { config });
  const { statuses, errors } = failures(checked);
  assert.deepEqual([statuses.length, errors, checked.exitCode, checked.stderr], [1, [], 0, ''], checked.stdout);
  assert.match(statuses[0] ?? '', /^FAILED: /u);
  assert.match(statuses[0] ?? '', words);
  if (side === 'source') await failsOnce(await ask('source', 'read', { config, catalog: sourceCatalog }), words);
  else await failsOnce(await ask('destination', 'write', { config, catalog: catalogOf(stream) }, record), words);
}

async function failsOnce(answer: Answer, words: RegExp, failureType = 'config_error'): Promise<void> {
  const { statuses, errors } = failures(answer);
  const texts = new Set(errors.map(({ message }) => message));
  assert.deepEqual([texts.size, statuses, answer.exitCode, answer.stderr], [1, [], 1, ''], answer.stdout);
  assert.match(errors[0]?.message ?? '', words);
  assert.equal(errors[0]?.failure_type, failureType);
}

const configs = { source: sourceConfig, destination: destinationConfig } as const;
const sides = ['source', 'destination'] as const;

/** The working config of a side, with `more` gone wrong in it. */
function broken(side: Side, more: Json): Json {
  return configs[side](setting, more);
}

/** Working credentials with `more` gone wrong in them. */
function brokenKey(side: Side, more: Json): Json {
  return { ...accessKey(side === 'source' ? setting.reader : setting.writer), ...more };
}

for (const side of sides) {
  suite(`the ${side} says in one message`, () => {
    test('that the secret is wrong', async () => {
      const credentials = brokenKey(side, { secret_access_key: 'not-the-secret' });
      await refuses(side, broken(side, { credentials }), /the secret does not match .* Correct "secret_access_key"/u);
    });

    test('that the key is unknown', async () => {
      const credentials = brokenKey(side, { access_key_id: 'AKIAUNKNOWN000000000' });
      await refuses(side, broken(side, { credentials }), /the access key ID is unknown\. Correct "access_key_id"/u);
    });

    test('that the bucket is missing', async () => {
      const bucket = freshName('missing');
      const statements = [
        mayList(bucket),
        mayGet(bucket),
        { ...mayGet(bucket), Action: 's3:PutObject', Resource: '*' },
      ];
      const credentials = accessKey(await createUser(...statements));
      await refuses(side, broken(side, { bucket, credentials }), new RegExp(`bucket "${bucket}" does not exist`, 'u'));
    });

    test('that nothing listens at the endpoint', async () => {
      await refuses(side, broken(side, { endpoint: 'http://127.0.0.1:9' }), /127\.0\.0\.1:9/u);
    });

    test('three mistakes of a config', async () => {
      const { region: _region, ...rest } = broken(side, { bucket: 's3://publisher-data' });
      await refuses(
        side,
        { ...rest, credentials: { auth_type: 'acces_key' } },
        /(?=[^]*bucket)(?=[^]*region)(?=[^]*auth_type)/u,
      );
    });
  });
}

suite('a missing right is named with its resource', () => {
  test('s3:ListBucket', async () => {
    const reader = await createUser(mayGet(setting.bucket));
    await refuses(
      'source',
      sourceConfig({ ...setting, reader }),
      new RegExp(`Allow s3:ListBucket on \\S*${setting.bucket}`, 'u'),
    );
  });

  test('s3:GetObject', async () => {
    const reader = await createUser(mayList(setting.bucket));
    await refuses(
      'source',
      sourceConfig({ ...setting, reader }),
      new RegExp(`Allow s3:GetObject on \\S*${setting.bucket}`, 'u'),
    );
  });

  test('s3:PutObject', async () => {
    const writer = await createUser();
    const words = new RegExp(`Allow s3:PutObject\\b.* on \\S*${setting.bucket}/permutive/`, 'u');
    await refuses('destination', destinationConfig({ ...setting, writer }), words);
  });
});

test('garbage on standard input is named by its line, and what came before is kept', async () => {
  const files = { config: destinationConfig(setting), catalog: catalogOf(stream) };
  await failsOnce(await ask('destination', 'write', files, 'garbage'), /[Ll]ine 1\b/u, 'system_error');
  await failsOnce(await ask('destination', 'write', files, `${record}{"type":\n`), /[Ll]ine 2\b/u, 'system_error');
});

test('a Node that is too old is reported in one line and one TRACE', async (context) => {
  const { stdout } = await execute('which', ['-a', 'node']);
  for (const node of new Set(stdout.trim().split('\n'))) {
    const version = (await execute(node, ['--version'])).stdout.trim().slice(1);
    if (Number.parseInt(version, 10) >= 24) continue;
    context.diagnostic(`tried with ${node} ${version}`);
    for (const side of sides) {
      await assert.rejects(execute(node, [executables[side], 'spec']), ({ code, stdout, stderr }: Failed) => {
        assert.equal(code, 1);
        assert.match(
          stdout,
          /^\{"type":"TRACE",.*"failure_type":"config_error","internal_message":"NODE_OUTDATED"\}\}\}\n$/u,
        );
        assert.match(stderr, new RegExp(`^\\S+ needs Node\\.js 24 or newer, this is ${version} .*\\n$`, 'u'));
        return true;
      });
    }
  }
});

type Failed = Error & { readonly code: number; readonly stdout: string; readonly stderr: string };

judgePrintedLines();

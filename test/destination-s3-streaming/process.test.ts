import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { beforeEach, suite, test } from 'node:test';
import type { Ended } from '../support/program.ts';
import { assertProtocolLines, ofType, type ProtocolMessage, traceErrors } from '../support/models/protocol-schema.ts';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { emptyServer } from '../support/empty-server.ts';
import { startDestination } from './support/process.ts';
import { bucket, catalogJson, recordLine, stateLine, type Json } from '../support/destination-input.ts';
import { storedRows } from './support/streaming.ts';

const at = Date.UTC(2026, 0, 15, 14, 30);
const row = recordLine('events', { time: at });

suite('the program destination-s3-streaming', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  async function write(
    input: string | Uint8Array,
    config: Json = {},
  ): Promise<Ended & { readonly messages: readonly ProtocolMessage[] }> {
    await using program = await startDestination('write', server, { config, catalog: catalogJson('events') });
    program.child.stdin.end(input);
    const ended = await program.ended();
    assert.equal(ended.stderr, '');
    assert.doesNotMatch(ended.stdout, /secret-canary/u);
    return { ...ended, messages: assertProtocolLines(ended.stdout) };
  }

  test('writes what comes in on standard input and prints the states on standard output', async () => {
    const { messages, exitCode } = await write(row + row + stateLine('events', { n: 2 }));
    assert.equal(exitCode, 0);
    assert.deepEqual(
      ofType(messages, 'STATE').map(({ state }) => 'destinationStats' in state && state.destinationStats),
      [{ recordCount: 2 }],
    );
    assert.equal(storedRows(server).length, 2);
    const [sentence, json] = ofType(messages, 'LOG')
      .slice(-2)
      .map(({ log }) => log.message);
    assert.match(String(sentence), /^2 records and 1 state read .* 1 PutObject/u);
    const { tables, rows, files, rejected } = JSON.parse(String(json)) as Record<string, unknown>;
    assert.deepEqual([rows, files, rejected], [2, 1, 0]);
    assert.match(JSON.stringify(tables), /^\[\{"table":"events","rows":2,"bytes":\d+,"files":1\}\]$/u);
  });

  test('ends well when nothing comes in', async () => {
    const { exitCode, messages } = await write('');
    assert.equal(exitCode, 0);
    assert.deepEqual(ofType(messages, 'STATE'), []);
    assert.equal(server.objects(bucket).length, 0);
  });

  test('takes a last line without a newline', async () => {
    const { exitCode } = await write(row + row.trimEnd());
    assert.equal(exitCode, 0);
    assert.equal(storedRows(server).length, 2);
  });

  test('stores and acknowledges what came before half a line at the end of input', async () => {
    const { exitCode, messages } = await write(row + stateLine('events', { n: 1 }) + row.slice(0, 40));
    assert.equal(exitCode, 1);
    assert.equal(ofType(messages, 'STATE').length, 1);
    const [error] = traceErrors(messages);
    assert.match(
      String(error?.message),
      /^Line 3 of the input .* The input ended in the middle of it: look for the failure .*, and run again\.$/u,
    );
    assert.equal(error?.failure_type, 'system_error');
  });

  test('answers garbage with one clear message', async () => {
    const { exitCode, messages } = await write('garbage that is no secret-canary\n');
    assert.equal(exitCode, 1);
    assert.deepEqual(
      traceErrors(messages).map(({ message }) => message),
      ['Line 1 of the input is not a message of the Airbyte protocol. Correct the program that writes the input.'],
    );
  });

  test('takes a line of 100 MB and refuses one over the limit', async () => {
    const long = Buffer.from(recordLine('events', { time: at, x: 'x'.repeat(100 * 1024 * 1024) }));
    const { exitCode } = await write(long, { gzip_level: 1 });
    assert.equal(exitCode, 0);
    assert.equal(storedRows(server)[0]?.length, JSON.stringify({ time: at, x: '' }).length + 100 * 1024 * 1024);
    const endless = await write(Buffer.concat([Buffer.from(row), Buffer.alloc(140 * 1024 * 1024, 'x')]));
    assert.equal(endless.exitCode, 1);
    assert.match(String(traceErrors(endless.messages)[0]?.message), /^Line 2 of the input is longer than \d+/u);
    assert.equal(storedRows(server).length, 2);
  });

  const failures: readonly (readonly [string, Json, RegExp])[] = [
    ['a missing bucket', { bucket: 'no-such-bucket' }, /no-such-bucket/u],
    ['an endpoint where nothing listens', { endpoint: 'http://127.0.0.1:1' }, /127\.0\.0\.1:1/u],
    [
      'three mistakes',
      { region: 'EU', gzip_level: 10, prefix: '/x', endpoint: '' },
      /3 mistakes: .*"gzip_level".*"region".*"prefix"/u,
    ],
    ['a prefix that leads elsewhere', { prefix: 'a/../b' }, /"prefix".* "\.\."/u],
  ];
  for (const [what, config, message] of failures) {
    test(`says in one message what is wrong with ${what}`, async () => {
      const { exitCode, messages } = await write(row, config);
      assert.equal(exitCode, 1);
      const errors = traceErrors(messages);
      assert.equal(errors.length, 1);
      assert.match(String(errors[0]?.message), message);
      assert.equal(errors[0]?.failure_type, 'config_error');
    });
  }

  test('stops reading at SIGTERM, stores what is open, says so and exits with 143', async () => {
    await using program = await startDestination('write', server, { catalog: catalogJson('events') });
    const lines = createInterface({ input: program.child.stdout });
    program.child.stdin.write(row + stateLine('events', { n: 1 }) + row.slice(0, 20));
    // It looks for what earlier runs left, and then reads.
    server.setHooks({
      onAnswer: ({ key }) => void (key.endsWith('_staging/') && setTimeout(() => program.child.kill('SIGTERM'), 1000)),
    });
    const printed: string[] = [];
    for await (const line of lines) printed.push(line);
    assert.deepEqual(await program.exited, { exitCode: 143, signal: null });
    assert.equal(printed.filter((line) => line.includes('"STATE"')).length, 1);
    assert.equal(storedRows(server).length, 1);
  });

  test('ends when the reader of its output goes away', async () => {
    await using program = await startDestination('write', server, {
      catalog: catalogJson('events'),
      config: { max_file_age_seconds: 1 },
    });
    program.child.stdout.destroy();
    program.child.stdin.write(row + stateLine('events', { n: 1 }));
    const feed = setInterval(() => program.child.stdin.write(row + stateLine('events', { n: 2 })), 50);
    const { exitCode } = await program.exited;
    clearInterval(feed);
    assert.equal(exitCode, 1);
  });

  test('prints each state whole to a slow reader', async () => {
    await using program = await startDestination('write', server, { catalog: catalogJson('events') });
    const states = Array.from({ length: 20_000 }, (_, n) => stateLine('events', { n }));
    program.child.stdin.end(row + states.join(''));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const { stdout, exitCode } = await program.ended();
    assert.equal(exitCode, 0);
    const printed = ofType(assertProtocolLines(stdout), 'STATE');
    assert.equal(printed.length, states.length);
  });

  test('check tries what a sync does, and leaves nothing behind', async () => {
    const calls: string[] = [];
    server.setHooks({ onRequest: ({ operation, key }) => void calls.push(`${operation} ${key.slice(0, 12)}`) });
    await using program = await startDestination('check', server);
    const { stdout, exitCode } = await program.ended();
    assert.equal(exitCode, 0);
    const [status] = ofType(assertProtocolLines(stdout), 'CONNECTION_STATUS');
    assert.deepEqual(status?.connectionStatus, { status: 'SUCCEEDED' });
    assert.equal(
      calls
        .map((call) => call.replace(/ .*/u, ''))
        .toSorted()
        .join(' '),
      // The last three writes: create-only, over another version, and over the one that was read.
      'CopyObject DeleteObjects GetObject GetObject GetPublicAccessBlock HeadObject ListObjectsV2 ListObjectsV2 PutObject PutObject PutObject PutObject',
    );
    assert.equal(server.objects(bucket).length, 0);
  });

  test('check says what failed, and that an object stays when it may not be deleted', async () => {
    server.inject({ kind: 'error', code: 'AccessDenied', operation: 'DeleteObjects' });
    await using lasting = await startDestination('check', server);
    const { stdout } = await lasting.ended();
    const messages = assertProtocolLines(stdout);
    assert.equal(ofType(messages, 'CONNECTION_STATUS')[0]?.connectionStatus.status, 'SUCCEEDED');
    assert.ok(
      ofType(messages, 'LOG').some(({ log }) => log.level === 'WARN' && log.message.includes('s3:DeleteObject')),
    );
    server.inject({ kind: 'error', code: 'AccessDenied', operation: 'PutObject' });
    await using refused = await startDestination('check', server);
    const ended = await refused.ended();
    assert.equal(ended.exitCode, 0);
    const [status] = ofType(assertProtocolLines(ended.stdout), 'CONNECTION_STATUS');
    assert.equal(status?.connectionStatus.status, 'FAILED');
    assert.match('message' in status.connectionStatus ? status.connectionStatus.message : '', /s3:PutObject/u);
  });

  test('exits by itself while its input stays open, once it has failed', async () => {
    server.inject({ kind: 'error', code: 'AccessDenied', operation: 'PutObject', times: Infinity });
    await using program = await startDestination('write', server, {
      catalog: catalogJson('events'),
      config: { max_file_age_seconds: 1 },
    });
    program.child.stdin.write(row);
    await once(program.child, 'exit');
    assert.equal(program.child.exitCode, 1);
  });
});

// The streaming destination as a Singer target, run as a process.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { beforeEach, suite, test } from 'node:test';

import { jsonFile } from '../support/json-files.ts';
import { type Ended, startProgram, type Program } from '../support/program.ts';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { emptyServer } from '../support/empty-server.ts';
import type { Json } from '../support/destination-input.ts';
import { configJson, storedFiles, storedRows } from './support/streaming.ts';

const target = join(import.meta.dirname, '../../destination-s3-streaming/src/target.ts');

function schema(stream: string): string {
  return `{"type":"SCHEMA","stream":"${stream}","schema":{"properties":{"id":{"type":"integer"}}},"key_properties":["id"]}\n`;
}

function record(stream: string, row: string): string {
  return `{"type":"RECORD","stream":"${stream}","record":${row},"time_extracted":"2026-01-15T12:00:00Z"}\n`;
}

const state = (value: string): string => `{"type":"STATE","value":${value}}\n`;

suite('target-s3-streaming', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  async function start(config: Json = {}): Promise<Program> {
    return startProgram(target, ['--config', await jsonFile(configJson(server, config))]);
  }

  async function send(input: string, config: Json = {}): Promise<Ended> {
    await using program = await start(config);
    program.child.stdin.end(input);
    const ended = await program.ended();
    assert.doesNotMatch(`${ended.stdout}${ended.stderr}`, /secret-canary/u);
    return ended;
  }

  test('stores rows as they came and prints the last words of a tap', async () => {
    const row = '{"id": 12345678901234567890, "price": 1.10}';
    const { stdout, stderr, exitCode } = await send(schema('a') + record('a', row) + state('{"n": 1.0}'));
    assert.deepEqual([stdout, exitCode], ['{"n": 1.0}\n', 0], stderr);
    assert.deepEqual(storedRows(server), [row]);
    const [key = ''] = storedFiles(server).keys();
    assert.match(key, /^permutive\/type=a\/year=2026\/month=01\/day=15\/hour=12\/.*\.jsonl\.gz$/u);
  });

  test('keeps the beginning of a record that is longer than a line may be, and stores the others', async () => {
    const long = record('a', `{"id":2,"text":"${'x'.repeat(140 * 1024 * 1024)}"}`);
    const rows = [record('a', '{"id":1}'), long, record('a', '{"id":3}')];
    const { stdout, stderr, exitCode } = await send(schema('a') + rows.join('') + state('1'));
    assert.deepEqual([stdout, exitCode], ['1\n', 0], stderr);
    assert.match(stderr, new RegExp(`has ${long.length - 1} bytes, more than a record may have`, 'u'));
    const stored = storedRows(server);
    assert.deepEqual(stored.filter((row) => !row.includes('line_too_long')).sort(), ['{"id":1}', '{"id":3}']);
  });

  test('says nothing on a healthy day that a runner takes for a failure', async () => {
    const { stderr } = await send(schema('a') + record('a', '{"id":1}'));
    assert.match(stderr, /^target-s3-streaming: 1 record /u);
    assert.doesNotMatch(stderr, /error|exception/iu);
  });

  test('takes streams as they come, each state after the rows of all before it', async () => {
    const input = ['a', 'b', 'c'].map((name) => schema(name) + record(name, '{"id":1}') + state(`"${name}"`));
    const { stdout, exitCode } = await send(input.join(''));
    assert.deepEqual([stdout, exitCode], ['"a"\n"b"\n"c"\n', 0]);
    assert.equal(storedRows(server).length, 3);
  });

  test('goes by what is set for a stream when the tap names it, and takes that for no mistake before', async () => {
    const streams = [{ stream: 'b', type: 'other' }];
    const input = ['a', 'b'].map((name) => schema(name) + record(name, '{"id":1}'));
    const { stderr } = await send(input.join(''), { streams });
    assert.doesNotMatch(stderr, /WARN/u);
    const types = Array.from(storedFiles(server).keys(), (key) => key.split('/')[1]);
    assert.deepEqual(new Set(types), new Set(['type=a', 'type=other']));
  });

  test('keeps and acknowledges what came before an invalid line, and exits with 1', async () => {
    const { stdout, stderr, exitCode } = await send(
      `${schema('a')}${record('a', '{"id":1}')}${state('1')}{"type":"REC`,
    );
    assert.deepEqual([stdout, exitCode], ['1\n', 1]);
    assert.match(
      stderr,
      /Line 4 of the input .* The input ended in the middle of it: look for the failure .*, and run again\. \(INPUT_INVALID\)\n$/u,
    );
    assert.equal(storedRows(server).length, 1);
  });

  test('acknowledges nothing that S3 refuses', async () => {
    server.inject({ kind: 'error', code: 'AccessDenied', operation: 'PutObject', times: Infinity });
    const { stdout, stderr, exitCode } = await send(schema('a') + record('a', '{"id":1}') + state('1'));
    assert.deepEqual([stdout, exitCode], ['', 1]);
    assert.match(stderr, /s3:PutObject/u);
  });

  test('stores what is open on SIGTERM, acknowledges it and exits with 143', async () => {
    await using program = await start();
    program.child.stdin.write(schema('a') + record('a', '{"id":1}') + state('1'));
    program.child.stdin.write(schema('b') + record('b', '{"id":2}') + state('2'));
    let runs = 0;
    server.setHooks({
      onAnswer({ key }) {
        // The second run has searched for what earlier ones left, and reads.
        if (key.endsWith('_staging/') && (runs += 1) === 2) setTimeout(() => program.child.kill('SIGTERM'), 500);
      },
    });
    const [first] = (await once(program.child.stdout, 'data')) as [Buffer]; // The first run has ended.
    let printed = first.toString();
    program.child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    assert.deepEqual(await program.exited, { exitCode: 143, signal: null });
    assert.equal(printed, '1\n2\n');
    assert.equal(storedRows(server).length, 2);
  });

  test('describes itself without a config', async () => {
    await using program = startProgram(target, ['--about', '--format=json']);
    program.child.stdin.end();
    const { stdout, exitCode } = await program.ended();
    assert.equal(exitCode, 0);
    assert.equal((JSON.parse(stdout) as Json)['name'], 'target-s3-streaming');
  });
});

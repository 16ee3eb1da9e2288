// The source as a process: stopped, left by its reader, killed. It leaves no files, and a state to resume from.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';

import { parquet } from '../support/parquet.ts';
import { ofType, type ProtocolMessage, traceErrors, assertProtocolLines } from '../support/models/protocol-schema.ts';
import { catalogJson, configJson, readHere, runSource, secret, serverWith, startSource } from './support/source.ts';

const rowCount = 16_000; // 2.6 MB of output, a STATE every 2,048 rows.
const catalog = catalogJson({ t: { id: { type: 'integer' }, text: { type: 'string' } } });
let body: Buffer;
let folder: string;
before(async () => {
  body = await parquet(
    `SELECT i AS id, 'row number ' || i AS text FROM range(${rowCount}) t(i)`,
    'ROW_GROUP_SIZE 2048',
  );
  folder = await mkdtemp(join(tmpdir(), 's3-connectors-temporary-'));
});
after(() => rm(folder, { recursive: true }));

function ids(messages: readonly ProtocolMessage[]): readonly number[] {
  return ofType(messages, 'RECORD').map(({ record }) => Number(record.data['id']));
}

test('SIGTERM in the middle of a read ends it with 143 and leaves no temporary file', async () => {
  await using server = await serverWith({ 'lake/t/a.parquet': body });
  const run = { config: configJson(server), catalog, env: { TMPDIR: folder } };
  await using program = await startSource('read', run);
  await once(program.child.stdout, 'readable');
  assert.notDeepEqual(await readdir(folder), []);
  program.child.kill('SIGTERM');
  const { stdout, exitCode, signal, stderr } = await program.ended();
  assert.deepEqual({ exitCode, signal, stderr }, { exitCode: 143, signal: null, stderr: '' });
  const messages = assertProtocolLines(stdout);
  assert.ok(ids(messages).length < rowCount);
  assert.deepEqual(traceErrors(messages), []);
  assert.deepEqual(await readdir(folder), []);
});

test('a reader that goes away ends the read with exit code 1 and leaves no temporary file', async () => {
  await using server = await serverWith({ 'lake/t/a.parquet': body });
  const run = { config: configJson(server), catalog, env: { TMPDIR: folder } };
  await using program = await startSource('read', run);
  await once(program.child.stdout, 'readable');
  program.child.stdout.destroy();
  let stderr = '';
  program.child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  assert.deepEqual(await program.exited, { exitCode: 1, signal: null });
  assert.equal(stderr, '');
  assert.deepEqual(await readdir(folder), []);
});

test('a read that ends by itself, or by a failure, leaves no temporary file', async () => {
  await using server = await serverWith({ 'lake/t/a.parquet': body.subarray(0, 8_000) });
  const run = { config: configJson(server), catalog, env: { TMPDIR: folder } };
  assert.equal((await runSource('read', run)).exitCode, 1);
  assert.deepEqual(await readdir(folder), []);
});

test('no output of any verb holds the secret, whatever fails', async () => {
  await using server = await serverWith({ 'lake/t/a.parquet': body.subarray(0, 1000) });
  const config = configJson(server, { schema_prefixes: ['lake', secret] });
  for (const verb of ['check', 'discover', 'read']) {
    await using program = await startSource(verb, {
      config,
      ...(verb === 'read' && { catalog }),
      env: { LOG_LEVEL: 'debug' },
    });
    program.child.stdin.end();
    const { stdout, stderr } = await program.ended();
    assert.ok(stdout.length > 0);
    assert.ok(!`${stdout}${stderr}`.includes(secret), verb);
  }
});

/** Runs until this many bytes were printed, kills it, and returns the complete lines. */
async function killed(server: Parameters<typeof configJson>[0], afterBytes: number): Promise<readonly string[]> {
  await using program = await startSource('read', { config: configJson(server), catalog, env: { TMPDIR: folder } });
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of program.child.stdout as AsyncIterable<Buffer>) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes >= afterBytes) break;
  }
  program.child.kill('SIGKILL');
  await program.exited;
  const lines = Buffer.concat(pieces).toString().split('\n');
  return lines.slice(0, -1);
}

suite('kill -9 at any moment', () => {
  const kills = 20;
  const batch = 2;
  const outputBytes = 2_500_000;

  test(`and a resume from the last state gives each row once, at ${kills} places`, async () => {
    await using server = await serverWith({ 'lake/t/a.parquet': body });
    const places = Array.from({ length: kills }, (_, index) =>
      Math.floor(((index + Math.abs(Math.sin(index))) * outputBytes) / kills),
    );
    for (let at = 0; at < kills; at += batch) {
      await Promise.all(
        places.slice(at, at + batch).map(async (place) => {
          const lines = await killed(server, place);
          const last = lines.findLastIndex((line) => line.startsWith('{"type":"STATE"'));
          const state = last < 0 ? [] : [(JSON.parse(lines[last] ?? '') as { state: object }).state];
          const before = lines.slice(0, Math.max(0, last)).filter((line) => line.startsWith('{"type":"RECORD"')).length;
          const { lines: rest, failures } = await readHere(server, { catalog, state });
          assert.deepEqual(failures, []);
          // Rows come in the file's order: the resumed run must begin with the very next one and read to the end.
          const records = rest.filter((line) => line.startsWith('{"type":"RECORD"'));
          assert.equal(before + records.length, rowCount, `killed after ${place} bytes`);
          assert.ok(records.length === 0 || records[0]?.includes(`"data":{"id":${before},`), records[0]);
          assert.ok(records.every((line, index) => line.includes(`"id":${before + index},`)));
        }),
      );
    }
  });
});

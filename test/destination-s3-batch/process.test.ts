import assert from 'node:assert/strict';
import { mkdtemp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite, test } from 'node:test';
import { type Program, startProgram } from '../support/program.ts';
import type { S3TestServer } from '../support/s3-server/types.ts';
import { catalogJson, recordLine, stateLine, type Json } from '../support/destination-input.ts';
import { configJson, keysBelow } from './support/batch.ts';
import { emptyServer } from '../support/empty-server.ts';

const main = join(import.meta.dirname, '../../destination-s3-batch/src/main.ts');
const overwritten: Json = { name: 'users', destination_sync_mode: 'overwrite', sync_mode: 'full_refresh' };

type Started = Program & { readonly spool: string };

/** `write` as a program, its spool in a folder of its own. Disposal kills it, and removes its files. */
async function startWrite(server: S3TestServer, catalog: Json, config: Json = {}): Promise<Started> {
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-batch-'));
  const spool = join(folder, 'spool');
  const json = configJson(server, { output_format: 'json', spool_dir: spool, ...config });
  await writeFile(join(folder, 'config.json'), JSON.stringify(json));
  await writeFile(join(folder, 'catalog.json'), JSON.stringify(catalog));
  const files = ['--config', join(folder, 'config.json'), '--catalog', join(folder, 'catalog.json')];
  const program = startProgram(main, ['write', ...files]);
  return {
    ...program,
    spool,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

async function untilSpooled(spool: string): Promise<void> {
  for (;;) {
    const folders = await readdir(spool).catch((): string[] => []);
    if (folders.length > 0) return;
    await sleep(10);
  }
}

function users(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, index) => recordLine('users', { id: from + index })).join('');
}

suite('the program', () => {
  const running = emptyServer();

  test('publishes nothing when it is told to stop, drops its spool, and ends with 143', async () => {
    const server = running();
    await using program = await startWrite(server, catalogJson('visits', overwritten));
    program.child.stdin.write(recordLine('visits', { n: 1 }) + stateLine('visits', {}) + users(0, 10));
    await untilSpooled(program.spool);
    program.child.kill('SIGTERM');
    const { stdout, exitCode } = await program.ended();
    assert.equal(exitCode, 143);
    assert.doesNotMatch(stdout, /"type":"STATE"/u);
    assert.deepEqual([await readdir(program.spool), keysBelow(server, '')], [[], []]);
  });

  test('says in the last line of its log, as JSON, what it did', async () => {
    await using program = await startWrite(running(), catalogJson('visits'));
    program.child.stdin.end(recordLine('visits', { time: '2026-01-05', n: 1 }) + recordLine('visits', { n: 'x' }));
    const { stdout, exitCode } = await program.ended();
    assert.equal(exitCode, 0);
    const last = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { log: { message: string } };
    const { seconds, bytes, tables, ...rest } = JSON.parse(last.log.message) as Record<string, unknown>;
    assert.ok(Number(seconds) > 0 && Number(bytes) > 0 && Array.isArray(tables));
    assert.deepEqual(rest, { records: 2, rejected: 0, untimed: 1, invalid: 0, rows: 2, files: 2, misfit_values: 1 });
  });

  test('removes what a process that was killed left in the spool’s folder, and nothing else', async () => {
    await using program = await startWrite(running(), catalogJson('visits'));
    const gone = `s3-connectors-spool-${hostname()}-4194301-abc`;
    const others = [
      `s3-connectors-spool-${hostname()}-${process.pid}-abc`,
      's3-connectors-spool-elsewhere-1-abc',
      'mine',
    ];
    for (const name of [gone, ...others]) await mkdir(join(program.spool, name), { recursive: true });
    program.child.stdin.end(recordLine('visits', { n: 1 }));
    await program.ended();
    assert.deepEqual((await readdir(program.spool)).sort(), others.sort());
  });

  test('refuses a spool in memory that is too large, with the mend', async () => {
    await using program = await startWrite(running(), catalogJson('visits'), {
      spool_dir: '/dev/shm',
      max_spool_gb: 1,
    });
    program.child.stdin.end(recordLine('visits', { n: 1 }));
    const { stdout, exitCode } = await program.ended();
    assert.equal(exitCode, 1);
    assert.match(stdout, /lies in memory.*Set \\"spool_dir\\" to a folder on disk/u);
  });
});

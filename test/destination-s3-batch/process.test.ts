import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite, test } from 'node:test';
import { type Program, startProgram } from '../support/program.ts';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { catalogJson, recordLine, stateLine, type Json } from '../support/destination-input.ts';
import { configJson, keysBelow } from './support/batch.ts';
import { emptyServer } from '../support/empty-server.ts';

const main = join(import.meta.dirname, '../../destination-s3-batch/src/main.ts');
const overwritten: Json = { name: 'users', destination_sync_mode: 'overwrite', sync_mode: 'full_refresh' };

type Started = Program & { readonly spool: string };

/** `write` as a program, with its own spool folder. Disposal kills it, and removes its files. */
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
    if (folders.some((name) => name.startsWith('s3-connectors-tmp-'))) return;
    await sleep(10);
  }
}

function users(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, index) => recordLine('users', { id: from + index })).join('');
}

suite('the program', () => {
  const running = emptyServer();

  test('publishes nothing when it is stopped, drops its spool, and exits with 143', async () => {
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
    const none = {
      states: 0,
      rejected: 0,
      invalid: 0,
      late: 0,
      early: 0,
      nulled_values: 0,
      repaired_texts: 0,
      repeated_keys: 0,
      out_of_range: 0,
    };
    const values = { misfit_values: 0, cut_values: 0, coerced_values: 1 };
    assert.deepEqual(rest, { records: 2, ...none, untimed: 1, rows: 2, files: 2, ...values });
  });

  test('removes the spool of a run that was killed when the next one starts, and not that of one that lives', async () => {
    const server = running();
    await using killed = await startWrite(server, catalogJson('visits'));
    const config = { spool_dir: killed.spool };
    await untilSpooled(killed.spool);
    killed.child.kill('SIGKILL');
    await killed.exited;
    await using living = await startWrite(server, catalogJson('visits'), config);
    const [log] = (await once(living.child.stdout, 'data')) as [Buffer];
    assert.match(log.toString(), /Removed 1 temporary folder of killed runs/u);
    await untilSpooled(killed.spool);
    const [own] = await readdir(killed.spool);
    await using next = await startWrite(server, catalogJson('visits'), config);
    next.child.stdin.end(recordLine('visits', { n: 1 }));
    assert.equal((await next.ended()).exitCode, 0);
    assert.deepEqual(await readdir(killed.spool), [own]);
  });

  test('refuses a spool in memory that is too large, with the remedy', async () => {
    await using program = await startWrite(running(), catalogJson('visits'), {
      spool_dir: '/dev/shm',
      max_spool_gb: 1,
    });
    program.child.stdin.end(recordLine('visits', { n: 1 }));
    const { stdout, exitCode } = await program.ended();
    assert.equal(exitCode, 1);
    assert.match(stdout, /is in memory.*Set \\"spool_dir\\" to a folder on disk/u);
  });
});

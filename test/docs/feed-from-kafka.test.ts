// docs/examples/feed-from-kafka.ts as it stands in the docs, between a stand-in for kcat and the destination.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { bucket, catalogJson } from '../support/destination-input.ts';
import { configJson, storedRows } from '../destination-s3-streaming/support/streaming.ts';
import { type Program, startProgram } from '../support/program.ts';
import { startS3Server } from '../../tools/s3-server/server.ts';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { messagesPerPartition, rowOf } from './support/topic.ts';

const root = join(import.meta.dirname, '../..');
const script = join(root, 'docs/examples/feed-from-kafka.ts');
const destination = join(root, 'destination-s3-streaming/src/main.ts');
const partitions = ['0', '1'];
const messages = partitions.length * messagesPerPartition;

type Setting = AsyncDisposable & {
  readonly server: S3TestServer;
  readonly start: () => Program;
  /** By partition: the offset that the next start begins at. */
  readonly offsets: () => Promise<Readonly<Record<string, number>>>;
};

async function setUp(): Promise<Setting> {
  const server = await startS3Server();
  server.createBucket(bucket);
  const folder = await mkdtemp(join(tmpdir(), 's3-connectors-feed-'));
  const file = (name: string): string => join(folder, `${name}.json`);
  await writeFile(file('config'), JSON.stringify(configJson(server, { max_file_age_seconds: 1 })));
  await writeFile(file('catalog'), JSON.stringify(catalogJson('pages')));
  const options = { brokers: 'b', topic: 't', partitions: partitions.join(','), stream: 'pages' };
  const files = { config: file('config'), catalog: file('catalog'), offsets: file('offsets') };
  const args = Object.entries({ ...options, ...files }).flatMap(([name, value]) => [`--${name}`, value]);
  const env = { PATH: [join(import.meta.dirname, 'support'), process.env['PATH']].join(delimiter) };
  return {
    server,
    start: () => startProgram(script, [...args, '--', process.execPath, destination], { env }),
    offsets: async () => {
      const text = await readFile(file('offsets'), 'utf8').catch(() => '{}');
      return JSON.parse(text) as Readonly<Record<string, number>>;
    },
    async [Symbol.asyncDispose]() {
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Rows of messages before the saved offsets that are not in S3. */
async function missing({ server, offsets }: Setting): Promise<readonly string[]> {
  const saved = await offsets();
  const stored = new Set(storedRows(server));
  return partitions.flatMap((partition) =>
    Array.from({ length: saved[partition] ?? 0 }, (_, offset) => rowOf(partition, offset)).filter(
      (row) => row !== undefined && !stored.has(row),
    ),
  ) as string[];
}

/** @throws when the program ends before the condition holds. */
async function until({ child }: Program, condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) {
    assert.equal(child.exitCode, null, 'the feeder has ended');
    await sleep(20);
  }
}

async function sum(offsets: Setting['offsets']): Promise<number> {
  return Object.values(await offsets()).reduce((total, offset) => total + offset, 0);
}

/** The process id of the destination that the script started. */
async function destinationOf({ child }: Program): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-e', '-o', 'pid=,ppid=,args=']);
  const line = stdout.split('\n').find((each) => {
    return each.trim().split(/\s+/u)[1] === String(child.pid) && each.includes('destination-s3-streaming');
  });
  return Number(line?.trim().split(/\s+/u)[0]);
}

suite('the script that feeds from Kafka', () => {
  test('loses no message, whatever is killed and whenever, and saves no offset before its rows are in S3', async () => {
    await using setting = await setUp();
    const { server, start, offsets } = setting;
    for (const victim of ['feeder', 'destination', 'feeder'] as const) {
      await using feeder = start();
      const before = await sum(offsets);
      await until(feeder, async () => (await sum(offsets)) > before || before === messages);
      await sleep(300 * Math.random());
      if (victim === 'feeder') feeder.child.kill('SIGKILL');
      else process.kill(await destinationOf(feeder), 'SIGKILL');
      const { exitCode, signal } = await feeder.exited;
      assert.deepEqual([exitCode, signal], victim === 'feeder' ? [null, 'SIGKILL'] : [1, null]);
      assert.deepEqual(await missing(setting), []);
    }
    await using feeder = start();
    await until(feeder, async () => (await sum(offsets)) === messages);
    feeder.child.kill('SIGTERM');
    assert.equal((await feeder.exited).exitCode, 0);
    assert.deepEqual(await missing(setting), []);
    const all = partitions.flatMap((partition) =>
      Array.from({ length: messagesPerPartition }, (_, offset) => rowOf(partition, offset)),
    );
    assert.deepEqual(new Set(storedRows(server)), new Set(all.filter((row) => row !== undefined)));
  });

  test('stops at a signal only when what it has read is in S3 and its offsets are saved', async () => {
    await using setting = await setUp();
    await using feeder = setting.start();
    await until(feeder, async () => (await sum(setting.offsets)) > 0);
    feeder.child.kill('SIGTERM');
    assert.equal((await feeder.exited).exitCode, 0);
    assert.deepEqual(await missing(setting), []);
    assert.ok((await sum(setting.offsets)) < messages);
  });

  test('ends with an error when the destination does', async () => {
    await using setting = await setUp();
    setting.server.inject({ kind: 'error', code: 'AccessDenied', operation: 'PutObject', times: Infinity });
    await using feeder = setting.start();
    const { stderr, exitCode } = await feeder.ended();
    assert.equal(exitCode, 1);
    assert.match(stderr, /s3:PutObject/u);
    assert.deepEqual(await setting.offsets(), {});
  });
});

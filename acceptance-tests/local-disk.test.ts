// The built programs on real file systems that are small, full, read-only or shared: no row is wrong, whatever is wrong with the
// disk is one error, and no run touches the folder of another that lives.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';

import { catalogJson, placeJson, recordLine, stateLine } from '../test/support/destination-input.ts';
import { parquet } from '../test/support/parquet.ts';
import type { Ended } from '../test/support/program.ts';
import { startS3Server } from '../tools/s3-server/server.ts';
import type { S3TestServer } from '../tools/s3-server/types.ts';
import { type FileSystem, runOn, startOn } from './support/file-systems.ts';
import { executables, jsonFile, type Json, type Message } from './support/programs.ts';

const rowCount = 100_000;
const id = { id: { type: 'integer' } };
const table = { name: 't', namespace: 'lake', json_schema: { type: 'object', properties: id } };
let server: S3TestServer;
let folder: string;
let files: Readonly<Record<'source' | 'batch' | 'streaming' | 'table' | 'visits', string>>;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 's3-connectors-file-systems-'));
  server = await startS3Server();
  const place = placeJson(server);
  server.createBucket(String(place['bucket']));
  const body = await parquet(`SELECT i AS id FROM range(${rowCount}) t(i)`, 'COMPRESSION uncompressed');
  server.seed(String(place['bucket']), 'lake/t/a.parquet', body);
  const { prefix: _, ...connection } = place;
  const layout = { schema_prefixes: ['lake'], data_partitioning: { mode: 'partitioned' } };
  files = {
    source: await jsonFile({ ...connection, ...layout, data_format: { format: 'parquet' } }),
    batch: await jsonFile({ ...place, output_format: 'parquet', spool_dir: folder, max_spool_gb: 0.05 }),
    streaming: await jsonFile(place),
    table: await jsonFile({
      streams: [{ stream: table, sync_mode: 'full_refresh', destination_sync_mode: 'append' }],
    }),
    visits: await jsonFile(catalogJson('visits')),
  };
  const written = await runOn(executables.batch, writeArgs(), { at: folder, input }); // A table that `ddl` can describe.
  assert.equal(written.exitCode, 0, reasonOf(written));
});
after(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

type Case = readonly [name: string, file: string, args: () => readonly string[]];

const usingDisk: readonly Case[] = [
  ['source-s3 check', executables.source, () => ['check', '--config', files.source]],
  ['source-s3 discover', executables.source, () => ['discover', '--config', files.source]],
  ['source-s3 read', executables.source, () => ['read', '--config', files.source, '--catalog', files.table]],
  ['source-s3 inspect', executables.source, () => ['inspect', '--config', files.source]],
  ['destination-s3-batch check', executables.batch, () => ['check', '--config', files.batch]],
  ['destination-s3-batch write', executables.batch, () => writeArgs()],
];
const usingNone: readonly Case[] = [
  ['source-s3 spec', executables.source, () => ['spec']],
  ['source-s3 policy', executables.source, () => ['policy', '--config', files.source, '--principal', '123456789012']],
  ['destination-s3-batch spec', executables.batch, () => ['spec']],
  ['destination-s3-batch ddl', executables.batch, () => ['ddl', '--config', files.batch]],
  ['destination-s3-streaming check', executables.destination, () => ['check', '--config', files.streaming]],
  [
    'destination-s3-streaming write',
    executables.destination,
    () => ['write', '--config', files.streaming, '--catalog', files.visits],
  ],
];
const input = recordLine('visits', { n: 1 }) + stateLine('visits', { n: 1 });

function writeArgs(): readonly string[] {
  return ['write', '--config', files.batch, '--catalog', files.visits];
}

function messagesOf({ stdout }: Pick<Ended, 'stdout'>): readonly Message[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Message);
}

type Told = {
  readonly record?: { readonly data: Json };
  readonly trace?: { readonly error?: { readonly message: string } };
};

/** What went wrong, wherever a verb says that. */
function reasonOf(ended: Ended): string {
  return ended.stdout + ended.stderr;
}

suite('a source on a disk that is nearly full', () => {
  const sweeps: readonly (readonly ['tmpfs' | 'ext4', readonly number[]])[] = [
    ['tmpfs', [4, 12, 64, 300, 740, 748, 760, 768, 776, 780, 784, 820]],
    ['ext4', [256, 500, 700, 760, 800, 840, 880, 920]],
  ];
  for (const [kind, sizes] of sweeps) {
    test(`gives all rows of a ${kind}, or one error and no wrong row`, async (context) => {
      const outcomes: string[] = [];
      for (const kilobytes of sizes) {
        const args = ['read', '--config', files.source, '--catalog', files.table];
        const running = { at: folder, on: { kind, kilobytes }, env: { TMPDIR: folder } };
        const ended = await runOn(executables.source, args, running);
        const told = messagesOf(ended) as readonly (Message & Told)[];
        const ids = told.flatMap(({ record }) => (record === undefined ? [] : [Number(record.data['id'])]));
        assert.deepEqual(ids, [...Array(ended.exitCode === 0 ? rowCount : ids.length).keys()], `${kilobytes} KB`);
        const errors = told.flatMap(({ trace }) => (trace?.error === undefined ? [] : [trace.error.message]));
        assert.equal(errors.length, ended.exitCode === 0 ? 0 : 1, errors.join('\n'));
        for (const error of errors)
          assert.match(error, /no space is left \(ENOSPC\), \d\.\d MB of \d\.\d MB are free/u);
        outcomes.push(ended.exitCode === 0 ? 'all' : 'error');
      }
      context.diagnostic(sizes.map((size, index) => `${size} KB ${outcomes[index]}`).join(', '));
      assert.deepEqual(new Set(outcomes), new Set(['error', 'all']));
    });
  }
});

suite('a batch destination on a disk that is nearly full', () => {
  for (const [format, kind] of [
    ['parquet', 'tmpfs'],
    ['json', 'ext4'],
  ] as const) {
    test(`stores all rows as ${format}, or none and no STATE`, async (context) => {
      const rows = Array.from({ length: 20_000 }, (_, n) =>
        recordLine('visits', { n, text: `row ${(n * 7919) % 99_991}` }),
      );
      const outcomes: string[] = [];
      for (const kilobytes of [200, 500, 650, 750, 850, 1000, 6000]) {
        const prefix = `${format}-${kilobytes}`;
        const config = await jsonFile({
          ...placeJson(server),
          prefix,
          output_format: format,
          spool_dir: folder,
          max_spool_gb: 0.05,
        });
        const ended = await runOn(executables.batch, ['write', '--config', config, '--catalog', files.visits], {
          at: folder,
          on: { kind, kilobytes },
          input: rows.join('') + stateLine('visits', {}),
        });
        const states = messagesOf(ended).filter(({ type }) => type === 'STATE').length;
        const stored = server.objects(String(placeJson(server)['bucket']), `${prefix}/data/`).length;
        if (ended.exitCode === 0) assert.deepEqual([states, stored], [1, 1], `${kilobytes} KB`);
        else {
          assert.deepEqual([ended.exitCode, states, stored], [1, 0, 0], `${kilobytes} KB`);
          assert.match(reasonOf(ended), /cannot be used: no space is left (?:for the query engine )?\(ENOSPC\), /u);
          assert.match(reasonOf(ended), /"internal_message":"TEMP_FOLDER_UNUSABLE/u);
        }
        outcomes.push(`${kilobytes} KB ${ended.exitCode === 0 ? 'all' : 'error'}`);
      }
      context.diagnostic(outcomes.join(', '));
      assert.ok(outcomes.at(0)?.endsWith('error') && outcomes.at(-1)?.endsWith('all'), outcomes.join(', '));
    });
  }

  test('refuses a disk so small that a day would become thousands of files, in check and write', async () => {
    const config = await jsonFile({ ...placeJson(server), output_format: 'json', spool_dir: folder });
    for (const verb of [['check'], ['write', '--catalog', files.visits]]) {
      const running = { at: folder, on: { kind: 'ext4', kilobytes: 60_000 }, input } as const;
      const ended = await runOn(executables.batch, [...verb, '--config', config], running);
      assert.match(
        reasonOf(ended),
        /MB are free, of which the spool takes half, and it needs 50\.0 MB\. Set \\"spool_dir\\"/u,
      );
      assert.equal(ended.exitCode, verb[0] === 'check' ? 0 : 1);
    }
  });
});

suite('a folder for temporary files', () => {
  const unusable: readonly (readonly [on: FileSystem, why: RegExp])[] = [
    [{ kind: 'full' }, /no space is left \(ENOSPC\), 0\.0 MB of 0\.1 MB are free/u],
    [{ kind: 'no inodes' }, /no space is left \(ENOSPC\), its file system has no free inodes/u],
    [{ kind: 'read-only' }, /it is read-only \(EROFS\)/u],
  ];
  for (const [on, why] of unusable) {
    test(`that is ${on.kind} fails each verb that needs it with one error, and no other verb`, async () => {
      for (const [name, file, args] of usingDisk) {
        const ended = await runOn(file, args(), { at: folder, on, env: { TMPDIR: folder }, input });
        const said = reasonOf(ended);
        assert.match(said, why, name);
        assert.ok(said.includes(folder) && /TMPDIR|spool_dir/u.test(said), said);
        assert.doesNotMatch(said, /Replace or remove|UNEXPECTED|stack_trace| {4}at /u, name);
        assert.equal(ended.exitCode, name.endsWith('check') ? 0 : 1, name);
      }
      for (const [name, file, args] of usingNone) {
        const ended = await runOn(file, args(), { at: folder, on, env: { TMPDIR: folder }, input });
        assert.equal(ended.exitCode, 0, `${name}: ${reasonOf(ended)}`);
      }
    });
  }

  test('that this user may not use fails with one error', async () => {
    for (const open of [dirname(files.batch), dirname(dirname(files.batch)), dirname(folder)]) await chmod(open, 0o755);
    for (const [name, file, args] of usingDisk) {
      const ended = await runOn(file, args(), { at: folder, env: { TMPDIR: folder }, input, asNobody: true });
      assert.match(reasonOf(ended), /this user is not allowed to use it \(EACCES\)/u, name);
      assert.doesNotMatch(reasonOf(ended), /UNEXPECTED|stack_trace/u, name);
    }
  });

  test('that vanishes during a run fails it with one error', async () => {
    const vanishing = join(folder, 'vanishing');
    await mkdir(vanishing);
    const config = await jsonFile({ ...placeJson(server), output_format: 'parquet', spool_dir: vanishing });
    const args = ['write', '--config', config, '--catalog', files.visits];
    const { child, exited } = startOn(executables.batch, args, { at: folder });
    await once(child.stdout, 'data');
    while (!(await readdir(vanishing)).some((name) => name.startsWith('s3-connectors-tmp-')));
    await rm(vanishing, { recursive: true });
    child.stdin.end(input);
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await exited;
    assert.equal(child.exitCode, 1);
    assert.match(
      said,
      /it (?:does not exist, or )?was removed \(ENOENT\), its free space is unknown\. Create it, and make sure that nothing removes it/u,
    );
    assert.doesNotMatch(said, /UNEXPECTED|"type":"STATE"/u);
  });
});

suite('temporary folders of other runs', () => {
  const live = { alone: true } as const;

  /** `write` in a container of its own, and its folder. */
  async function startAlone(place: string) {
    const config = await jsonFile({ ...placeJson(server), output_format: 'parquet', spool_dir: place });
    const before = await readdir(place);
    const args = ['write', '--config', config, '--catalog', files.visits];
    const running = startOn(executables.batch, args, { at: folder, ...live });
    for (;;) {
      const name = (await readdir(place)).find((one) => one.startsWith('s3-connectors-tmp-') && !before.includes(one));
      if (name !== undefined) return { ...running, name };
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  test('of killed containers, whose process id was 1 as well, are removed, and those of living ones are not', async () => {
    const place = join(folder, 'shared');
    await mkdir(place);
    const living = await startAlone(place);
    const killed = await startAlone(place);
    killed.child.kill('SIGKILL');
    await killed.exited;
    const next = await startAlone(place);
    assert.deepEqual((await readdir(place)).sort(), [living.name, next.name].sort());
    const source = ['check', '--config', files.source];
    const checked = await runOn(executables.source, source, { at: folder, env: { TMPDIR: place }, ...live });
    assert.equal(checked.exitCode, 0, reasonOf(checked));
    assert.deepEqual((await readdir(place)).sort(), [living.name, next.name].sort());
    for (const { child, exited } of [living, next]) {
      child.stdin.end(input);
      child.stdout.resume();
      await exited;
      assert.equal(child.exitCode, 0);
    }
    assert.deepEqual(await readdir(place), []);
  });

  test('of another user neither block a run nor are touched', async () => {
    const place = join(folder, 'sticky');
    await mkdir(place);
    await chmod(folder, 0o755);
    await chmod(place, 0o1777);
    const left = await startAlone(place);
    left.child.kill('SIGKILL');
    await left.exited;
    const args = ['check', '--config', files.source];
    const ended = await runOn(executables.source, args, { at: folder, env: { TMPDIR: place }, asNobody: true });
    assert.match(ended.stdout, /SUCCEEDED/u, reasonOf(ended));
    assert.deepEqual(await readdir(place), [left.name]);
    await chmod(folder, 0o700);
  });
});

test('a standard output that takes nothing is reported on standard error by every verb', async () => {
  const all = [...usingDisk, ...usingNone];
  for (const [name, file, args] of all) {
    const ended = await runOn(file, args(), { at: folder, env: { TMPDIR: folder }, input, output: '/dev/full' });
    assert.equal(ended.exitCode, 1, name);
    assert.match(ended.stderr, /^Standard output cannot be written \(ENOSPC: .*\(OUTPUT_CLOSED\)$/mu, name);
  }
});

// What a release publishes, installed as a user installs it: plain `npm install` in an empty folder, then `npx`.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { before, suite, test } from 'node:test';
import { promisify } from 'node:util';

import { connectorNames, programNames, singerFaces } from '../tools/generate.ts';
import { stagePackage } from '../tools/release/packages.ts';
import { startS3Server } from '../tools/s3-server/server.ts';
import { temporaryFolder } from './support/programs.ts';

const execute = promisify(execFile);
const bucket = 'installed';
const records = [1, 2, 3].map((id) => ({ id, name: `name ${id}` }));

suite('the packages of a release', () => {
  let folder: string;

  before(async () => {
    const staged = join(await temporaryFolder(), 'staged');
    const packed = join(await temporaryFolder(), 'packed');
    folder = join(await temporaryFolder(), 'empty');
    for (const place of [packed, folder]) await mkdir(place);
    for (const name of connectorNames) {
      await execute('npm', ['pack', '--pack-destination', packed, await stagePackage(name, staged)]);
    }
    await writeFile(join(folder, 'package.json'), '{}');
    const files = (await readdir(packed)).map((name) => join(packed, name));
    await execute('npm', ['install', '--no-audit', '--no-fund', ...files], { cwd: folder });
  });

  /** `npx --no` runs what is installed, or fails. */
  async function npx(args: readonly string[], input = ''): Promise<string> {
    const child = spawn('npx', ['--no', '--', ...args], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdin.end(input);
    const printed = await text(child.stdout);
    assert.equal(
      child.exitCode ?? (await new Promise((resolve) => child.once('exit', resolve))),
      0,
      `${args.join(' ')}\n${printed}`,
    );
    return printed;
  }

  const names = [...connectorNames, ...Object.values(singerFaces).map(({ name }) => name), ...programNames];
  for (const name of names) {
    test(`${name} --version runs with npx`, async () => {
      assert.match(await npx([name, '--version']), /\d+\.\d+\.\d+/u);
    });
  }

  test('what destination-s3-batch writes, source-s3 reads, both run with npx by the names of their packages', async () => {
    await using server = await startS3Server();
    server.createBucket(bucket);
    const store = {
      bucket,
      endpoint: server.endpoint,
      region: 'eu-west-1',
      credentials: { auth_type: 'access_key', access_key_id: 'key', secret_access_key: 'secret' },
    };
    const stream = { name: 'users', json_schema: {}, supported_sync_modes: ['full_refresh'] };
    const file = async (name: string, content: object): Promise<string> => {
      await writeFile(join(folder, name), JSON.stringify(content));
      return name;
    };
    const input = [
      ...records.map((data) => ({ type: 'RECORD', record: { stream: 'users', data, emitted_at: 1_767_225_600_000 } })),
      {
        type: 'TRACE',
        trace: {
          type: 'STREAM_STATUS',
          emitted_at: 1,
          stream_status: { stream_descriptor: { name: 'users' }, status: 'COMPLETE' },
        },
      },
    ];
    const configured = { stream, sync_mode: 'full_refresh', destination_sync_mode: 'append' };
    const destination = await file('destination.json', { ...store, prefix: 'data', output_format: 'parquet' });
    const written = await file('written.json', { streams: [configured] });
    const write = ['--config', destination, '--catalog', written];
    await npx(
      ['@s3-connectors/destination-s3-batch', 'write', ...write],
      input.map((line) => `${JSON.stringify(line)}\n`).join(''),
    );
    const source = {
      ...store,
      schema_prefixes: ['data/'],
      data_format: { format: 'parquet' },
      data_partitioning: { mode: 'partitioned' },
    };
    const config = ['--config', await file('source.json', source)];
    const catalog = await npx(['@s3-connectors/source-s3', 'discover', '--configured', ...config]);
    await writeFile(join(folder, 'read.json'), catalog);
    const printed = await npx(['@s3-connectors/source-s3', 'read', ...config, '--catalog', 'read.json']);
    const rows = printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; record?: { data: { id: number; name: string } } })
      .flatMap(({ record }) => (record === undefined ? [] : [{ id: record.data.id, name: record.data.name }]));
    assert.deepEqual(rows, records);
  });
});

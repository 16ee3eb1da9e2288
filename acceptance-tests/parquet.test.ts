// Parquet that we did not write: made by every writer with every option, as packages carry it, and damaged in hundreds of
// ways. What source-s3 reads is what pyarrow reads; what it refuses, it refuses by name and reason, and alone.
import assert from 'node:assert/strict';
import { globSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { suite, test } from 'node:test';

import { startS3Server } from '../test/support/s3-server/server.ts';
import { freshName } from './support/account.ts';
import { ask, judgePrintedLines, type Json, type Message, temporaryFolder } from './support/programs.ts';
import { environment, runScript } from './support/python.ts';
import { catalogOf } from './support/setting.ts';

const bucket = 'files-of-others';
/** From the start of a stream to its end. */
const mostSeconds = 10;

type Comparison = {
  readonly result: 'equal' | 'different' | 'unreadable';
  readonly why: string;
  readonly rows: number;
};
type Outcome = {
  readonly compared: Readonly<Record<string, Comparison>>;
  /** Why a table was left out by discover or failed in read, by its name. */
  readonly refused: ReadonlyMap<string, string>;
  /** What the slowest stream took. */
  readonly seconds: number;
};

/** Discovers and reads the tables of a folder, a file each. */
async function readTables(tables: string): Promise<Outcome> {
  await using server = await startS3Server();
  server.createBucket(bucket);
  for (const path of globSync(join(tables, '*/*'))) server.seedFile(bucket, `lake/${relative(tables, path)}`, path);
  const config = configOf(server.endpoint);
  const discovered = await ask('source', 'discover', { config });
  assert.equal(discovered.stderr, '');
  const found = discovered.messages.find(({ type }) => type === 'CATALOG');
  const { streams } = (found?.['catalog'] ?? { streams: [] }) as { readonly streams: readonly Json[] };
  const read = await ask('source', 'read', { config, catalog: catalogOf(...streams) });
  assert.equal(read.stderr, '');
  const folder = await temporaryFolder();
  const printed = [join(folder, freshName('discovered')), join(folder, freshName('read'))] as const;
  await writeFile(printed[0], discovered.stdout);
  await writeFile(printed[1], read.stdout);
  const compared = JSON.parse(await runScript('compare_parquet.py', [tables, ...printed])) as Outcome['compared'];
  const refused = new Map([...leftOut(discovered.messages), ...failed(read.messages)]);
  assert.equal(read.exitCode, failed(read.messages).length === 0 ? 0 : 1);
  return { compared, refused, seconds: slowest(read.messages) };
}

function configOf(endpoint: string): Json {
  const credentials = { auth_type: 'access_key', access_key_id: 'any', secret_access_key: 'any' };
  const place = { bucket, region: 'us-east-1', endpoint, credentials, schema_prefixes: ['lake'] };
  return { ...place, data_format: { format: 'parquet' }, data_partitioning: { mode: 'not_partitioned' } };
}

function leftOut(messages: readonly Message[]): readonly (readonly [string, string])[] {
  return messages.flatMap((message) => {
    const { message: text = '' } = (message['log'] ?? {}) as { readonly message?: string };
    const [, name = '', why = ''] = /^lake\.(\S+) is left out of the catalog: (.*)$/u.exec(text) ?? [];
    return name === '' ? [] : [[name, why] as const];
  });
}

function failed(messages: readonly Message[]): readonly (readonly [string, string])[] {
  type Failure = { readonly message: string; readonly stream_descriptor: { readonly name: string } };
  return messages.flatMap((message) => {
    const { error } = (message['trace'] ?? {}) as { readonly error?: Failure };
    return error === undefined ? [] : [[error.stream_descriptor.name, error.message] as const];
  });
}

function slowest(messages: readonly Message[]): number {
  type Status = { readonly status: string; readonly stream_descriptor: { readonly name: string } };
  type Trace = { readonly stream_status?: Status; readonly emitted_at: number };
  const started = new Map<string, number>();
  let most = 0;
  for (const message of messages) {
    const { stream_status: status, emitted_at: at } = (message['trace'] ?? {}) as Trace;
    if (status === undefined) continue;
    const { name } = status.stream_descriptor;
    if (status.status === 'STARTED') started.set(name, at);
    else most = Math.max(most, at - (started.get(name) ?? at));
  }
  return most / 1000;
}

/** What the engine cannot read, by the file's name, and what is said then. */
const refusals: readonly (readonly [name: RegExp, why: RegExp])[] = [
  [/^arrow_split_(?:fixed|half|ints|stamps)_/u, /BYTE_STREAM_SPLIT/u],
  [/^arrow_decimal_76$/u, /more than 38 digits/u],
  [/^arrow_stamp_(?:ms|us|ns)(?:_local)?_least$/u, /out of range|Could not convert/u],
  [/^fast_lz4$/u, /codec "LZ4"/u],
];

/** Every table is equal, or refused as the list says. @returns how many are equal. */
function judge({ compared, refused }: Outcome): number {
  let equal = 0;
  for (const [name, { result, why, rows }] of Object.entries(compared)) {
    const reason = refused.get(name);
    const expected = refusals.find(([pattern]) => pattern.test(name))?.[1];
    if (expected !== undefined) {
      assert.match(reason ?? `${name} was read`, expected);
      assert.equal(rows, 0);
    } else if (result !== 'unreadable') {
      assert.equal(reason, undefined, name);
      assert.equal(`${name}: ${result} ${why}`, `${name}: equal `);
      equal += 1;
    }
  }
  return equal;
}

suite('files of other writers', () => {
  test('come out value by value as pyarrow reads them, whatever their options', async (context) => {
    const tables = join(await temporaryFolder(), 'made');
    const { refused } = JSON.parse(await runScript('make_parquet.py', [tables])) as { readonly refused: string[] };
    const equal = judge(await readTables(tables));
    context.diagnostic(`${equal} files equal; writers refused to make ${refused.join(', ')}`);
    assert.ok(equal > 250, String(equal));
  });

  test('come out so as packages carry them', async (context) => {
    const tables = join(await temporaryFolder(), 'public');
    const files = globSync(join(environment, 'lib/**/*.parquet'));
    for (const [index, path] of files.entries()) {
      await mkdir(join(tables, `table_${index}`), { recursive: true });
      await copyFile(path, join(tables, `table_${index}`, basename(path)));
    }
    const equal = judge(await readTables(tables));
    context.diagnostic(`${equal} files equal`);
    assert.ok(files.length > 0);
    assert.equal(equal, files.length);
  });
});

test('damaged files fail alone, by name and reason, and in time', async (context) => {
  const tables = join(await temporaryFolder(), 'broken');
  const seed = process.env['BROKEN_SEED'] ?? '1';
  await runScript('break_parquet.py', [tables, seed]);
  const { compared, refused, seconds } = await readTables(tables);
  const names = readdirSync(tables);
  for (const name of names) {
    const reason = refused.get(name);
    const { result, why } = compared[name] ?? assert.fail(name);
    if (name.startsWith('whole_')) assert.equal(`${name} ${result} ${reason ?? ''}`, `${name} equal `);
    else if (name.startsWith('odd_') && name !== 'odd_twice' && name !== 'odd_footer_zeros') assert.ok(reason, name);
    // A bit that no checksum covers may have changed a value: then pyarrow reads the same.
    else if (reason === undefined) assert.notEqual(result, 'different', `${name}: ${why} (BROKEN_SEED=${seed})`);
    if (reason !== undefined) {
      assert.match(reason, new RegExp(`^"lake/${name}/data\\.parquet" cannot be read: \\S`, 'u'));
      assert.ok(!/\/tmp|\n/u.test(reason), reason);
    }
  }
  assert.ok(refused.size > 150, String(refused.size));
  assert.ok(seconds < mostSeconds, `a stream took ${seconds} s`);
  context.diagnostic(`${names.length} files, ${refused.size} refused, each within ${seconds} s (BROKEN_SEED=${seed})`);
});

judgePrintedLines();

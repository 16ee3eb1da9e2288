// Parquet that we did not write: made by every writer with every option, as packages carry it, and damaged in hundreds of
// ways. What source-s3 reads is what pyarrow reads; what it refuses, it refuses by name and reason, and alone.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync, readdirSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { suite, test } from 'node:test';
import { promisify } from 'node:util';

import { judge, readTables, type Refusals } from './support/file-tables.ts';
import { npmWriters } from './support/packages.ts';
import { judgePrintedLines, temporaryFolder } from './support/programs.ts';
import { environment, runScript } from './support/python.ts';

const execute = promisify(execFile);
const maker = join(import.meta.dirname, 'javascript/make-parquet.ts');
const parquet = { format: 'parquet' };
/** From the start of a stream to its end. */
const mostSeconds = 10;

/** What the engine cannot read, by the file's name, and what is said then. */
const refusals: Refusals = [
  [/^arrow_split_(?:fixed|half|ints|stamps)_/u, /BYTE_STREAM_SPLIT/u],
  [/^arrow_decimal_76$/u, /more than 38 digits/u],
  [/^arrow_stamp_ms(?:_local)?_least$/u, /out of range|Could not convert/u],
  [/^fast_lz4$|^wasm_.*_LZ4$/u, /codec "LZ4"/u],
  [
    /^hyparquet_BYTE_STREAM_SPLIT_(?:FLOAT16|INT|TIMESTAMP|UUID)|^wasm_nanoseconds_encoding_BYTE/u,
    /BYTE_STREAM_SPLIT/u,
  ],
];

suite('files of other writers', () => {
  test('come out value by value as pyarrow reads them, whatever their options', async (context) => {
    const tables = join(await temporaryFolder(), 'made');
    const { refused } = JSON.parse(await runScript('make_parquet.py', [tables])) as { readonly refused: string[] };
    const equal = judge(await readTables(tables, parquet), refusals);
    context.diagnostic(`${equal} files equal; writers refused to make ${refused.join(', ')}`);
    assert.ok(equal > 250, String(equal));
  });

  test('of npm come out so too', async (context) => {
    const folder = await temporaryFolder();
    const tables = join(folder, 'npm');
    const streams = ['scalars', 'nanoseconds', 'nested'].map((name) => join(folder, `${name}.arrows`));
    await runScript('make_arrow_streams.py', streams);
    const { stdout } = await execute(process.execPath, [maker, await npmWriters(), tables, ...streams]);
    const { refused } = JSON.parse(stdout) as { readonly refused: readonly string[] };
    const equal = judge(await readTables(tables, parquet), refusals);
    context.diagnostic(`${equal} files equal; writers refused to make ${refused.join(', ')}`);
    assert.ok(equal > 80, String(equal));
  });

  test('come out so as packages carry them', async (context) => {
    const tables = join(await temporaryFolder(), 'public');
    const files = globSync(join(environment, 'lib/**/*.parquet'));
    for (const [index, path] of files.entries()) {
      await mkdir(join(tables, `table_${index}`), { recursive: true });
      await copyFile(path, join(tables, `table_${index}`, basename(path)));
    }
    const equal = judge(await readTables(tables, parquet), refusals);
    context.diagnostic(`${equal} files equal`);
    assert.ok(files.length > 0);
    assert.equal(equal, files.length);
  });
});

test('damaged files fail alone, by name and reason, and in time', async (context) => {
  const tables = join(await temporaryFolder(), 'broken');
  const seed = process.env['BROKEN_SEED'] ?? '1';
  await runScript('break_parquet.py', [tables, seed]);
  const { compared, refused, seconds } = await readTables(tables, parquet);
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

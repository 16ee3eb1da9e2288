// Hive's own parsers take what `ddl` prints for Athena, whatever columns, members and tables are called.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { runProgram } from '../test/support/program.ts';
import { administrator, createBucket, endpoint, region } from './support/account.ts';
import { ask, executables, type Json, jsonFile, judgePrintedLines } from './support/programs.ts';
import { runScript } from './support/python.ts';
import { accessKey } from './support/setting.ts';

type Table = { readonly table: string; readonly columns: Readonly<Record<string, string>> };

function integers(names: readonly string[]): Json {
  return Object.fromEntries(names.map((name) => [name, { type: 'integer' }]));
}

function hostileNames(count: number): readonly string[] {
  const special = [...Array.from('._-:,;<>`\'"\\/$%&()[]{}=+*?!#@^|~ üſİ日½٣1A'), '😀', 'e\u0301', '\u200b'];
  const words = ['a', 'array', 'struct', 'timestamp', 'select', 'year', 'n', '__json'];
  const name = fc.array(fc.constantFrom(...special, ...words), { minLength: 1, maxLength: 4 });
  return fc.sample(name, { numRuns: count, seed: 17 }).map((parts, n) => parts.join('') + (n % 3 === 0 ? n : ''));
}

suite('a table of hostile names', () => {
  for (const output_format of ['parquet', 'json']) {
    test(`has a statement that Hive takes, with 1,000 names of columns and members (${output_format})`, async () => {
      const names = hostileNames(1000);
      const members = { type: 'object', properties: integers(names.slice(500)) };
      const properties = { ...integers(names.slice(0, 500)), o: members, l: { type: 'array', items: members } };
      const stream = { name: 'odd-näme', json_schema: { type: 'object', properties } };
      const catalog = { streams: [{ stream, sync_mode: 'incremental', destination_sync_mode: 'append' }] };
      const config = {
        bucket: await createBucket(),
        region,
        endpoint: endpoint(),
        credentials: accessKey({ credentials: administrator }),
        output_format,
      };
      const record = { stream: stream.name, emitted_at: 1768487400000, data: { o: { n: 1 } } };
      const sent = `${JSON.stringify({ type: 'RECORD', record })}\n`;
      const { exitCode, messages } = await ask('batch', 'write', { config, catalog }, sent);
      assert.equal(exitCode, 0, JSON.stringify(messages));
      const { stdout } = await runProgram(executables.batch, ['ddl', '--config', await jsonFile(config)]);
      const printed = await runScript('hive_ddl.py', [], { input: stdout, runner: 'readers' });
      const [table, ...others] = JSON.parse(printed) as readonly Table[];
      assert.deepEqual(others, []);
      assert.match(table?.table ?? '', /^odd_n_me_[0-9a-f]{8}$/u);
      assert.ok(Object.keys(table?.columns ?? {}).length > 300, stdout.slice(0, 2000));
      assert.ok(stdout.split('\n').filter((line) => line.startsWith('-- ')).length > 300, stdout.slice(0, 2000));
    });
  }
});

judgePrintedLines();

// What the source reads, the streaming destination writes, and the source reads again is the same, value by value.
import assert from 'node:assert/strict';
import { before } from 'node:test';

import { putObject } from './support/account.ts';
import { ask, type Json, sync } from './support/programs.ts';
import { runScriptBytes } from './support/python.ts';
import { runnerTest } from './support/runner-table.ts';
import { administratorConfig, discoverCatalog } from './support/setting.ts';

let place: Json;
before(async () => {
  place = await administratorConfig();
  await putObject(String(place['bucket']), 'exports/values/a.parquet', await runScriptBytes('make_values.py', []));
});

function source(prefix: string, format: string): Json {
  return {
    ...place,
    schema_prefixes: [prefix],
    data_format: { format },
    data_partitioning: { mode: 'not_partitioned' },
  };
}

/** The text of each row, so that digits are compared and not what a parser makes of them. */
async function rows(config: Json): Promise<readonly string[]> {
  const { stdout, exitCode } = await ask('source', 'read', { config, catalog: await discoverCatalog(config) });
  assert.equal(exitCode, 0);
  const lines = stdout.split('\n').filter((line) => line.startsWith('{"type":"RECORD"'));
  return lines.map((line) => /"data":(\{.*?),"_ab_source_file_url":/u.exec(line)?.[1] ?? line).sort();
}

runnerTest(
  { runner: 'round trip', connector: 'source-s3 → destination-s3-streaming → source-s3' },
  'every value is equal',
  async () => {
    const parquet = source('exports', 'parquet');
    const destination = { ...place, prefix: 'arrived' };
    const { first, second } = await sync({ source: parquet, destination, catalog: await discoverCatalog(parquet) });
    assert.deepEqual([first.exitCode, second.exitCode], [0, 0]);
    const sent = await rows(parquet);
    assert.equal(sent.length, 3);
    assert.match(sent.join(), /9223372036854775807/u);
    assert.deepEqual(await rows(source('arrived', 'jsonl')), sent);
  },
);

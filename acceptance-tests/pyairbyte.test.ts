// PyAirbyte, the runner without a platform: three million flights into its cache and out of it, and from program to program.
import assert from 'node:assert/strict';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before } from 'node:test';

import { download, putObject } from './support/account.ts';
import { executables, type Json, temporaryFolder } from './support/programs.ts';
import { runScript } from './support/python.ts';
import { runnerTest } from './support/runner-table.ts';
import { administratorConfig } from './support/setting.ts';

const runner = 'pyairbyte';
const flights = join(import.meta.dirname, '../node_modules/vega-datasets/data/flights-3m.parquet');
const flightCount = 3_000_000;
const ways = ['cached', 'direct'] as const;

const destinations = {
  'destination-s3-streaming': { executable: executables.destination, more: {}, folder: 'type=flights' },
  'destination-s3-batch': { executable: executables.batch, more: { output_format: 'parquet' }, folder: 'data/flights' },
} as const;
type Destination = keyof typeof destinations;
const names = Object.keys(destinations) as Destination[];

type Report = {
  readonly types: Readonly<Record<string, string>>;
  readonly cached: number;
  readonly again: number;
  readonly seconds: Readonly<Record<string, number>>;
};

let place: Json;
let report: Report;
before(async () => {
  place = await administratorConfig();
  await putObject(String(place['bucket']), 'exports/flights/flights.parquet', await readFile(flights));
  const source = {
    ...place,
    schema_prefixes: ['exports'],
    data_format: { format: 'parquet' },
    data_partitioning: { mode: 'partitioned' },
  };
  const configs = names.map((name) => {
    const { executable, more } = destinations[name];
    const byWay = Object.fromEntries(ways.map((way) => [way, { ...place, ...more, prefix: `${name}/${way}` }]));
    return [name, { executable, ...byWay }] as const;
  });
  const plan = {
    source: { executable: executables.source, config: source },
    destinations: Object.fromEntries(configs),
    table: 'flights',
  };
  const folder = await mkdtemp(join(await temporaryFolder(), 'pyairbyte-'));
  const options = { input: JSON.stringify(plan), runner } as const;
  report = JSON.parse(await runScript('pyairbyte_journey.py', [folder], options)) as Report;
});

runnerTest(
  { runner: 'PyAirbyte', connector: 'source-s3 → cache' },
  'every row, each column in its type',
  async (context) => {
    context.diagnostic(`seconds: ${JSON.stringify(report.seconds)}`);
    assert.equal(report.cached, flightCount);
    assert.deepEqual(report.types, {
      date: 'TIMESTAMP',
      delay: 'BIGINT',
      distance: 'BIGINT',
      origin: 'VARCHAR',
      destination: 'VARCHAR',
      _ab_source_file_url: 'VARCHAR',
      _ab_source_file_last_modified: 'TIMESTAMP',
    });
  },
);

runnerTest({ runner: 'PyAirbyte', connector: 'source-s3 → cache' }, 'no row again, by the state it keeps', async () => {
  assert.equal(report.again, 0);
});

for (const name of names) {
  for (const way of ways) {
    const from = way === 'cached' ? 'cache' : 'source-s3';
    runnerTest({ runner: 'PyAirbyte', connector: `${from} → ${name}` }, 'every row, with equal values', async () => {
      const arrived = await mkdtemp(join(await temporaryFolder(), `${name}-`));
      await download(String(place['bucket']), `${name}/${way}/${destinations[name].folder}/`, arrived);
      const rows = await runScript('compare_flights.py', [flights, arrived], { runner });
      assert.equal(Number(rows), flightCount);
    });
  }
}

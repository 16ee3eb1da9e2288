// source-s3, Airbyte's own and dlt, which read the same files from the same kind of server, row for row.
import { airbyteStep, discoverByAirbyte, prepareAirbyte } from '../airbyte.ts';
import type { Bench, BenchCase, Prepared, Reference } from '../case.ts';
import { hiveTable, type BenchTable } from '../data/data.ts';
import { csvTable } from '../data/text-data.ts';
import { dltName, dltReadStep } from '../dlt.ts';
import { discard, run, type Step } from '../process.ts';
import { startServer } from '../s3.ts';
import { prepareSource } from './source.ts';

const limit = 'The start of the programs: the data is small, because Airbyte’s source takes minutes for more.';
const peers = 'Airbyte’s source-s3 4.16.1 and dlt 1.31.0 from PyPI, all from S3 on loopback';

export const peerCases: readonly BenchCase[] = [
  {
    name: 'peer-hive',
    title: 'Reading Hive-partitioned Parquet',
    what: `Flat Parquet, Hive-partitioned ZSTD files: \`source-s3 read\` and ${peers}. dlt has no columns of the partitions.`,
    limit,
    leastRatio: 20,
    prepare: (bench) => preparePeer(bench, { rows: 300_000, make: hiveTable }),
  },
  {
    name: 'peer-csv',
    title: 'Reading CSV',
    what: `CSV: \`source-s3 read\` and ${peers}.`,
    limit,
    leastRatio: 6,
    prepare: (bench) => preparePeer(bench, { rows: 300_000, make: csvTable }),
  },
];

type Given = { readonly rows: number; readonly make: (bench: Bench) => Promise<BenchTable> };

async function preparePeer(bench: Bench, { rows, make }: Given): Promise<Prepared> {
  const few = { ...bench, rows: bench.rows ?? rows };
  const table = await make(few);
  const prepared = await prepareSource(few, () => Promise.resolve(table));
  await prepareAirbyte(bench.signal);
  const asked = await discoverByAirbyte(few, table);
  const reference = (
    name: Pick<Reference, 'name' | 'label'>,
    step: (endpoint: string) => Promise<Step>,
  ): Reference => ({
    ...name,
    isPeer: true,
    runsOnce: true,
    run: async () => {
      await using server = await startServer(table.files.directory, bench.signal);
      return await run([await step(server.endpoint), discard], { folder: bench.folder }, bench.signal);
    },
  });
  return {
    ...prepared,
    references: [
      reference({ name: 'Airbyte’s source-s3 4.16.1', label: 'Airbyte’s source-s3' }, (endpoint) => {
        return airbyteStep(few, endpoint, asked);
      }),
      reference(dltName, (endpoint) => dltReadStep(few, endpoint, table)),
    ],
  };
}

// source-s3 and Airbyte's own, which reads the same files from the same kind of server, row for row.
import type { Bench, BenchCase, Prepared } from '../case.ts';
import { airbyteStep, discoverByAirbyte, prepareAirbyte } from '../airbyte.ts';
import { hiveTable, type BenchTable } from '../data/data.ts';
import { discard, run } from '../process.ts';
import { startServer } from '../s3.ts';
import { csvTable } from '../data/text-data.ts';
import { prepareSource } from './source.ts';

const limit = 'Starting: so few rows, which take Airbyte’s minutes, are read before the programs are warm.';

export const peerCases: readonly BenchCase[] = [
  {
    name: 'peer-hive',
    title: 'Reading Hive-partitioned Parquet',
    what: 'Flat Parquet, Hive-partitioned ZSTD files: `source-s3 read` and Airbyte’s source-s3 4.16.1 from PyPI, both from S3 on loopback.',
    limit,
    leastRatio: 20,
    isLong: true,
    prepare: (bench) => preparePeer(bench, { rows: 500_000, make: hiveTable }),
  },
  {
    name: 'peer-csv',
    title: 'Reading CSV',
    what: 'CSV: `source-s3 read` and Airbyte’s source-s3 4.16.1 from PyPI, both from S3 on loopback.',
    limit,
    leastRatio: 6,
    isLong: true,
    prepare: (bench) => preparePeer(bench, { rows: 500_000, make: csvTable }),
  },
];

type Given = { readonly rows: number; readonly make: (bench: Bench) => Promise<BenchTable> };

async function preparePeer(bench: Bench, { rows, make }: Given): Promise<Prepared> {
  const { folder, signal } = bench;
  await prepareAirbyte(signal);
  const few = { ...bench, rows: bench.rows ?? rows };
  const table = await make(few);
  const prepared = await prepareSource(few, () => Promise.resolve(table));
  const asked = await discoverByAirbyte(few, table);
  return {
    ...prepared,
    references: [
      {
        name: 'Airbyte’s source-s3 4.16.1',
        label: 'Airbyte’s source-s3',
        isPeer: true,
        runsOnce: true,
        run: async () => {
          await using server = await startServer(table.files.directory, signal);
          return await run([await airbyteStep(few, server.endpoint, asked), discard], { folder }, signal);
        },
      },
    ],
  };
}

// The destinations, dlt and target-s3, which write the same rows to the same kind of server: one that takes uploads in parts,
// which target-s3 needs.
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { literal } from '@s3-connectors/common/columns/sql.ts';

import type { Bench, BenchCase, BenchRun, Prepared, Reference } from '../case.ts';
import { eventsTable } from '../data/data.ts';
import { dltName, dltWriteStep } from '../dlt.ts';
import { discard, run, type Step, toolStep } from '../process.ts';
import { type Server, startOtherServer } from '../s3.ts';
import { singerLines, targetName, targetStep } from '../target-s3.ts';
import { batchRun } from './batch.ts';
import { destinationRun } from './destination.ts';
import { saveLines } from './source.ts';

type Format = 'parquet' | 'jsonl';

const limit = 'The start of the programs: the data is small.';
const rowsFile = 'rows.ndjson';

const peers =
  'dlt 1.31.0 (from a file of JSON lines) and target-s3 (as Singer messages) from PyPI, all to ministack on loopback';

export const peerWritingCases: readonly BenchCase[] = [
  {
    name: 'peer-parquet',
    title: 'Writing Parquet',
    what: `Large nested rows from a file: \`destination-s3-batch write\`, ${peers}.`,
    limit,
    leastRatio: 3,
    prepare: (bench) => prepare(bench, 'parquet'),
  },
  {
    name: 'peer-jsonl',
    title: 'Writing gzipped JSON lines',
    what: `Large nested rows from a file: \`destination-s3-streaming write\`, ${peers}.`,
    limit,
    leastRatio: 3,
    prepare: (bench) => prepare(bench, 'jsonl'),
  },
];

async function prepare(bench: Bench, format: Format): Promise<Prepared> {
  const { folder, db, signal } = bench;
  const table = await eventsTable({ ...bench, rows: bench.rows ?? 50_000 });
  const { path: input, catalog, rows, bytes } = await saveLines(bench, table);
  await mkdir(join(folder, 'lines'));
  await db.run(`COPY (${table.sql}) TO ${literal(join(folder, 'lines', rowsFile))} (FORMAT json)`);
  const { schema, records } = await singerLines(bench, catalog, table.sql);
  const server = (): Promise<Server> => startOtherServer(signal);
  const own: BenchRun =
    format === 'parquet'
      ? batchRun(bench, input, { catalog, config: { output_format: 'parquet' }, rows, server })
      : destinationRun(bench, { input, stream: table.stream, catalog, server });
  const singer = async (endpoint: string): Promise<readonly Step[]> => {
    return [toolStep('cat', [schema, records]), await targetStep(bench, endpoint, format)];
  };
  return {
    data: `${rows.toLocaleString('en')} rows, ${(bytes / 1e6).toFixed(1)} MB of lines`,
    rows,
    bytes,
    run: own,
    references: [dlt(bench, format), peer(bench, targetName, singer)],
  };
}

/** It keeps what it has loaded in a folder: each run has a new one. */
function dlt(bench: Bench, format: Format): Reference {
  const work = join(bench.folder, 'dlt');
  return peer(bench, dltName, async (endpoint) => {
    await rm(work, { recursive: true, force: true });
    return [await dltWriteStep(bench, endpoint, { folder: join(bench.folder, 'lines'), file: rowsFile, format, work })];
  });
}

function peer(
  { folder, signal }: Bench,
  name: Pick<Reference, 'name' | 'label'>,
  steps: (endpoint: string) => Promise<readonly Step[]>,
): Reference {
  return {
    ...name,
    isPeer: true,
    runsOnce: true,
    run: async () => {
      await using server = await startOtherServer(signal);
      return await run([...(await steps(server.endpoint)), discard], { folder }, signal);
    },
  };
}

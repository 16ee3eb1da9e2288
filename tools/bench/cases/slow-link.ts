// The verbs that a user waits for, on a link where each request takes 50 ms: what counts is how many follow one another.
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { literal } from '@s3-connectors/common/columns/sql.ts';

import type { Bench, BenchCase, Prepared } from '../case.ts';
import { batchStep, sourceStep, streamingStep, tableFolder } from '../connectors.ts';
import { discard, run, type Finding, type Step } from '../process.ts';
import { roundTrips, startSlowLink } from '../slow-link.ts';

const delayMs = 50;
const tables = 8;
const partitions = 3;
/** One more is for the tables, all in parallel. */
const mostTrips = 4 + 1;
const files = { partitioned: true };
const stream = { name: 'events', timeField: 'time' };

type Verb = {
  readonly name: string;
  readonly command: string;
  readonly step: (bench: Bench, endpoint: string) => Promise<Step>;
};

const verbs: readonly Verb[] = [
  {
    name: 'source-check',
    command: 'source-s3 check',
    step: (bench, endpoint) => sourceStep(bench, endpoint, { files, verb: 'check' }),
  },
  {
    name: 'source-discover',
    command: 'source-s3 discover',
    step: (bench, endpoint) => sourceStep(bench, endpoint, { files, verb: 'discover' }),
  },
  {
    name: 'streaming-check',
    command: 'destination-s3-streaming check',
    step: (bench, endpoint) => streamingStep(bench, endpoint, { stream }),
  },
  {
    name: 'batch-check',
    command: 'destination-s3-batch check',
    step: (bench, endpoint) => batchStep(bench, endpoint, { config: { output_format: 'parquet' } }),
  },
];

export const slowLinkCases: readonly BenchCase[] = verbs.map((verb) => ({
  name: `slow-link-${verb.name}`,
  title: `\`${verb.command}\`, ${delayMs} ms a request`,
  what: `\`${verb.command}\` on a link where each request takes ${delayMs} ms. A round trip is a request that began after the one before it had ended; rows/s are tables/s.`,
  limit: 'The start of the program, and the requests that wait for the answers to others.',
  prepare: (bench) => prepare(bench, verb),
}));

async function prepare(bench: Bench, { step }: Verb): Promise<Prepared> {
  const { db, folder, signal } = bench;
  const directory = join(folder, 'slow-link');
  for (let file = 0; file < tables * partitions; file++) {
    const table = tableFolder(directory, `table_${Math.floor(file / partitions)}`);
    const path = join(table, `day=2026-03-0${1 + (file % partitions)}`, 'data.parquet');
    await mkdir(dirname(path), { recursive: true });
    await db.run(`COPY (SELECT 1 AS id, 'a' AS name) TO ${literal(path)} (FORMAT parquet)`);
  }
  const seen: number[] = [];
  return {
    data: `${tables} tables of ${partitions} Parquet files`,
    rows: tables,
    bytes: 0,
    run: async () => {
      await using link = await startSlowLink(directory, delayMs);
      const measured = await run([await step(bench, link.endpoint), discard], { folder }, signal);
      if (!/"type":"CATALOG"|"status":"SUCCEEDED"/u.test(measured.said ?? '')) {
        throw new Error(`The verb did not succeed:\n${measured.said}`);
      }
      seen.push(roundTrips(link.spans()));
      return { ...measured, findings: [tripsOf(Math.min(...seen), link.spans().length)] };
    },
  };
}

/** The fewest of all runs: on a busy machine requests that start together drift apart, and count one after the other. */
function tripsOf(trips: number, requests: number): Finding {
  const text = `${trips} round trips, of ${requests} requests, at most ${mostTrips} wanted`;
  const brief = { measured: `${trips} round trips`, wanted: `at most ${mostTrips}` };
  return { text, isMet: trips <= mostTrips, brief };
}

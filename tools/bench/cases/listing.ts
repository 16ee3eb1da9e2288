// Tables of a million files: what listing and planning take, before and while the first files are read.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { literal } from '@s3-connectors/common/columns/sql.ts';

import type { Bench, BenchCase, Prepared } from '../case.ts';
import { catalogFile, sourceStep } from '../connectors.ts';
import { discard, run, toolStep, type Step } from '../process.ts';
import { startListing } from '../s3.ts';

type Kind = {
  readonly name: string;
  readonly what: string;
  /** As programs/listing-server.ts names them. */
  readonly shape: 'flat' | 'long' | 'folders';
  readonly verb: 'read' | 'discover';
  readonly options?: Readonly<Record<string, unknown>>;
  /** All files are planned: the program is cut when the first of them were read. */
  readonly isCut: boolean;
};

const usualFiles = 1_000_000;
const partitions = '100,000 partitions of ten files';
const kinds: readonly Kind[] = [
  { name: '', what: 'all to be read', shape: 'flat', verb: 'read', isCut: true },
  {
    name: '-long-keys',
    what: 'all to be read, keys of about 290 characters with two UUIDs each',
    shape: 'long',
    verb: 'read',
    isCut: true,
  },
  { name: '-partitions', what: `all to be read, in ${partitions}`, shape: 'folders', verb: 'read', isCut: true },
  {
    name: '-old',
    what: 'all older than `start_date`',
    shape: 'flat',
    verb: 'read',
    options: { start_date: '2100-01-01T00:00:00Z' },
    isCut: false,
  },
  {
    name: '-latest',
    what: `the last of ${partitions} by \`latest_partition_only\``,
    shape: 'folders',
    verb: 'read',
    options: { latest_partition_only: ['t'] },
    isCut: false,
  },
  { name: '-discover', what: '`discover`', shape: 'flat', verb: 'discover', isCut: false },
];

export const listingCases: readonly BenchCase[] = kinds.map((kind) => ({
  name: `source-listing${kind.name}`,
  what: `A table of 1,000,000 Parquet files, ${kind.what}: \`source-s3 ${kind.verb}\`${kind.isCut ? ', cut after the first 500 lines' : ''}; rows/s are files/s.`,
  limit: 'The requests for pages of a thousand keys, one after the other, and what the SDK makes of each.',
  isLong: kind.name !== '',
  runsOnce: true,
  mostMegabytes: { 'source-s3': 300 },
  prepare: (bench) => prepare(bench, kind),
}));

async function prepare(bench: Bench, { shape, verb, options = {}, isCut }: Kind): Promise<Prepared> {
  const { db, folder, signal } = bench;
  const files = bench.rows ?? usualFiles;
  const body = join(folder, 'one-row.parquet');
  await mkdir(folder, { recursive: true });
  await db.run(`COPY (SELECT 1 AS id, 'a' AS name) TO ${literal(body)} (FORMAT parquet)`);
  const properties = { id: { type: 'integer' }, name: { type: 'string' }, _ab_source_file_url: { type: 'string' } };
  const stream = { name: 't', namespace: 'tables', json_schema: { type: 'object', properties } };
  const catalog = verb === 'read' ? { catalog: await catalogFile(bench, [stream]) } : {};
  return {
    data: `${files.toLocaleString('en')} keys, one every second, in no order`,
    rows: files,
    bytes: 0,
    run: async () => {
      await using server = await startListing({ shape, files, body }, signal);
      const step = await sourceStep(bench, server.endpoint, { files: { partitioned: true }, ...catalog, options });
      const steps: readonly Step[] = isCut
        ? [{ ...step, exitCode: 1 }, toolStep('head', ['-n', '500'])]
        : [step, discard];
      return await run(steps, { folder }, signal);
    },
  };
}

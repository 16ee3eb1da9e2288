// Several pairs of programs that copy one table in a run: each its shard, published once.
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Bench, BenchCase, Prepared } from '../case.ts';
import { batchStep, jsonFile, sourceStep } from '../connectors.ts';
import { hiveTable, type BenchTable } from '../data/data.ts';
import { discard, run, type Measured } from '../process.ts';
import { startServer } from '../s3.ts';
import { isComplete } from './batch.ts';
import { saveLines } from './source.ts';

const files = 64;

export const scaleCases: readonly BenchCase[] = [1, 2, 4].map((count) => ({
  name: `scale-${count}`,
  what: `A table copied by ${count} × \`source-s3 read | destination-s3-batch write\` at the same time, as a run of ${count} parts. CPU seconds are those of all processes.`,
  limit: 'The two cores, which the programs share with the S3 server.',
  runsOnce: true,
  prepare: (bench) => prepare(bench, count),
}));

async function prepare(bench: Bench, count: number): Promise<Prepared> {
  const table = await hiveTable({ ...bench, rows: bench.rows ?? 1_000_000 }, files);
  const { data } = table;
  const saved = await saveLines(bench, table);
  const { rows, bytes } = saved;
  const catalog = await overwriting(bench, saved.catalog);
  return { data, rows, bytes, run: () => runParts(bench, { table, catalog, count }) };
}

/** @returns the catalog's path. */
async function overwriting(bench: Bench, path: string): Promise<string> {
  const { streams } = JSON.parse(await readFile(path, 'utf8')) as { readonly streams: readonly object[] };
  const mode = { destination_sync_mode: 'overwrite' };
  return jsonFile(bench, 'overwrite.json', { streams: streams.map((stream) => ({ ...stream, ...mode })) });
}

type Parts = { readonly table: BenchTable; readonly catalog: string; readonly count: number };

async function runParts(bench: Bench, { table, catalog, count }: Parts): Promise<Measured> {
  await using server = await startServer(table.files.directory, bench.signal);
  const started = performance.now();
  const parts = Array.from({ length: count }, async (_, index) => {
    const folder = join(bench.folder, `part-${index}`);
    await mkdir(folder, { recursive: true });
    const own = { ...bench, folder };
    const shard = { index, count };
    const source = await sourceStep(own, server.endpoint, { files: table.files, catalog, options: { shard } });
    const config = { output_format: 'parquet', run: { id: 'bench', ...shard } };
    const destination = await batchStep(own, server.endpoint, { catalog, config });
    return run([source, destination, discard], { folder }, bench.signal);
  });
  const all = await Promise.all(parts);
  const seconds = (performance.now() - started) / 1000;
  const usages = ['source-s3', 'destination-s3-batch'].map((name, step) => {
    const ofStep = all.flatMap((part) => part.usages[step] ?? []);
    return {
      name: count === 1 ? name : `${count} × ${name}`,
      peakBytes: Math.max(...ofStep.map(({ peakBytes }) => peakBytes)),
      cpuSeconds: ofStep.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
      longestStallMs: Math.max(...ofStep.map(({ longestStallMs }) => longestStallMs)),
    };
  });
  return {
    seconds,
    usages,
    findings: [
      isComplete(
        all.map(({ said = '' }) => said),
        table.rows,
      ),
    ],
  };
}

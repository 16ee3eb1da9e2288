// Both programs in one pipe, as the demo runs them.
import type { Bench, BenchCase, Prepared } from '../case.ts';
import { sourceStep, streamingStep } from '../connectors.ts';
import { flightsTable } from '../data/data.ts';
import { discard, run } from '../process.ts';
import { startServer } from '../s3.ts';
import { saveLines } from './source.ts';

export const journeyCases: readonly BenchCase[] = [
  {
    name: 'journey',
    what: '`source-s3 read | destination-s3-streaming write`, from and to S3 on loopback.',
    limit: 'The main thread of the destination, as in destination-4282-hours; the source waits for it.',
    runsOnce: true,
    mostMegabytes: { 'source-s3': 500, 'destination-s3-streaming': 256 + 150 },
    prepare,
  },
];

async function prepare(bench: Bench): Promise<Prepared> {
  const { folder, signal } = bench;
  const table = await flightsTable(bench);
  const { files, stream, data } = table;
  const { catalog, rows, bytes } = await saveLines(bench, table);
  return {
    data,
    rows,
    bytes,
    run: async () => {
      await using server = await startServer(files.directory, signal);
      const source = await sourceStep(bench, server.endpoint, { files, catalog });
      const destination = await streamingStep(bench, server.endpoint, { stream, catalog });
      return await run([source, destination, discard], { folder }, signal);
    },
  };
}

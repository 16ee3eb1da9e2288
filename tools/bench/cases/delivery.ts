// destination-s3-streaming fed by a source whose rows tell when they were sent: what became of each row, and how soon.
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { Bench, BenchCase, Prepared } from '../case.ts';
import { catalogFile, streamingStep } from '../connectors.ts';
import { isAcknowledgedLate, isVisibleWithin, isWhole, readDelivery } from '../delivery.ts';
import { startOutage, type Outage } from '../outage.ts';
import { helperStep, run } from '../process.ts';
import { startServer } from '../s3.ts';

const feed = join(import.meta.dirname, '../programs/feed.mjs');
const stamp = join(import.meta.dirname, '../programs/stamp.mjs');
const stream = { name: 'events', timeField: 'time' };
const mostMegabytes = { 'destination-s3-streaming': 256 + 150 };
const bytesPerRow = 420;
/** Rows come for so long, and the last wait for the age at which files are closed by default. */
const feedSeconds = 300;
const holdSeconds = 250;
const visibleWithinSeconds = 300;

export const deliveryCases: readonly BenchCase[] = [
  {
    name: 'destination-outage',
    what: 'Rows arrive as fast as they are taken, and S3 does not answer for 60 s: the input waits, memory stays flat, and no row is lost.',
    limit: 'The outage, and the wait before the retry that ends it, at most 20 s.',
    isLong: true,
    runsOnce: true,
    mostMegabytes,
    prepare: (bench) => prepare(bench, { rows: 5_000_000, outage: { afterMs: 3000, lastsMs: 60_000 } }),
  },
  ...[1, 10_000].map((perSecond): BenchCase => ({
    name: `destination-latency-${perSecond}`,
    what: `${perSecond === 1 ? 'One row' : `${perSecond.toLocaleString('en')} rows`} a second for ${feedSeconds} s, with the defaults of the config: how long rows take to be seen in S3. The input stays open until the last file is closed by its age.`,
    limit: 'The age at which files are closed, 240 s by default.',
    isLong: true,
    runsOnce: true,
    mostMegabytes,
    prepare: (bench) => prepare(bench, { rows: perSecond * feedSeconds, perSecond }),
  })),
];

/** Without `perSecond` the feed never waits. */
type Feed = { readonly rows: number; readonly perSecond?: number; readonly outage?: Outage };

async function prepare(bench: Bench, { rows: usual, perSecond, outage }: Feed): Promise<Prepared> {
  const { folder, signal } = bench;
  const rows = bench.rows ?? usual;
  const catalog = await catalogFile(bench, [{ name: stream.name, json_schema: { type: 'object' } }]);
  return {
    data: `${rows.toLocaleString('en')} generated events of about ${bytesPerRow} bytes each`,
    rows,
    bytes: rows * bytesPerRow,
    run: async () => {
      await using server = await startServer(join(folder, 'empty'), signal);
      await using way = outage === undefined ? undefined : await startOutage(server.endpoint, outage);
      const destination = await streamingStep(bench, (way ?? server).endpoint, { stream, catalog });
      const hold = perSecond === undefined ? 0 : holdSeconds;
      const source = helperStep(feed, [rows, perSecond ?? 0, hold].map(String));
      const output = join(folder, 'stamped-states');
      const measured = await run([source, destination, helperStep(stamp, [])], { folder, output }, signal);
      const delivery = await readDelivery(server.endpoint, rows, signal);
      const states = isAcknowledgedLate(delivery, await readFile(output, 'utf8'));
      await rm(output);
      const delays = perSecond === undefined ? [] : [isVisibleWithin(delivery, visibleWithinSeconds)];
      return { ...measured, findings: [isWhole(delivery), states, ...delays] };
    },
  };
}

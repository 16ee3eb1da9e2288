// destination-s3-streaming alone: lines from a file → S3 in memory. Beside it a program that only compresses the same bytes.
import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Bench, BenchCase, Prepared, Reference, BenchRun } from '../case.ts';
import { catalogFile, type Stream, streamingStep } from '../connectors.ts';
import { events, eventsTable, flightsTable, scatteredEvents, type BenchTable } from '../data/data.ts';
import { discard, nodeStep, run, toolStep, watchedStep } from '../process.ts';
import { type Server, startServer } from '../s3.ts';
import { saveLines } from './source.ts';

const gzip = join(import.meta.dirname, '../programs/gzip.mjs');
/** The default of `gzip_level`. */
const level = '6';
/** The default of `max_memory_mb`, and what the process may take above it. */
const mostMegabytes = { 'destination-s3-streaming': 256 + 150 };

/** Timers, signals and sockets wait no longer. */
const mostStallMs = { 'destination-s3-streaming': 50 };

/** Seen in the CPU time of each thread. */
const limits = {
  compressing: 'The two cores: compressing takes most of them, scanning and copying rows on the main thread the rest.',
  files:
    'The main thread, on one core: it finds the time in each row, and signs and sends a file for each of thousands of hours.',
} as const;

export const destinationCases: readonly BenchCase[] = [
  {
    name: 'destination-4282-hours',
    title: 'Streaming: 4,282 hours, files of 10 KB',
    what: 'Small flat rows of 4,282 hours, which become as many files of about 10 KB: what `source-s3` wrote, from a file through `destination-s3-streaming write` to S3 on loopback.',
    limit: limits.files,
    leastRatio: 0.7,
    mostMegabytes,
    mostStallMs,
    prepare: (bench) => prepareDestination(bench, flightsTable),
  },
  {
    name: 'destination-events',
    title: 'Streaming: nested events of one day',
    what: 'Large nested rows: what `source-s3` wrote, from a file through `destination-s3-streaming write` to S3 on loopback.',
    limit: limits.compressing,
    leastRatio: 0.7,
    mostMegabytes,
    mostStallMs,
    prepare: (bench) => prepareDestination({ ...bench, rows: bench.rows ?? 500_000 }, eventsTable),
  },
  ...[1, 100, 1000, 5000].map(partitionsCase),
];

function partitionsCase(hours: number): BenchCase {
  return {
    name: `destination-partitions-${hours}`,
    what: `Events of ${hoursText(hours)} in random order, so that the files of all hours are open at once, with the default \`max_memory_mb\`.`,
    limit: hours < 5000 ? limits.compressing : limits.files,
    ...(hours === 1 ? { title: 'Streaming: nested events of one hour', leastRatio: 0.9 } : { runsOnce: true }),
    isLong: hours === 100 || hours === 5000,
    ...(hours <= 1000 && { mostMegabytes }),
    mostStallMs,
    prepare: (bench) => prepareHours(bench, hours),
  };
}

function hoursText(hours: number): string {
  return hours === 1 ? 'one hour' : `${hours.toLocaleString('en')} hours`;
}

async function prepareDestination(bench: Bench, make: (bench: Bench) => Promise<BenchTable>): Promise<Prepared> {
  const table = await make(bench);
  const { path, catalog, rows, bytes } = await saveLines(bench, table);
  return {
    data: `${rows.toLocaleString('en')} rows, ${(bytes / 1e6).toFixed(1)} MB of lines`,
    rows,
    bytes,
    run: destinationRun(bench, { input: path, stream: table.stream, catalog }),
    references: [await compressor(bench, path)],
  };
}

async function prepareHours(bench: Bench, hours: number): Promise<Prepared> {
  const rows = bench.rows ?? (hours === 1 ? 2_000_000 : 1_000_000);
  const input = await scatteredEvents(bench, { rows, hours });
  const catalog = await catalogFile(bench, [{ name: events.name, json_schema: { type: 'object' } }]);
  const { size } = await stat(input);
  return {
    data: `${rows.toLocaleString('en')} generated events of ${hoursText(hours)}, ${(size / 1e6).toFixed(1)} MB of lines`,
    rows,
    bytes: size,
    run: destinationRun(bench, { input, stream: events, catalog }),
    ...(hours === 1 && { references: [await compressor(bench, input)] }),
  };
}

type Input = {
  readonly input: string;
  readonly stream: Stream;
  readonly catalog: string;
  /** By default the tests' server. */
  readonly server?: () => Promise<Server>;
};

export function destinationRun(bench: Bench, { input, stream, catalog, server }: Input): BenchRun {
  const { folder, signal } = bench;
  return async () => {
    await using s3 = await (server?.() ?? startServer(join(folder, 'empty'), signal));
    const destination = await streamingStep(bench, s3.endpoint, { stream, catalog });
    // `cat`: a runner gives a pipe, and a file would be read through the thread pool that compresses.
    return await run([toolStep('cat', []), destination, discard], { folder, input }, signal);
  };
}

/** pigz with two threads at the same level; where it is missing, gzip in Node, and the report says so. */
export async function compressor({ folder, signal }: Bench, input: string): Promise<Reference> {
  const output = '/dev/null';
  try {
    await promisify(execFile)('pigz', ['--version']);
  } catch {
    process.stdout.write(
      'WARNING: pigz is not installed. The reference is gzip of Node on ONE thread: no measure of the aim.\n',
    );
    const name = `gzip of Node, level ${level}, ONE thread, because pigz is not installed`;
    return {
      name,
      label: 'gzip of Node',
      run: () => run([nodeStep('gzip', gzip, [level])], { folder, input, output }, signal),
    };
  }
  const pigz = watchedStep('pigz', 'pigz', ['-p2', `-${level}`]);
  return {
    name: `\`pigz -p2 -${level} < lines > /dev/null\``,
    label: `pigz -p2 -${level}`,
    run: () => run([pigz], { folder, input, output }, signal),
  };
}

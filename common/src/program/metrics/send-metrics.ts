// Sends the metrics of a verb to an OpenTelemetry collector, if the environment names one. OpenTelemetry's SDK runs in a thread of its own
// (worker.ts), which is loaded only then. Neither the SDK nor a collector that is slow, dead or hostile can delay the verb, fail it, or
// keep its process alive.
import { Worker } from 'node:worker_threads';

import type { Log } from '../../protocol/log.ts';
import type { Metrics } from '../../protocol/metrics.ts';
import { systemClock } from '../../streams/clock.ts';
import { CollectedPoints } from './collected-points.ts';
import { collectorIn } from './collector.ts';
import type { FromWorker, ToWorker, WorkerData } from './worker-messages.ts';

/** How long the end of the process waits for the last values to be sent; a collector that did not take the values before gets less. */
const flushWithinMs = { usually: 5000, afterFailure: 1000 };
/** The SDK needs about 10 MB. */
const maxHeapMb = 64;

/** A bundle has the thread's code in a file next to it. */
const workerFile = import.meta.url.endsWith('.ts') ? './worker.ts' : './metrics.mjs';

/** @returns undefined if nobody asks for metrics. */
export function sendMetrics(
  { name, version }: WorkerData['service'],
  { log, atEnd }: { readonly log: Log; readonly atEnd: (work: () => Promise<void>) => void },
): Metrics | undefined {
  const collector = collectorIn(process.env);
  if (collector.kind === 'refused') log('WARN', `Metrics are not sent: ${collector.why}`);
  if (collector.kind !== 'known') return undefined;
  const { host, encoding } = collector;
  const points = new CollectedPoints();
  let [hasWarned, isTaken] = [false, true];
  const fail = (why: string): void => {
    if (!hasWarned) log('WARN', `Metrics cannot be sent to ${host} (${why}). The run continues without them.`);
    [hasWarned, isTaken] = [true, false];
  };
  const flushed = Promise.withResolvers<void>();
  const worker = startWorker({ service: { name, version }, encoding }, fail);
  if (worker === undefined) return undefined;
  const tell = (message: ToWorker): void => worker.postMessage(message, []);
  worker.on('message', (message: FromWorker) => {
    if (message.kind === 'collect') tell({ kind: 'points', points: points.collect() });
    else if (message.kind === 'failed') fail(message.why);
    else if (message.kind === 'sent') isTaken = true;
    else flushed.resolve();
  });
  worker.on('error', (error) => fail(codeOf(error)));
  worker.on('exit', () => flushed.resolve());
  worker.unref();
  atEnd(async () => {
    tell({ kind: 'flush' });
    const ms = isTaken ? flushWithinMs.usually : flushWithinMs.afterFailure;
    const cancel = systemClock.after(ms, () => {
      fail(`no answer within ${ms / 1000} s at the end`);
      flushed.resolve();
    });
    await flushed.promise;
    cancel();
    await worker.terminate();
  });
  return points;
}

function startWorker(data: WorkerData, fail: (why: string) => void): Worker | undefined {
  try {
    return new Worker(new URL(workerFile, import.meta.url), {
      workerData: data,
      stdout: true, // What the SDK may print is not data.
      stderr: true,
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
    });
  } catch (error) {
    fail(codeOf(error)); // As with `node --permission`.
    return undefined;
  }
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error ? String(error.code) : error.name;
}

// `write`: lines in → open files by stream and hour → compressed chunks → one PutObject a file → STATEs out.
//
// One loop looks at every turn at what has happened (input came, a chunk was compressed, a file was stored, time passed, a
// signal came) and does what is due. Nothing in it waits for a single one of these, so that a silent input delays neither
// the closing of files nor the printing of STATEs, and a slow S3 holds the input back instead of filling the memory.
import { setImmediate } from 'node:timers/promises';

import { DeflatePool } from '@s3-connectors/common/destination/deflate-pool.ts';
import { DurableStates } from '@s3-connectors/common/destination/durable-states.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import { readLines, type LineBatch } from '@s3-connectors/common/protocol/lines.ts';
import type { VerbContext } from '@s3-connectors/common/protocol/run.ts';
import { closeS3, openS3 } from '@s3-connectors/common/s3/client.ts';
import { summarize as summarizeRequests } from '@s3-connectors/common/s3/counters.ts';
import { Bell } from '@s3-connectors/common/streams/bell.ts';
import { ReadAhead } from '@s3-connectors/common/streams/read-ahead.ts';

import { BufferPool } from './buffer-pool.ts';
import type { Config } from './config.ts';
import { Intake } from './intake.ts';
import { OpenFiles } from './open-files.ts';
import { planStreams } from './plan.ts';
import { chunkBytes, filesDue, msUntilAged, type RotationLimits } from './rotation.ts';
import { Store } from './store.ts';
import { summarize } from './summary.ts';

/** As many as libuv's thread pool has threads. */
const compressionsAtOnce = 4;
/** Chunks that may wait for a thread, each at most 1 MiB, before more input is read. */
const maxChunksWaiting = 8;
/** Of the memory allowed, what buffers may fill; the rest is for the objects and the garbage that go with them. */
const bufferShare = 3 / 4;
/** Of that, what open files may hold; the rest is for files on their way. */
const openShare = 3 / 4;
const longestWaitMs = 60_000;
/** What is open when a signal comes is stored within this time; the platform kills what takes longer. */
const stopWithinMs = 20_000;

/** @throws CATALOG_INVALID, INPUT_INVALID or an S3 code, after all that became durable was acknowledged. */
export async function* write(
  config: Config,
  catalog: readonly ConfiguredStream[],
  input: AsyncIterable<Uint8Array>,
  context: VerbContext,
): AsyncGenerator<Uint8Array> {
  const run = openRun(config, catalog, input, context);
  try {
    while (!run.isFinished()) {
      const batch = run.takeBatch();
      if (batch !== undefined) run.takeLines(batch);
      run.closeDueFiles();
      yield* run.states.take();
      await (batch === undefined ? run.wait() : setImmediate());
    }
    yield* run.states.take();
    context.log('INFO', run.summary());
    run.throwFailure();
  } finally {
    run.close();
  }
}

/** The parts of a run and how they are joined; the loop above says when what happens. */
function openRun(
  config: Config,
  catalog: readonly ConfiguredStream[],
  input: AsyncIterable<Uint8Array>,
  { log, signal }: VerbContext,
) {
  const maxBufferBytes = config.maxMemoryBytes * bufferShare;
  const limits: RotationLimits = {
    maxAgeMs: config.maxFileAgeMs,
    maxFileBytes: config.maxFileBytes,
    maxOpenBytes: maxBufferBytes * openShare,
  };
  const plan = planStreams(config, catalog, log);
  const bell = new Bell();
  const pool = new BufferPool(maxBufferBytes / 8);
  const allocate = (bytes: number): Buffer => pool.take(bytes);
  const deflate = new DeflatePool({ level: config.gzipLevel, atOnce: compressionsAtOnce, allocate });
  const states = new DurableStates(plan.targets.length);
  const s3 = openS3(config.connection, { log });
  const store = new Store({
    s3,
    config,
    onStored: (file) => states.stored(file.stream, file),
    onChange: () => bell.ring(),
  });
  const files = new OpenFiles(plan.targets, {
    pool,
    deflate,
    chunkBytes: () => chunkBytes(files.size, { maxBufferBytes, maxFileBytes: config.maxFileBytes }),
    onChunk: (error) => (error === undefined ? bell.ring() : store.fail(error)),
  });
  const intake = new Intake({ plan, files, states, log });
  const lines = new ReadAhead(readLines(input), bell);
  let inputFailure: unknown;
  let deadline: NodeJS.Timeout | undefined;

  const onAbort = (): void => {
    lines.stop();
    if (isOutputClosed(signal.reason)) store.abort(signal.reason); // Nobody is left to be told what is durable.
    else deadline = setTimeout(() => store.abort(signal.reason), stopWithinMs);
    bell.ring();
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });

  return {
    states,

    isFinished(): boolean {
      if (store.failure !== undefined) lines.stop();
      return lines.ended && store.size === 0 && (files.size === 0 || store.failure !== undefined);
    },

    /** The next lines, if they are there and there is memory and time for them. */
    takeBatch(): LineBatch | undefined {
      const held = files.held.bytes + store.held.bytes + states.waitingBytes + pool.idleBytes;
      return held < maxBufferBytes && deflate.size < maxChunksWaiting ? lines.take() : undefined;
    },

    /** A line that is none ends the input: what came before it is stored and acknowledged. */
    takeLines(batch: LineBatch): void {
      try {
        intake.take(batch);
      } catch (error) {
        inputFailure = error;
        lines.stop();
      }
    },

    closeDueFiles(): void {
      if (store.failure !== undefined) return;
      const { oldestFirst } = files;
      const openBytes = files.held.bytes + states.waitingBytes;
      const situation = { oldestFirst, grown: files.takeGrown(), openBytes, now: performance.now() };
      const due = lines.ended
        ? [...oldestFirst].map((file) => ({ file, reason: 'end' as const }))
        : filesDue(situation, limits);
      for (const { file, reason } of due) {
        files.remove(file);
        store.put(file, reason);
      }
    },

    /** Until something happens or the oldest file is due. */
    async wait(): Promise<void> {
      // After a failure nothing is closed any more, however old.
      const oldest = store.failure === undefined ? files.oldest : undefined;
      await bell.wait(Math.min(longestWaitMs, msUntilAged(oldest, performance.now(), limits)));
    },

    summary: () => `${summarize(intake.counts, store.counts)} ${summarizeRequests(s3.counters)}.`,

    throwFailure(): void {
      const failure = store.failure ?? inputFailure ?? lines.error;
      if (failure !== undefined) throw failure;
    },

    close(): void {
      clearTimeout(deadline);
      signal.removeEventListener('abort', onAbort);
      lines.stop();
      store.abort(new Error('the run has ended'));
      deflate.close();
      closeS3(s3);
    },
  };
}

function isOutputClosed(reason: unknown): boolean {
  return reason instanceof ConnectorError && reason.code === 'OUTPUT_CLOSED';
}

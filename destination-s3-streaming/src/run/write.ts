// `write`: lines in → open files by stream and hour → compressed chunks → one PutObject per file → STATEs out. At the end,
// replacements are published.
//
// Each turn of one loop checks what has happened (input came, a chunk was compressed, a file was stored, time passed, a signal
// came) and does what is due. It never waits for only one of these. So a silent input delays neither the closing of files nor
// the printing of STATEs, and a slow S3 holds back the input instead of filling the memory.
import { setImmediate } from 'node:timers/promises';

import { watchRun } from '@s3-connectors/common/destination/run/progress.ts';
import { runContext, type WriteContext } from '@s3-connectors/common/destination/plan/run-setup.ts';
import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';

import type { StreamingConfig } from '../config/config.ts';
import { StreamingRun } from './run.ts';

/** @throws CATALOG_INVALID, INPUT_INVALID or an S3 code, after all durable rows were acknowledged. */
export async function* write(
  config: StreamingConfig,
  catalog: readonly ConfiguredStream[],
  input: AsyncIterable<Uint8Array>,
  context: WriteContext,
): AsyncGenerator<Uint8Array> {
  const own = runContext(context);
  const run = new StreamingRun(config, catalog, input, own);
  using _ = watchRun(own, run);
  try {
    await run.begin();
    while (!run.isFinished) {
      const tookLines = run.takeLines();
      run.closeDueFiles();
      yield* run.durableStates();
      run.report();
      // While there is input, timers and sockets still run after each batch.
      await (tookLines ? setImmediate() : run.wait());
    }
    yield* run.durableStates();
    yield* run.conclude();
    run.summarize();
    run.throwFailure();
  } finally {
    await run.close();
  }
}

// `write`: lines in → rows by table and day in a spool on local disk → types decided, files made → S3 → STATEs out. At the end,
// replacements are published.
//
// Nothing is visible in S3 before the input has ended, unless the spool is full.
import { watchRun } from '@s3-connectors/common/destination/run/progress.ts';
import { runContext, type WriteContext } from '@s3-connectors/common/destination/plan/run-setup.ts';
import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import type { VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { outlineDepth } from '@s3-connectors/common/records/record-scanner.ts';
import { readLines } from '@s3-connectors/common/protocol/lines.ts';

import type { BatchConfig } from '../config/config.ts';
import { BatchRun } from './run.ts';
import { openSpoolFolder } from '../spool/spool-folder.ts';

/** @throws CATALOG_INVALID, INPUT_INVALID, TEMP_FOLDER_UNUSABLE or an S3 code, after all durable rows were acknowledged. */
export async function* write(
  config: BatchConfig,
  catalog: readonly ConfiguredStream[],
  input: AsyncIterable<Uint8Array>,
  context: WriteContext,
): AsyncGenerator<Uint8Array> {
  await using folder = await openSpoolFolder(config, context.log);
  try {
    const own = runContext(context);
    await using run = new BatchRun(config, catalog, folder, own);
    using _ = watchRun(own, run);
    yield* writeLines(run, input, context);
  } catch (error) {
    throw await folder.explained(error);
  }
}

async function* writeLines(
  run: BatchRun,
  input: AsyncIterable<Uint8Array>,
  context: VerbContext,
): AsyncGenerator<Uint8Array> {
  const isOpen = await run.begin();
  let failure: unknown;
  try {
    if (isOpen) yield* takeAll(run, input);
  } catch (error) {
    context.signal.throwIfAborted();
    failure = error; // Rows before it are still published.
  }
  run.endInput();
  yield* await run.publish();
  try {
    if (failure === undefined) yield* run.conclude();
  } catch (error) {
    context.signal.throwIfAborted();
    failure = error;
  }
  run.report();
  if (failure !== undefined) throw failure;
  run.refuseRejections();
}

async function* takeAll(run: BatchRun, input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const lines of readLines(input, { reuse: true, outlineDepth: outlineDepth.airbyte })) {
    await run.take(lines);
    if (run.isPublishDue) yield* await run.publish();
  }
}

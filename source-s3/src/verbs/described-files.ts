// The columns of some files of a table, for discover: read at the same time, merged in the order of the files.
import { mergeColumns, type Column } from '@s3-connectors/common/columns/column-type.ts';
import { countOf } from '@s3-connectors/common/program/text-layout.ts';
import { toConnectorError, type ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { KeptLog } from '@s3-connectors/common/protocol/log.ts';
import type { ListedObject } from '@s3-connectors/common/s3/list.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';
import type { TaskQueue } from '@s3-connectors/common/streams/task-queue.ts';

import type { HeaderDrift } from '../columns/header-drift.ts';
import type { OwnProvenance } from '../columns/own-provenance.ts';
import type { Description, Format, Reading } from '../formats/contract/format.ts';
import { mostSampled } from './file-sample.ts';
import { failsVerb } from './verb-failure.ts';

/** Of all tables: the limit of `queue`. A file counts until it is merged, so this bounds the descriptions in memory, too. */
export const filesAtOnce = 16;

type Files = {
  readonly objects: readonly ListedObject[];
  readonly queue: TaskQueue;
  readonly own: OwnProvenance;
  readonly headers: HeaderDrift;
};

/**
 * The columns of the readable files. `read` reports why it cannot read the others. @throws the first error if none can be read.
 */
export async function describeAll(
  format: Format,
  reading: Reading,
  { objects, queue, own, headers }: Files,
  signal: AbortSignal,
): Promise<readonly Column[]> {
  let columns: readonly Column[] | undefined;
  const failures: ConnectorError[] = [];
  const merge = (object: ListedObject, description: Description | ConnectorError): void => {
    if (description instanceof Error) return void failures.push(description);
    const { columns: described, header } = description;
    for (const { name } of described) own.see(name, object.key);
    const names = described.map(({ name }) => name);
    if (header !== undefined) headers.see(object.key, names, header);
    columns = mergeColumns(columns ?? [], described);
  };
  let before: Promise<unknown> = Promise.resolve();
  const inTurn = (object: ListedObject, stop: AbortSignal): Promise<void> => {
    const last = before;
    const task = queue.run(async () => {
      const kept = new KeptLog();
      const description = await describeOne(format, { ...reading, log: kept.log }, object, stop);
      await last;
      kept.passTo(reading.log);
      merge(object, description);
    });
    before = task.catch(() => undefined); // The failure ends all of them.
    return task;
  };
  await Array.fromAsync(mapConcurrent(objects, mostSampled, inTurn, signal));
  const [first] = failures;
  if (first === undefined) return columns ?? [];
  if (columns === undefined) throw first;
  reading.log(
    'WARN',
    `The catalog is made without ${failures.length} of ${countOf(objects.length, 'file')}: ${first.message}`,
  );
  return columns;
}

async function describeOne(
  format: Format,
  reading: Reading,
  object: ListedObject,
  signal: AbortSignal,
): Promise<Description | ConnectorError> {
  try {
    return await format.describe(reading, object, signal);
  } catch (error) {
    const failure = toConnectorError(error);
    if (signal.aborted || failsVerb(failure)) throw error;
    return failure;
  }
}

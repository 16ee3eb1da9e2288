// The hop that fetches the next unit while one is decoded.
import { withChanges } from '@s3-connectors/common/protocol/record-frame.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import { clashesOf } from '../../columns/partition-conflicts.ts';
import { fileConstants, fileSpellings } from '../../columns/table-columns.ts';
import type { FetchedUnit } from '../../formats/contract/format.ts';
import { orChanged, type FetchedStep, type TableReading, type UnitStep } from './steps.ts';

const unitsFetched = 2; // The one being decoded and the next one, on disk.

/** The consumer disposes of each unit that it takes. This function disposes of all others, once nothing is being fetched. */
export async function* fetchUnits(
  reading: TableReading,
  steps: AsyncIterable<UnitStep>,
  signal: AbortSignal,
): AsyncGenerator<FetchedStep> {
  await using ahead = new FetchedAhead();
  const fetch = async (step: UnitStep, stop: AbortSignal): Promise<FetchedStep> => {
    const fetched = await fetchUnit(reading, step, stop);
    if (fetched.kind === 'fetched') ahead.keep(fetched.unit);
    return fetched;
  };
  for await (const step of mapConcurrent(steps, unitsFetched, fetch, signal)) {
    if (step.kind === 'fetched') ahead.release(step.unit);
    yield step;
  }
}

async function fetchUnit(
  { config, table, frame, columns, folders }: TableReading,
  step: UnitStep,
  signal: AbortSignal,
): Promise<FetchedStep> {
  if (step.kind !== 'unit') return step;
  const { file, names, unit } = step;
  const { object } = file;
  const { texts, nulled } = fileConstants(config, table, object, { names, folders });
  const clashes = clashesOf(config, object.key.slice(table.prefix.length), { names, folders });
  const spellings = fileSpellings(folders, names);
  const asked = { frame: withChanges(frame, nulled), columns, constants: texts, spellings, folders, clashes };
  return orChanged(object, async () => ({ kind: 'fetched', file, unit: await unit.fetch(asked, signal), nulled }));
}

/** Fetched units that no one has taken. They are on disk, and would stay there if the reading ended early. */
class FetchedAhead implements AsyncDisposable {
  readonly #units = new Set<FetchedUnit>();

  keep(unit: FetchedUnit): void {
    this.#units.add(unit);
  }

  release(unit: FetchedUnit): void {
    this.#units.delete(unit);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const unit of this.#units) await unit[Symbol.asyncDispose]();
  }
}

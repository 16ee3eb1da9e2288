// The hop that fetches the next units while one is decoded.
import { withChanges } from '@s3-connectors/common/protocol/record-frame.ts';
import { mapConcurrent } from '@s3-connectors/common/streams/map-concurrent.ts';

import { clashesOf } from '../../columns/partition-conflicts.ts';
import { ByteBudget } from '../../engine/byte-budget.ts';
import { fileConstants, fileSpellings } from '../../columns/table-columns.ts';
import type { FetchedUnit } from '../../formats/contract/format.ts';
import { orChanged, type FetchedStep, type TableReading, type UnitStep } from './steps.ts';

/** After the one whose lines are taken: one may be decoded ahead, and the other is on disk when the turn of that one comes. */
const unitsAhead = 2;
/** Those units and, of small files, the ends and beginnings of the files around them. */
const stepsAhead = 3 * unitsAhead + 2;

/** The consumer disposes of each unit that it takes. This function disposes of all others, once nothing is being fetched. */
export async function* fetchUnits(
  reading: TableReading,
  steps: AsyncIterable<UnitStep>,
  signal: AbortSignal,
): AsyncGenerator<FetchedStep> {
  /** Fetched units that no one has taken, and how each gives back its place. On disk they would outlive a reading that ends early. */
  const ahead = new Map<FetchedUnit, () => void>();
  const places = new ByteBudget(unitsAhead); // A unit takes one.
  const fetch = async (step: UnitStep, stop: AbortSignal): Promise<FetchedStep> => {
    if (step.kind !== 'unit') return step;
    const giveBack = await places.take(1, stop);
    const fetched = await fetchUnit(reading, step, stop);
    if (fetched.kind === 'fetched') ahead.set(fetched.unit, giveBack);
    else giveBack();
    return fetched;
  };
  try {
    for await (const step of mapConcurrent(steps, stepsAhead, fetch, signal)) {
      if (step.kind === 'fetched') {
        ahead.get(step.unit)?.();
        ahead.delete(step.unit);
      }
      yield step;
    }
  } finally {
    for (const unit of ahead.keys()) await unit[Symbol.asyncDispose]();
  }
}

async function fetchUnit(
  { config, table, frame, columns, folders }: TableReading,
  step: Extract<UnitStep, { kind: 'unit' }>,
  signal: AbortSignal,
): Promise<FetchedStep> {
  const { file, names, unit } = step;
  const { object } = file;
  const { texts, nulled } = fileConstants(config, table, object, { names, folders });
  const clashes = clashesOf(config, object.key.slice(table.prefix.length), { names, folders });
  const spellings = fileSpellings(folders, names);
  const asked = { frame: withChanges(frame, nulled), columns, constants: texts, spellings, folders, clashes };
  return orChanged(object, async () => ({ kind: 'fetched', file, unit: await unit.fetch(asked, signal), nulled }));
}

// Before anything is written: in each place what earlier runs left unfinished is settled, and what a generation outlives is
// written down, in several places at a time.
import type { ConnectorError } from '../protocol/errors.ts';
import { mapConcurrent } from '../streams/map-concurrent.ts';
import { isGenerationNoted, noteGeneration } from './generation-record.ts';
import { settle } from './interrupted.ts';
import { findPlaces, type Area, type Records } from './manifests.ts';
import type { DataPlace } from './own-keys.ts';
import { failsAlone } from './stream-failure.ts';

/** To write a generation down takes a second, in which the names of the place's files are held. */
const placesAtOnce = 16;

export type Beginning = {
  readonly place: DataPlace;
  /** What is there goes once this one is complete; undefined: nothing goes by its generation. */
  readonly generation: number | undefined;
  /** Whether the place is the stream's, by what was published there. Absent: it is. */
  readonly isOurs?: (records: Records | undefined) => boolean;
  /** Called for an error that fails the stream alone. */
  readonly refused: (error: ConnectorError) => void;
};

/** @throws what fails the run, as S3_ACCESS_DENIED. */
export async function beginPlaces(
  area: Area,
  beginnings: Iterable<Beginning> | AsyncIterable<Beginning>,
  signal: AbortSignal,
): Promise<void> {
  const withManifests = new Set(await findPlaces(area, signal));
  const steps = mapConcurrent(
    beginnings,
    placesAtOnce,
    async (beginning, linked) => {
      try {
        await beginPlace(area, beginning, withManifests, linked);
      } catch (error) {
        if (!failsAlone(error)) throw error;
        beginning.refused(error);
      }
    },
    signal,
  );
  for await (const _ of steps);
}

/** All documents of the place are read before any is acted upon. */
async function beginPlace(
  area: Area,
  { place, generation, isOurs = () => true }: Beginning,
  withManifests: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const scope = generation === undefined ? undefined : { place, generation };
  const isNoted = scope === undefined || (await isGenerationNoted(area, scope, signal));
  const records = withManifests.has(place.name) ? await settle(area, place, signal) : undefined;
  if (isOurs(records) && !isNoted) await noteGeneration(area, scope, signal);
}

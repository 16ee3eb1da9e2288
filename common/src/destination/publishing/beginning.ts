// Prepares all places before anything is written: it settles what earlier runs left unfinished, and records what a generation
// outlives, in several places at a time.
import type { ConnectorError, StreamDescriptor } from '../../protocol/errors.ts';
import { streamKey, streamLabel } from '../../protocol/stream-key.ts';
import type { ExportId } from '../replacing/export-id.ts';
import { mayBeTooLarge, smallFirst } from '../replacing/document-memory.ts';
import { generationStreams, isGenerationNoted, noteGeneration } from '../replacing/generation-record.ts';
import { settle } from '../replacing/interrupted.ts';
import { findPlaces, readRecords, type Area, type Records } from '../replacing/manifest-store.ts';
import type { DataPlace } from '../replacing/own-keys.ts';
import { failsAlone } from './stream-failure.ts';

/** While a generation is recorded, for about a second, the names of the place's files are in memory. */
const placesAtOnce = 16;

/** The owner according to latest.json and the records of generations. `name`: of the other stream. */
export type Owner = { readonly kind: 'stream' | 'unknown' } | { readonly kind: 'other'; readonly name: string };

export type Beginning = {
  readonly place: DataPlace;
  /** The earlier data is deleted once this generation is complete. Undefined: no generation deletes it. */
  readonly generation: number | undefined;
  readonly stream: StreamDescriptor;
  /**
   * Whether to begin a place that is not the stream's according to the config. It gets the owner according to the place's
   * documents. Absent: the place is the stream's.
   */
  readonly judge?: (owner: Owner) => boolean;
  /** Reads other documents of the place. @throws BUCKET_DOCUMENT_INVALID before anything is changed. */
  readonly verify?: (area: Area, signal: AbortSignal) => Promise<unknown>;
  /** Called for an error that fails the stream alone. */
  readonly refused: (error: ConnectorError) => void;
};

type Beginnings = Iterable<Beginning> | AsyncIterable<Beginning>;

/** @throws errors that fail the run, such as S3_ACCESS_DENIED. */
export async function beginPlaces(area: Area, beginnings: Beginnings, signal: AbortSignal): Promise<void> {
  const withManifests = new Set(await findPlaces(area, signal));
  await forEachPlace(area, beginnings, signal, (reading, beginning, linked) =>
    beginPlace(reading, beginning, withManifests, linked),
  );
}

/**
 * For one of several writers of a run. It changes nothing, because another writer may be at work in the places. @returns the
 * current export of each place that has one.
 */
export async function lookAtPlaces(
  area: Area,
  beginnings: Beginnings,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ExportId>> {
  const withManifests = new Set(await findPlaces(area, signal));
  const counting = new Map<string, ExportId>();
  await forEachPlace(area, beginnings, signal, async (reading, { place, stream, judge, verify }, linked) => {
    await verify?.(reading, linked);
    const records = withManifests.has(place.name) ? await readRecords(reading, place, linked) : noRecords;
    if (judge?.(await ownerOf(reading, { place, stream, records }, linked)) === false) return;
    const current = records.latest?.current?.export;
    if (current !== undefined) counting.set(place.name, current);
  });
  return counting;
}

const noRecords: Records = { latest: undefined, etag: undefined, exports: [] };

async function forEachPlace(
  area: Area,
  beginnings: Beginnings,
  signal: AbortSignal,
  work: (reading: Area, beginning: Beginning, linked: AbortSignal) => Promise<void>,
): Promise<void> {
  const steps = smallFirst(
    area,
    { items: beginnings, limit: placesAtOnce },
    async (beginning, reading, linked) => {
      try {
        await work(reading, beginning, linked);
      } catch (error) {
        if (!failsAlone(error) || (reading !== area && mayBeTooLarge(error))) throw error;
        beginning.refused(error);
      }
    },
    signal,
  );
  for await (const _ of steps);
}

/** Reads all documents of the place before it acts on any. */
async function beginPlace(
  area: Area,
  { place, generation, stream, judge, verify }: Beginning,
  withManifests: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  await verify?.(area, signal);
  const scope = generation === undefined ? undefined : { place, generation };
  const isNoted = scope === undefined || (await isGenerationNoted(area, scope, signal));
  const records = withManifests.has(place.name) ? await settle(area, place, signal) : undefined;
  const owner: Owner =
    judge === undefined ? { kind: 'stream' } : await ownerOf(area, { place, stream, records }, signal);
  if (judge?.(owner) === false || isNoted) return;
  await noteGeneration(area, { ...scope, stream: owner.kind === 'stream' ? stream : undefined }, signal);
}

/** Changes nothing. @throws BUCKET_DOCUMENT_INVALID */
export async function ownerOf(
  area: Area,
  { place, stream, records }: Pick<Beginning, 'place' | 'stream'> & { readonly records?: Records | undefined },
  signal: AbortSignal,
): Promise<Owner> {
  const { latest } = records ?? (await readRecords(area, place, signal));
  const last = latest?.current?.stream;
  const owners = [...(last === undefined ? [] : [last]), ...(await generationStreams(area, place, signal))];
  const other = owners.find((owner) => streamKey(owner) !== streamKey(stream));
  if (other !== undefined) return { kind: 'other', name: streamLabel(other) };
  return { kind: owners.length > 0 ? 'stream' : 'unknown' };
}

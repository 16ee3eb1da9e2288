// The places that a stream's rows are in: one folder by the config, or, where a destination spreads a stream over several, those
// that its earlier runs have filled.
import type { ConnectorError } from '../../protocol/errors.ts';
import type { Beginning } from './beginning.ts';
import type { Target } from '../plan/plan.ts';

/** Places by their names; `stream`: its number in the plan. */
export type StreamPlaces<Planned extends Target = Target> = {
  /** For `beginPlaces`: of all streams. */
  beginnings(): Iterable<Beginning> | AsyncIterable<Beginning>;
  /** That the stream had before, whether that is proven or not. */
  of(stream: number): Iterable<string>;
  /** Those whose earlier files may go. `staged`: that are replaced anyway. */
  proven(
    target: Planned,
    signal: AbortSignal,
    staged?: ReadonlyMap<string, unknown>,
  ): Promise<Iterable<string>> | Iterable<string>;
  /** Whether rows of the stream can be in another place than that of its own name. Absent: they cannot. */
  mayFill?(target: Planned, name: string): boolean;
  /** Asked once the files that would go from a place are listed. Whoever throws keeps them. */
  refuseShared?(target: Planned, name: string, signal: AbortSignal): Promise<void>;
  /** Whether what a generation outlives stays in a place, since another stream has come to it. */
  isShared?(target: Planned, name: string, signal: AbortSignal): Promise<boolean>;
};

/** Called for an error that fails the stream alone. */
export type GiveUp = (target: Target, error: ConnectorError) => void;

/** Where no stream can fail alone. */
export const throwRefused: GiveUp = ({ stream }, error) => {
  throw error.inStream(stream);
};

/** Of streams that have one place each. */
export function onePlaceEach(targets: readonly Target[], giveUp: GiveUp): StreamPlaces {
  return {
    beginnings: () => targets.map((target) => beginningOf(target, target.place, giveUp)),
    of: (stream) => targets.slice(stream, stream + 1).map(({ name }) => name),
    proven: ({ name }) => [name],
  };
}

export function beginningOf(target: Target, place: Beginning['place'], giveUp: GiveUp): Beginning {
  const { succession, stream } = target;
  const generation = succession.kind === 'outlive' ? succession.generation : undefined;
  return { place, generation, stream, refused: (error) => giveUp(target, error) };
}

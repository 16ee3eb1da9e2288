// The places of a stream's rows: one folder according to the config, or several if a destination spreads a stream; then also
// the places that earlier runs filled.
import type { ConnectorError } from '../../protocol/errors.ts';
import type { Beginning } from './beginning.ts';
import type { Target } from '../plan/plan.ts';

/** Places by name. `stream`: its number in the plan. */
export type StreamPlaces<Planned extends Target = Target> = {
  /** For `beginPlaces`: the places of all streams. */
  beginnings(): Iterable<Beginning> | AsyncIterable<Beginning>;
  /** The stream's earlier places, also those whose files may not be deleted. */
  of(stream: number): Iterable<string>;
  /** The places whose earlier files may be deleted. `staged`: places that are replaced anyway. */
  proven(
    target: Planned,
    signal: AbortSignal,
    staged?: ReadonlyMap<string, unknown>,
  ): Promise<Iterable<string>> | Iterable<string>;
  /** Whether rows of the stream can be in a place that is not named after it. Absent: they cannot. */
  mayFill?(target: Planned, name: string): boolean;
  /** Called when the files to delete from a place are listed. If it throws, they stay. */
  refuseShared?(target: Planned, name: string, signal: AbortSignal): Promise<void>;
  /** Whether a place keeps what a generation outlives, because another stream now writes there. */
  isShared?(target: Planned, name: string, signal: AbortSignal): Promise<boolean>;
};

/** Called for an error that fails the stream alone. */
export type GiveUp = (target: Target, error: ConnectorError) => void;

/** For verbs where no stream can fail alone. */
export const throwRefused: GiveUp = ({ stream }, error) => {
  throw error.inStream(stream);
};

/** For streams that have one place each. */
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

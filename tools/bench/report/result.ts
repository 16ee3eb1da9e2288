// What is kept of a measured case, in docs/benchmarks.json: the page, the picture and the tables are made from it alone.
import type { BenchCase, Prepared } from '../case.ts';
import type { Finding, Usage } from '../process.ts';
import type { Spread, Summary } from './statistics.ts';

/** A program and what its runs took. */
export type Timed = {
  readonly name: string;
  /** The name in the table and the picture. */
  readonly label: string;
  readonly seconds: Spread;
  readonly usages: readonly Usage[];
  readonly isPeer: boolean;
};

export type Result = {
  readonly name: string;
  /** Only results with a title are in the table and the picture. */
  readonly title?: string;
  readonly what: string;
  readonly data: string;
  readonly limit: string;
  readonly rows: number;
  /** Bytes of lines. */
  readonly bytes: number;
  readonly program: Timed;
  readonly compared: readonly Timed[];
  readonly ratio?: Spread;
  readonly leastRatio?: number;
  readonly mostMegabytes: Readonly<Record<string, number>>;
  readonly mostStallMs: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  /** In words. */
  readonly runs: string;
  readonly place: Place;
  readonly command: string;
};

/** Figures compare if both are the same. `day`: 2026-11-30. */
export type Place = { readonly machine: string; readonly day: string };

type Finished = {
  readonly benchCase: BenchCase;
  readonly prepared: Prepared;
  readonly summary: Summary;
  /** Counted runs, without the warm-up. */
  readonly runs: number;
  readonly place: Place;
  readonly command: string;
};

export function resultOf({ benchCase, prepared, summary, runs, place, command }: Finished): Result {
  const { name, title, what, limit, leastRatio, mostMegabytes = {}, mostStallMs = {} } = benchCase;
  const { data, rows, bytes, references = [] } = prepared;
  const { seconds, usages, ratio, findings } = summary;
  const programs = usages.map((usage) => usage.name).join(' and ');
  const compared = references.flatMap(({ name, label, isPeer = false }, index) => {
    const measured = summary.references[index];
    return measured === undefined ? [] : [{ name, label, isPeer, ...measured }];
  });
  return {
    name,
    ...(title !== undefined && { title }),
    what,
    data,
    limit,
    rows,
    bytes,
    program: { name: programs, label: programs, seconds, usages, isPeer: false },
    compared,
    ...(ratio !== undefined && { ratio }),
    ...(leastRatio !== undefined && { leastRatio }),
    mostMegabytes,
    mostStallMs,
    findings,
    runs: benchCase.runsOnce === true ? 'one run' : `${runs} counted ${runs === 1 ? 'run' : 'runs'} after a warm-up`,
    place,
    command,
  };
}

/** The results in the order of the cases, with `result` in the place of an earlier one; cases that exist no longer are dropped. */
export function withResult(stored: readonly Result[], result: Result, order: readonly string[]): readonly Result[] {
  const all = new Map([...stored, result].map((one) => [one.name, one]));
  return order.flatMap((name) => all.get(name) ?? []);
}

/**
 * The results that stay when cases are measured at `place`. A run of all cases drops those of other places.
 * @throws Error if only some cases are measured, and there are results of another place.
 */
export function keptResults(
  stored: readonly Result[],
  place: Place,
  { isComplete }: { readonly isComplete: boolean },
): readonly Result[] {
  const kept = stored.filter((one) => samePlace(one.place, place));
  const other = stored.find((one) => !samePlace(one.place, place));
  if (other === undefined || isComplete) return kept;
  const { machine, day } = other.place;
  throw new Error(
    `docs/benchmarks.json has figures of ${day}, ${machine}. This is ${place.day}, ${place.machine}. All figures of the page are from one machine and day: run all cases with --write (without names), which drops the others.`,
  );
}

/** What the table and the picture show: the results with a title, those with peers first. */
export function headlines(results: readonly Result[]): readonly Result[] {
  const shown = results.filter(({ title }) => title !== undefined);
  const hasPeer = ({ compared }: Result): boolean => compared.some(({ isPeer }) => isPeer);
  return [...shown.filter(hasPeer), ...shown.filter((one) => !hasPeer(one))];
}

/** The machines and days of the results, each once. */
export function placesOf(results: readonly Result[]): readonly Place[] {
  return results
    .map(({ place }) => place)
    .filter((place, index, all) => {
      return all.findIndex((one) => samePlace(one, place)) === index;
    });
}

function samePlace(one: Place, other: Place): boolean {
  return one.machine === other.machine && one.day === other.day;
}

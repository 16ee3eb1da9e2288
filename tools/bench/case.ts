// What a case is and what it is given. A case prepares its data once; then its program and its reference are run in turn.
import type { DuckDBConnection } from '@duckdb/node-api';

import type { Measured } from './process.ts';

/** What the cases of one run share. */
export type Bench = {
  /** Temporary; all that a case makes is below it. */
  readonly folder: string;
  /** For making data. */
  readonly db: DuckDBConnection;
  /** How many rows instead of a case's own number: to try a case out. */
  readonly rows: number | undefined;
  readonly signal: AbortSignal;
};

/** Runs once, from nothing, and leaves nothing. */
export type Run = () => Promise<Measured>;

export type Prepared = {
  /** In words, with the figures that were counted. */
  readonly data: string;
  readonly rows: number;
  /** Of the lines that are written or read: what MB/s counts. */
  readonly bytes: number;
  readonly run: Run;
  readonly reference?: { readonly name: string; readonly run: Run };
};

export type BenchCase = {
  /** As on the command line. */
  readonly name: string;
  readonly what: string;
  /** What holds the speed or the memory where it is; in words, since the figures are the report's. */
  readonly limit: string;
  /** The least share of the reference's speed. */
  readonly leastRatio?: number;
  /** The most megabytes of resident memory, for each measured program. */
  readonly mostMegabytes?: Readonly<Record<string, number>>;
  /** The longest that the main thread of each measured program may be kept busy at a stretch. */
  readonly mostStallMs?: Readonly<Record<string, number>>;
  /** Too long for a run of all cases: only by its name. */
  readonly isLong?: boolean;
  /** It lasts as long as it is set to, on any machine: one run, without a warm-up. */
  readonly runsOnce?: boolean;
  readonly prepare: (bench: Bench) => Promise<Prepared>;
};

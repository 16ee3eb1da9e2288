// The interface of a case. A case prepares its data once; then its program and its reference run in turn.
import type { DuckDBConnection } from '@duckdb/node-api';

import type { Measured } from './process.ts';

/** Shared by the cases of one run. */
export type Bench = {
  /** A temporary folder for all files of a case. */
  readonly folder: string;
  /** For making data. */
  readonly db: DuckDBConnection;
  /** Replaces the number of rows of a case, to try it out. */
  readonly rows: number | undefined;
  readonly signal: AbortSignal;
};

/** Runs once, from an empty state, and leaves nothing. */
export type BenchRun = () => Promise<Measured>;

/** What is measured for comparison, on the same work. */
export type Reference = {
  readonly name: string;
  /** The name in the table and the picture. */
  readonly label: string;
  readonly run: BenchRun;
  /** It does the same work as the program; all others show what the machine can do. */
  readonly isPeer?: boolean;
  /** Very slow: it runs in the first counted pair alone. */
  readonly runsOnce?: boolean;
};

export type Prepared = {
  /** The findings in words, with the measured figures. */
  readonly data: string;
  readonly rows: number;
  /** Bytes of the written or read lines, the base of MB/s. */
  readonly bytes: number;
  readonly run: BenchRun;
  /** The first is what the speed is compared with; the others are only reported. */
  readonly references?: readonly Reference[];
};

export type BenchCase = {
  /** The name on the command line. */
  readonly name: string;
  readonly what: string;
  /** The work in a few words, for the table and the picture at the head of the page; without it the case is in the details alone. */
  readonly title?: string;
  /** The limiting factor of speed or memory, in words without figures. */
  readonly limit: string;
  /** The minimum share of the reference's speed. */
  readonly leastRatio?: number;
  /** The most megabytes of resident memory, for each measured program. */
  readonly mostMegabytes?: Readonly<Record<string, number>>;
  /** The longest allowed stall of the main thread of each measured program. */
  readonly mostStallMs?: Readonly<Record<string, number>>;
  /** Too long for a run of all cases: it runs only by its name. */
  readonly isLong?: boolean;
  /** Its duration is fixed or only its memory matters: one run, without a warm-up. */
  readonly runsOnce?: boolean;
  readonly prepare: (bench: Bench) => Promise<Prepared>;
};

// What a place contains after a replacement or an addition, for the log and the summary. Pure.
import type { sizesOf } from '../replacing/staging.ts';

/** What is visible in a place now. */
export type ReplacedSet = ReturnType<typeof sizesOf> & {
  readonly deletedFiles: number;
  /** How long a listing could show both the old and the new files. */
  readonly burstSeconds: number;
};

export function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

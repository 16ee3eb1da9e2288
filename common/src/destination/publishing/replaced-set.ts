// What a place contains after a replacement or an addition, for the log and the summary. Pure.
import type { StagedFile } from '../replacing/staging.ts';

/** What is visible in a place now. */
export type ReplacedSet = {
  readonly rows: number;
  readonly bytes: number;
  readonly files: number;
  readonly deletedFiles: number;
  /** How long a listing could show both sets. */
  readonly burstSeconds: number;
};

export function sizesOf(files: readonly StagedFile[]): Pick<ReplacedSet, 'rows' | 'bytes' | 'files'> {
  let [rows, bytes] = [0, 0];
  for (const file of files) {
    rows += file.rows;
    bytes += file.size;
  }
  return { rows, bytes, files: files.length };
}

export function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

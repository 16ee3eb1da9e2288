// The names of a run of several writers (docs/how-to/scale-out.md): the run id, which its writers share, and each attempt at a
// part. The files of an attempt wait below `{prefix}_staging/{run}/{index}-{attempt}/` until the run is committed.
import { randomBytes } from 'node:crypto';

import type { Shard } from '../../program/scheduler.ts';

/** Part `index` of `count` of the run `id`. */
export type RunPart = Shard & { readonly id: string };

/** `attempt`: new digits for each try, also of the same part. */
export type Attempt = Pick<RunPart, 'id' | 'index'> & { readonly attempt: string };

/** As parts of a regular expression. */
export const runForm = '[A-Za-z0-9][A-Za-z0-9._:+=@-]{0,99}';
export const attemptDigits = '[0-9a-f]{16}';
export const attemptForm = `\\d{1,5}-${attemptDigits}`;

const form = new RegExp(`^${runForm}$`, 'u');
const longestAttempt = '65535-0123456789abcdef/'.length;

export function isRunId(text: string): boolean {
  return form.test(text);
}

/** A new name for each call. */
export function newAttempt({ id, index }: Pick<RunPart, 'id' | 'index'>): Attempt {
  return { id, index, attempt: randomBytes(8).toString('hex') };
}

/** Below `_staging/`; ends with a slash. */
export function attemptFolder({ id, index, attempt }: Attempt): string {
  return `${id}/${index}-${attempt}/`;
}

/** The most bytes that staging adds to a file's key. */
export function runStagedBytes({ id }: Pick<RunPart, 'id'>): number {
  return `_staging/${id}/`.length + longestAttempt;
}

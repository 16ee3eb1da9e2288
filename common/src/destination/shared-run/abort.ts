// Aborts a run that nobody will finish: it can no longer be committed, and the files of its writers are removed. The document
// with this outcome stays, so that a late writer finds it; after some time it is removed as well.
import { countOf } from '../../program/text-layout.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import type { Log } from '../../protocol/log.ts';
import { listObjects } from '../../s3/list.ts';
import { stagingFolder } from '../replacing/export-id.ts';
import type { Area } from '../replacing/manifest-store.ts';
import { parseAttemptKey } from '../replacing/own-keys.ts';
import { noSuchRun } from './run-member.ts';
import { listDocuments, readOutcome, removeAttempts, removeDocuments, writeOutcome } from './run-store.ts';

/** Others wrote the document this many times meanwhile: that is not a coincidence. */
const maxTurns = 5;

type Aborting = { readonly area: Area; readonly log: Log };

/** @throws CONFIG_INVALID for a run that is committed or does not exist. */
export async function abortRun({ area, log }: Aborting, run: string, signal: AbortSignal): Promise<void> {
  if (!(await hasDocuments(area, run, signal))) throw noSuchRun(run);
  const before = await fence(area, run, signal);
  if (before === 'committed') {
    throw new ConnectorError('CONFIG_INVALID', `The run "${run}" is committed: it cannot be aborted.`);
  }
  if (before === 'committing') {
    const text = `A commit of the run "${run}" had begun: it may have replaced tables and added rows. Each replaced table is complete.`;
    log('WARN', text);
  }
  const removed = await removeAttempts(area, run, {}, signal);
  await removeDocuments(area, run, (path) => path !== 'commit.json', signal);
  log(
    'INFO',
    `The run "${run}" is aborted: ${countOf(removed, 'file')} of it ${removed === 1 ? 'is' : 'are'} removed from staging.`,
  );
}

/**
 * Aborts all runs that got nothing since `before` (milliseconds), and removes everything that is left of finished ones.
 * @returns how many.
 */
export async function removeOldRuns({ area, log }: Aborting, before: number, signal: AbortSignal): Promise<number> {
  const newest = new Map<string, number>();
  const see = (run: string, time: Date): void => {
    newest.set(run, Math.max(newest.get(run) ?? 0, time.getTime()));
  };
  for await (const { run, lastModified } of listDocuments(area, undefined, signal)) see(run, lastModified);
  for await (const { key, lastModified } of listObjects(area.s3, stagingFolder(area.prefix), signal)) {
    const found = parseAttemptKey(area.prefix, key);
    if (found !== undefined) see(found.run, lastModified);
  }
  const old = [...newest].filter(([, time]) => time < before).map(([run]) => run);
  for (const run of old) {
    const was = await fence(area, run, signal);
    await removeAttempts(area, run, {}, signal);
    await removeDocuments(area, run, (path) => path !== 'commit.json', signal);
    await removeDocuments(area, run, () => true, signal);
    log('INFO', `Removed what was kept of the run "${run}"${was === 'committed' ? '' : ', which was not committed'}.`);
  }
  return old.length;
}

/** From here on nobody can commit the run. @returns its outcome before. */
async function fence(
  area: Area,
  run: string,
  signal: AbortSignal,
): Promise<'open' | 'committing' | 'committed' | 'aborted'> {
  for (let left = maxTurns; ; left -= 1) {
    const found = await readOutcome(area, run, signal);
    const state = found?.outcome.state;
    if (state === 'committed' || state === 'aborted') return state;
    try {
      await writeOutcome(area, { version: 1, run, state: 'aborted', owner: '', states: [] }, found?.etag, signal);
      return state ?? 'open';
    } catch (error) {
      if (left === 1 || !(error instanceof ConnectorError && error.code === 'S3_OBJECT_CONFLICT')) throw error;
    }
  }
}

async function hasDocuments(area: Area, run: string, signal: AbortSignal): Promise<boolean> {
  for await (const _ of listDocuments(area, run, signal)) return true;
  return false;
}

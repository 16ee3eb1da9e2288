// The commit of a run of several writers. Once all parts are there, they are published with the steps of a single writer, from
// the files that the parts name. Then the STATEs of all writers may be printed.
//
// One process commits at a time, the owner in commit.json. After a failure, the next process takes over. Two processes that
// believe to be the owner do no harm: a table is replaced under latest.json's condition, and added files have the same names
// and bytes.
import { ConnectorError } from '../../protocol/errors.ts';
import { countOf } from '../../program/text-layout.ts';
import type { Log } from '../../protocol/log.ts';
import type { Area } from '../replacing/manifest-store.ts';
import { isCommitted, noSuchRun, refuseOtherStreams } from './run-member.ts';
import type { RunOutcome, PlannedStream, RunBeginning } from './run-documents.ts';
import {
  listParts,
  readBeginning,
  readOutcome,
  readPart,
  removeAttempts,
  removeDocuments,
  writeOutcome,
  type ReadOutcome,
} from './run-store.ts';
import type { PartUnion } from './union.ts';

/** One try to publish. */
export type Publication = {
  readonly union: PartUnion;
  /** @throws anything that keeps the previous sets. Nothing of the run is visible then. */
  readonly judge: (signal: AbortSignal) => Promise<void>;
  readonly publish: (signal: AbortSignal) => Promise<void>;
};

type Options = {
  readonly area: Area;
  readonly run: string;
  readonly streams: readonly PlannedStream[];
  readonly log: Log;
  /** The attempt of this process. */
  readonly owner: string;
  readonly prepare: (beginning: RunBeginning) => Publication;
};

/**
 * `first`: another process that is committing is left alone. `later`: takes over, also after an earlier try that did not
 * finish.
 */
export type Turn = 'first' | 'later';

/** `incomplete`: parts are missing; `elsewhere`: another process is committing the run, or has committed it. */
export type Commit =
  | { readonly kind: 'committed'; readonly states: readonly string[] }
  | { readonly kind: 'incomplete'; readonly missing: readonly number[]; readonly count: number }
  | { readonly kind: 'elsewhere' };

/** The first of the missing parts, as the text of a sentence. */
export function partsText(missing: readonly number[]): string {
  return `${missing.slice(0, 20).join(', ')}${missing.length > 20 ? ', …' : ''}`;
}

/** Others wrote one of the documents this many times meanwhile: that is not a coincidence. */
const maxTurns = 5;

/** @throws CONFIG_INVALID for a run that does not exist or was aborted, and any error that keeps it from being published. */
export async function commitRun(options: Options, turn: Turn, signal: AbortSignal): Promise<Commit> {
  const { area, run, streams } = options;
  let conflict: unknown;
  for (let left = maxTurns; left > 0; left -= 1) {
    const found = await readOutcome(area, run, signal);
    const isOthers = found !== undefined && found.outcome.owner !== options.owner;
    if (isCommitted(found?.outcome, run)) {
      // The other process prints the STATEs, or whoever tries again after it.
      if (turn === 'first' && isOthers) return { kind: 'elsewhere' };
      return await end(options, found as ReadOutcome, signal);
    }
    // After a conflict, the other process may have stopped this one.
    if (isOthers && (turn === 'first' || conflict !== undefined)) return { kind: 'elsewhere' };
    const beginning = await readBeginning(area, run, signal);
    if (beginning === undefined) throw noSuchRun(run);
    refuseOtherStreams(beginning, streams);
    const there = await listParts(area, run, signal);
    const missing = Array.from({ length: beginning.count }, (_, index) => index).filter((index) => !there.has(index));
    if (missing.length > 0) {
      // Parts disappear when another process has finished the commit meanwhile.
      if (found?.etag !== (await readOutcome(area, run, signal))?.etag) continue;
      return { kind: 'incomplete', missing, count: beginning.count };
    }
    try {
      return await publish(options, { beginning, found }, signal);
    } catch (error) {
      if (!(error instanceof ConnectorError && error.code === 'S3_OBJECT_CONFLICT')) {
        const now = await readOutcome(area, run, signal);
        if (now?.outcome.state !== 'committed') throw error;
      }
      conflict = error;
    }
  }
  throw conflict ?? conflictOf(run, 0);
}

/** Whoever writes the outcome over the version that was read is the owner. */
async function publish(
  options: Options,
  { beginning, found }: { readonly beginning: RunBeginning; readonly found: ReadOutcome | undefined },
  signal: AbortSignal,
): Promise<Commit> {
  const { area, run, owner, log } = options;
  const publication = options.prepare(beginning);
  await unite(area, beginning, publication.union, signal);
  const { union } = publication.union;
  await publication.judge(signal);
  const outcome: RunOutcome = { version: 1, run, state: 'committing', owner, states: union.states };
  const etag = await writeOutcome(area, outcome, found?.etag, signal);
  await publication.publish(signal);
  const time = new Date(area.s3.clock.wall()).toISOString();
  const committed: RunOutcome = { ...outcome, state: 'committed', time };
  const last = await writeOutcome(area, committed, etag, signal);
  log('INFO', `The run "${run}" of ${countOf(beginning.count, 'part')} is committed.`);
  return await end(options, { outcome: committed, etag: last }, signal);
}

/** All parts together may take as much memory as one document. @throws REPLACEMENT_REFUSED */
async function unite(area: Area, { run, count }: RunBeginning, union: PartUnion, signal: AbortSignal): Promise<void> {
  let bytes = 0;
  for (let index = 0; index < count; index += 1) {
    const found = await readPart(area, { id: run, index }, signal);
    if (found === undefined) throw conflictOf(run, index);
    bytes += found.bytes;
    if (bytes > area.maxDocumentBytes) {
      throw new ConnectorError(
        'REPLACEMENT_REFUSED',
        `The parts of the run "${run}" have more than ${area.maxDocumentBytes} bytes together, more than this "max_memory_mb" allows. Raise it for the commit, or write larger files.`,
      );
    }
    union.add(found.part);
  }
}

/** The part was listed a moment ago, so another commit has finished or the run was aborted. */
function conflictOf(run: string, index: number): ConnectorError {
  return new ConnectorError(
    'S3_OBJECT_CONFLICT',
    `Part ${index} of the run "${run}" was removed while it was committed. Run again.`,
  );
}

/** The remaining steps once commit.json has the outcome. Each can be repeated. */
async function end({ area, run, log }: Options, { outcome }: ReadOutcome, signal: AbortSignal): Promise<Commit> {
  try {
    await removeAttempts(area, run, {}, signal);
    await removeDocuments(area, run, (path) => path.startsWith('parts/'), signal);
  } catch (error) {
    if (!(error instanceof ConnectorError)) throw error;
    log('WARN', `The run "${run}" is committed, but files of it are left below _staging/: ${error.message}`);
  }
  return { kind: 'committed', states: outcome.states };
}

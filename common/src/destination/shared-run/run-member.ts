// One writer of a run: whether its part is still open, and whether its attempt wins.
import { countOf } from '../../program/text-layout.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import type { Log } from '../../protocol/log.ts';
import { streamKey, streamLabel } from '../../protocol/stream-key.ts';
import type { Area } from '../replacing/manifest-store.ts';
import { newAttempt, type Attempt, type RunPart } from '../replacing/run-id.ts';
import type { RunOutcome, PartDocument, PlannedStream, RunBeginning } from './run-documents.ts';
import {
  readBeginning,
  readOutcome,
  readPart,
  removeAttempts,
  removePart,
  writeBeginning,
  writePart,
} from './run-store.ts';

type Options = {
  readonly area: Area;
  readonly part: RunPart;
  readonly streams: readonly PlannedStream[];
  readonly log: Log;
};

/**
 * `open`: rows must be written; `there`: an earlier attempt has finished the part; `committed`: the complete run is published.
 */
export type Standing = 'open' | 'there' | 'committed';

/** `won`: the part is this attempt's. Otherwise its files are useless. `aborted`: the run was aborted. */
export type Finish = 'won' | 'lost' | 'aborted';

const lateMs = 12 * 60 * 60 * 1000;

export class RunMember {
  readonly attempt: Attempt;
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
    this.attempt = newAttempt(options.part);
  }

  /**
   * Runs before anything is written. `tables`: the current exports of everything that is replaced; called if the run is not
   * over. @throws CONFIG_INVALID for a run that was aborted, was committed long ago, or was begun with another count or
   * catalog.
   */
  async begin(tables: () => Promise<RunBeginning['tables']>, signal: AbortSignal): Promise<Standing> {
    const { area, part, log } = this.#options;
    const { id, index, count } = part;
    const found = await readOutcome(area, id, signal);
    if (isCommitted(found?.outcome, id)) {
      this.#tellLate(found?.outcome.time);
      await removeAttempts(area, id, { index }, signal);
      return 'committed';
    }
    const now = await tables();
    refuseOther((await readBeginning(area, id, signal)) ?? (await this.#begin(now, signal)), this.#options);
    const earlier = await readPart(area, part, signal);
    if (earlier === undefined) {
      const text = `Part ${index} of ${count} of the run "${id}": nothing is visible, and no state is printed, before all parts are there.`;
      log('INFO', text);
      return 'open';
    }
    log('INFO', `Part ${index} of the run "${id}" is there already: an earlier attempt has finished it.`);
    await removeAttempts(area, id, { index, keptAttempt: earlier.part.attempt }, signal);
    return 'there';
  }

  /** The attempt is complete. After a failure it is unknown whether the part is there, so its files must stay. */
  async finish(content: Pick<PartDocument, 'streams' | 'unknown' | 'states'>, signal: AbortSignal): Promise<Finish> {
    const { area, part, log } = this.#options;
    const { id, index } = part;
    const { attempt } = this.attempt;
    const document: PartDocument = { version: 1, run: id, index, attempt, ...content };
    if (!(await writePart(area, document, signal))) {
      log(
        'INFO',
        `Part ${index} of the run "${id}" was finished by another attempt: the files of this one are dropped.`,
      );
      return 'lost';
    }
    const ended = (await readOutcome(area, id, signal))?.outcome;
    if (ended === undefined || ended.state === 'committing') return 'won';
    await removePart(area, document, signal); // It came after the end of the run.
    return ended.state === 'aborted' ? 'aborted' : 'lost';
  }

  /** A scheduler restarts a task within hours. Later, it is probably the next run under an old name. @throws CONFIG_INVALID */
  #tellLate(time: string | undefined): void {
    const { area, part, log } = this.#options;
    const since = time === undefined ? 'before this writer began' : `at ${time}`;
    const text = `The run "${part.id}" was committed ${since}: this input is neither read nor written. Each run needs an id of its own, such as "nightly-2026-01-15".`;
    if (time !== undefined && area.s3.clock.wall() - Date.parse(time) > lateMs) {
      throw new ConnectorError('CONFIG_INVALID', text);
    }
    log('WARN', text);
  }

  async #begin(tables: RunBeginning['tables'], signal: AbortSignal): Promise<RunBeginning> {
    const { area, part, streams, log } = this.#options;
    const { id, count } = part;
    const beginning: RunBeginning = { version: 1, run: id, count, streams: [...streams], tables };
    if (await writeBeginning(area, beginning, signal)) {
      log('INFO', `The run "${id}" of ${countOf(count, 'part')} begins.`);
      return beginning;
    }
    return (await readBeginning(area, id, signal)) ?? beginning;
  }
}

/** @throws CONFIG_INVALID for a run that was aborted. */
export function isCommitted(outcome: RunOutcome | undefined, run: string): boolean {
  if (outcome?.state === 'aborted') throw givenUp(run);
  return outcome?.state === 'committed';
}

export function givenUp(run: string): ConnectorError {
  const text = `The run "${run}" was aborted by "commit --abort": nothing can be added to it. Begin a run with another id.`;
  return new ConnectorError('CONFIG_INVALID', text);
}

export function noSuchRun(run: string): ConnectorError {
  return new ConnectorError(
    'CONFIG_INVALID',
    `There is no run "${run}": no writer has begun it below this prefix, or it was removed. Look at "prefix" and the name of the run.`,
  );
}

/** @throws CONFIG_INVALID */
function refuseOther(begun: RunBeginning, { part, streams }: Pick<Options, 'part' | 'streams'>): void {
  const { id, count } = part;
  if (begun.count !== count) {
    const text = `The run "${id}" was begun with ${begun.count} parts, and this config says ${count}. Give all of its writers the same count, or begin a run with another id.`;
    throw new ConnectorError('CONFIG_INVALID', text);
  }
  refuseOtherStreams(begun, streams);
}

/** @throws CONFIG_INVALID for a catalog or config with other streams, places or modes. */
export function refuseOtherStreams(begun: RunBeginning, streams: readonly PlannedStream[]): void {
  if (asText(begun.streams) === asText(streams)) {
    refuseOtherForm(begun, streams);
    return;
  }
  throw new ConnectorError(
    'CONFIG_INVALID',
    `The run "${begun.run}" was begun with other streams, or with the same streams in other folders or sync modes. Give all of its writers, and the verb "commit", the same catalog and config, or begin a run with another id.`,
  );
}

/** @throws CONFIG_INVALID for files that would differ in form from those of the other writers. */
function refuseOtherForm(begun: RunBeginning, streams: readonly PlannedStream[]): void {
  const forms = new Map(begun.streams.map(({ stream, form }) => [streamKey(stream), form]));
  for (const { stream, form } of streams) {
    const other = forms.get(streamKey(stream));
    if (form === undefined || other === undefined) continue;
    const names = [...new Set([...Object.keys(form), ...Object.keys(other)])].filter(
      (name) => form[name] !== other[name],
    );
    if (names.length === 0) continue;
    const settings = names.map((name) => `"${name}"`).join(', ');
    throw new ConnectorError(
      'CONFIG_INVALID',
      `The run "${begun.run}" was begun with another value of ${settings} for the stream "${streamLabel(stream)}": its files would differ in form. Give all of its writers, and the verb "commit", the same catalog and config, or begin a run with another id.`,
      { stream },
    );
  }
}

function asText(streams: readonly PlannedStream[]): string {
  return streams
    .map(({ stream: { name, namespace }, folder, mode }) => JSON.stringify([name, namespace ?? null, folder, mode]))
    .sort()
    .join('\n');
}

// A run of several writers, as one of them or the verb `commit` sees it. It joins the streams of this process with the
// documents of the run (shared-run/) and the commit of all parts (commit.ts).
import { ConnectorError } from '../../protocol/errors.ts';
import { streamKey } from '../../protocol/stream-key.ts';
import { DurableStates } from '../input/durable-states.ts';
import { areTooMany } from '../input/rejections.ts';
import { parseStateLine } from '../input/state-line.ts';
import { newExportId } from '../replacing/export-id.ts';
import type { Area } from '../replacing/manifest-store.ts';
import { newAttempt, type RunPart } from '../replacing/run-id.ts';
import type { StagedFile } from '../replacing/staging.ts';
import { RunMember } from './run-member.ts';
import type { PartFile, PartStream, PlannedStream, RunBeginning } from './run-documents.ts';
import { PartUnion, type Union } from './union.ts';
import { lookAtPlaces } from '../publishing/beginning.ts';
import { commitRun, type Commit, type Publication, type Turn } from './commit.ts';
import type { RunSetup } from '../plan/run-setup.ts';
import type { Plan, Target } from '../plan/plan.ts';
import { Publisher, type PublisherOptions } from '../publishing/publisher.ts';

type SharedRunOptions<Planned extends Target> = Omit<
  PublisherOptions<Planned>,
  'targets' | 'states' | 'attempt' | 'publishing'
> & { readonly plan: Plan<Planned> };

/** For a process that writes no rows. */
export function openShared<Planned extends Target>(
  { area, layout, plan, config, context }: RunSetup<Planned>,
  plugin: Pick<SharedRunOptions<Planned>, 'places' | 'schemaOf'>,
  run: RunPart,
): { readonly area: Area; readonly shared: SharedRun<Planned> } {
  const { workerId, maxShrinkPercent } = config;
  const options = { area, layout, plan, workerId, maxShrinkPercent, context, replaced: () => undefined, ...plugin };
  return { area, shared: new SharedRun(options, run.id) };
}

/** The number of records of a stream. */
type Taken = { readonly accepted: number; readonly rejected: number };

export class SharedRun<Planned extends Target> {
  readonly #options: SharedRunOptions<Planned>;
  readonly #run: string;
  readonly #owner: string;
  readonly #streams: readonly PlannedStream[];

  constructor(options: SharedRunOptions<Planned>, run: string) {
    this.#options = options;
    this.#run = run;
    this.#owner = newAttempt({ id: run, index: 0 }).attempt;
    this.#streams = options.plan.targets.map(({ stream, place, succession, form }) => {
      return { stream, folder: place.folder, mode: succession.kind, form };
    });
  }

  /** As one of the writers. */
  member(part: RunPart): RunMember {
    const { area, context } = this.#options;
    return new RunMember({ area, part, streams: this.#streams, log: context.log });
  }

  /** Reads which exports are current. After it, the places of the streams are known. */
  async look(signal: AbortSignal): Promise<RunBeginning['tables']> {
    const counting = await lookAtPlaces(this.#options.area, this.#options.places.beginnings(), signal);
    return Array.from(counting, ([name, exportId]) => ({ name, export: exportId }));
  }

  /** Publishes the run if all its parts are there. */
  async commit(turn: Turn, signal: AbortSignal): Promise<Commit> {
    const { area, context } = this.#options;
    const [run, owner, streams] = [this.#run, this.#owner, this.#streams];
    const prepare = (beginning: RunBeginning): Publication => this.#publication(beginning);
    return await commitRun({ area, run, streams, owner, log: context.log, prepare }, turn, signal);
  }

  #publication({ tables }: RunBeginning): Publication {
    const { area, workerId, layout, plan, context } = this.#options;
    const { targets } = plan;
    const exportId = newExportId(new Date(area.s3.clock.wall()), workerId);
    const union = new PartUnion({ prefix: area.prefix, layout, salt: exportId, streams: this.#runStreams() });
    const publishing = {
      id: this.#run,
      exportId,
      base: new Map(tables.map(({ name, export: counting }) => [name, counting])),
      statesOf: (stream: Target['stream']) => union.union.states.filter((line) => isAbout(line, stream)),
    };
    const states = new DurableStates(targets.length + 1, 0);
    const publisher = new Publisher({ ...this.#options, targets, states, publishing });
    return {
      union,
      judge: async (signal) => {
        this.#refuseRejections(union.union);
        for (const target of targets) {
          for (const [name, files] of union.union.streams.get(target.index)?.files ?? []) {
            for (const file of files) publisher.waiting.add(target.index, name, file);
          }
        }
        for (const target of targets) await publisher.judge(target, signal);
      },
      publish: async (signal) => {
        const [replaced, appended] = [targets.filter(isReplaced), targets.filter((target) => !isReplaced(target))];
        for (const target of [...replaced, ...appended]) await publisher.conclude(target, 'proven', signal);
        context.log('DEBUG', `Published the run "${this.#run}" as ${exportId}.`);
      },
    };
  }

  #runStreams() {
    const { plan, places } = this.#options;
    return plan.targets.map((target) => ({
      index: target.index,
      stream: target.stream,
      label: target.label,
      isReplaced: isReplaced(target),
      mayFill: (name: string) => name === target.name || places.mayFill?.(target, name) === true,
    }));
  }

  /** Judges all parts together. @throws RECORDS_REJECTED */
  #refuseRejections({ streams, unknown }: Union): void {
    const { plan, area } = this.#options;
    const all = [...streams.values()];
    const excesses = plan.targets.flatMap(({ index, label }) => {
      const { accepted = 0, rejected = 0 } = streams.get(index) ?? {};
      const total = accepted + rejected;
      return areTooMany(rejected, total)
        ? [`${rejected} of ${total} records of the stream "${label}" were rejected`]
        : [];
    });
    const records = all.reduce((sum, { accepted, rejected }) => sum + accepted + rejected, unknown);
    if (areTooMany(unknown, records)) {
      excesses.push(`${unknown} of ${records} records are of streams that are not in the catalog`);
    }
    if (excesses.length === 0) return;
    throw new ConnectorError(
      'RECORDS_REJECTED',
      `${excesses.join('; ')} in all parts of the run "${this.#run}": it is not published. They are stored below "${area.prefix}_rejected/", each with its reason. Correct the source, or the catalog, abort the run ("commit --abort --run ${this.#run}") and begin a new one.`,
    );
  }
}

/** Streams that may be refused come first. */
function isReplaced({ succession }: Target): boolean {
  return succession.kind === 'replace';
}

/** Whether a STATE line covers the stream. A STATE without a stream covers all. */
function isAbout(line: string, stream: Target['stream']): boolean {
  const about = parseStateLine(Buffer.from(line)).stream;
  return about === undefined || streamKey(about) === streamKey(stream);
}

/** The report of an attempt about a stream. `waiting`: its files, by the names of their places. */
export function partStream(
  { stream }: Pick<Target, 'stream'>,
  { accepted, rejected }: Taken,
  waiting: ReadonlyMap<string, readonly StagedFile[]>,
): PartStream {
  const places = Array.from(waiting, ([name, files]) => ({ name, files: files.map(partFile) }));
  return { stream, accepted, rejected, places };
}

function partFile({ key, size, crc32, etag, rows, minTime, maxTime }: StagedFile): PartFile {
  return { key, bytes: size, crc32, etag, rows, min_time: jsonTime(minTime), max_time: jsonTime(maxTime) };
}

function jsonTime(ms: number): number | null {
  return Number.isNaN(ms) ? null : ms;
}

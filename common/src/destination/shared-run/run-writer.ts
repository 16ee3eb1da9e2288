// One writer of a run (docs/how-to/scale-out.md). Its files count once its part is handed in, and become visible when all parts
// are there. It hands in nothing unless all streams are proven complete, because the first attempt at a part wins.
import type { VerbContext } from '../../protocol/connector.ts';
import { countOf } from '../../program/text-layout.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import type { Completion } from '../input/completion.ts';
import type { DurableStates } from '../input/durable-states.ts';
import type { Attempt, RunPart } from '../replacing/run-id.ts';
import { givenUp, type Finish, type RunMember, type Standing } from './run-member.ts';
import { partsText, type Commit } from './commit.ts';
import type { Intake } from '../plan/intake.ts';
import type { Plan, Target } from '../plan/plan.ts';
import { partStream, type SharedRun } from './shared-run.ts';
import type { WaitingFiles } from '../publishing/waiting-files.ts';

type Written = {
  readonly intake: Pick<Intake<Target>, 'hasGivenUp' | 'rejections'>;
  readonly waiting: WaitingFiles;
  readonly completion: Completion;
};

type Process<Planned extends Target> = {
  readonly plan: Plan<Planned>;
  readonly states: DurableStates;
  readonly context: Pick<VerbContext, 'log' | 'fail'>;
};

export class RunWriter<Planned extends Target> {
  readonly #shared: SharedRun<Planned>;
  readonly #part: RunPart;
  readonly #member: RunMember;
  readonly #process: Process<Planned>;
  #standing: Standing = 'open';

  constructor(shared: SharedRun<Planned>, part: RunPart, process: Process<Planned>) {
    this.#shared = shared;
    this.#part = part;
    this.#member = shared.member(part);
    this.#process = process;
  }

  get attempt(): Attempt {
    return this.#member.attempt;
  }

  /** @returns whether rows are to be written. */
  async begin(signal: AbortSignal): Promise<boolean> {
    this.#standing = await this.#member.begin(() => this.#shared.look(signal), signal);
    return this.#standing === 'open';
  }

  /**
   * Called when the input has ended by itself, or was not needed. Yields the STATEs of all writers if this one commits the run.
   */
  async *conclude(written: Written, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const isFirst = this.#standing === 'open';
    if (isFirst && !(await this.#handIn(written, signal))) return;
    const commit = await this.#shared.commit(isFirst ? 'first' : 'later', signal);
    this.#tell(commit);
    if (commit.kind === 'committed') for (const line of commit.states) yield Buffer.from(line);
  }

  /** @returns whether the part is there now. */
  async #handIn({ intake, waiting, completion }: Written, signal: AbortSignal): Promise<boolean> {
    const { plan, states } = this.#process;
    const { targets, strays } = plan;
    if (targets.some(({ index }) => intake.hasGivenUp(index))) return false;
    const unproven = targets.filter(({ index }) => completion.ending(index) !== 'proven');
    for (const target of unproven) this.#refuse(target);
    if (unproven.length > 0) return false;
    for (const target of targets) states.stored(target.index, target);
    const content = {
      streams: targets.map((target) => {
        return partStream(target, intake.rejections.of(target.index), waiting.of(target.index));
      }),
      unknown: intake.rejections.of(strays.index).rejected,
      states: states.take().map((line) => Buffer.from(line).toString()),
    };
    if ((await this.#finish(waiting, content, signal)) === 'aborted') throw givenUp(this.#part.id);
    return true;
  }

  async #finish(
    waiting: WaitingFiles,
    content: Parameters<RunMember['finish']>[0],
    signal: AbortSignal,
  ): Promise<Finish> {
    let finish: Finish | undefined;
    try {
      finish = await this.#member.finish(content, signal);
    } finally {
      // After a failure the part may be there nevertheless, and then its files are needed.
      if (finish === 'lost' || finish === 'aborted') await waiting.drop(signal);
      else waiting.handOver();
    }
    return finish;
  }

  #refuse({ label, stream }: Planned): void {
    const { id, index } = this.#part;
    const text = `The input ended before the stream "${label}" was complete: part ${index} of the run "${id}" is not handed in. Run this part again.`;
    this.#process.context.fail(new ConnectorError('STREAM_INCOMPLETE', text, { stream }));
  }

  #tell(commit: Commit): void {
    const { log } = this.#process.context;
    const { id } = this.#part;
    if (commit.kind === 'elsewhere') log('INFO', `Another process commits the run "${id}", and prints its states.`);
    if (commit.kind !== 'incomplete') return;
    const { missing, count } = commit;
    const text = `${count - missing.length} of ${countOf(count, 'part')} of the run "${id}" are there. Missing: ${partsText(missing)}. The last writer commits the run.`;
    log('INFO', text);
  }
}

// The part of `write` that all destinations share: it takes records, holds STATEs, lets a stream fail alone, publishes
// replacements and ends the run. A destination's loop decides when each step happens.
import { ConnectorError, toConnectorError } from '../../protocol/errors.ts';
import type { JsonObject } from '../../protocol/messages.ts';
import type { Point } from '../../protocol/metrics.ts';
import { requestsText } from '../../s3/connection/counters.ts';
import { Completion } from '../input/completion.ts';
import { defaultTimeField } from '../input/stream-plan.ts';
import type { StagedFile } from '../replacing/staging.ts';
import type { RunSetup } from '../plan/run-setup.ts';
import { Intake, type Sink } from '../plan/intake.ts';
import type { GiveUp, StreamPlaces } from '../publishing/places.ts';
import type { Plan, Target } from '../plan/plan.ts';
import { Publisher, type StreamVerdict } from '../publishing/publisher.ts';
import { runPoints } from './run-points.ts';
import { RunWriter } from '../shared-run/run-writer.ts';
import { SharedRun } from '../shared-run/shared-run.ts';
import { repairText, sentenceOf, Tally, type Figures, type Kept } from './summary.ts';

/** What a destination supplies: a sink for rows, and the places that a stream fills. */
type Plugin<Planned extends Target> = {
  readonly sink: Sink<Planned>;
  readonly places: StreamPlaces<Planned>;
  /** The schema of the rows of a place, for its manifest. */
  readonly schemaOf: (target: Planned, name: string) => JsonObject;
  /** The same schema for all writers of a run. Absent if it is the same as `schemaOf`. */
  readonly sharedSchemaOf?: (target: Planned, name: string) => Promise<JsonObject>;
};

/** Staged files are removed within this time, or else by the next run. */
const dropWithinMs = 3000;

export class Runtime<Planned extends Target> {
  readonly intake: Intake<Planned>;
  readonly publisher: Publisher<Planned>;
  readonly tally = new Tally();
  readonly #setup: RunSetup<Planned>;
  readonly #completion: Completion;
  readonly #begunAt: number;
  /** Undefined if this is the only writer. */
  readonly #writer: RunWriter<Planned> | undefined;

  constructor(setup: RunSetup<Planned>, plugin: Plugin<Planned>) {
    const { config, plan, layout, context, area, states } = setup;
    const { targets } = plan;
    const { clock, log } = context;
    const { sink, places, schemaOf, sharedSchemaOf = schemaOf } = plugin;
    const { workerId, maxShrinkPercent, rules, run } = config;
    this.#setup = setup;
    this.#begunAt = clock.elapsed();
    const completion = new Completion(targets.map(({ regime }) => regime));
    this.#completion = completion;
    this.intake = new Intake({ plan, sink, states, completion, rules, clock, log });
    const { tally } = this;
    const replaced = tally.replaced.bind(tally);
    const set = { area, workerId, maxShrinkPercent, layout, places, context, replaced };
    if (run !== undefined && !(run instanceof ConnectorError)) {
      this.#writer = new RunWriter(new SharedRun({ ...set, plan, schemaOf: sharedSchemaOf }, run.id), run, setup);
    }
    const attempt = this.#writer?.attempt;
    this.publisher = new Publisher({ ...set, targets, states, schemaOf, attempt });
  }

  /** Runs before anything is written. @returns whether rows are to be written. If not, another attempt has written them. */
  async begin(signal: AbortSignal): Promise<boolean> {
    if (this.#writer !== undefined) return await this.#writer.begin(signal);
    await this.publisher.begin(signal);
    return true;
  }

  /** Fails this stream alone, with the first of its errors. */
  readonly giveUp: GiveUp = ({ index, stream }, error) => {
    if (this.intake.hasGivenUp(index)) return;
    this.intake.giveUp(index);
    this.#setup.context.fail(error.inStream(stream));
  };

  /**
   * Called when the input has ended by itself. Publishes the replacements, and yields the STATEs that are then durable.
   */
  async *conclude(signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (this.#writer !== undefined) {
      const { intake, publisher } = this;
      yield* this.#writer.conclude({ intake, waiting: publisher.waiting, completion: this.#completion }, signal);
      return;
    }
    for (const target of this.#setup.plan.targets) {
      if (this.intake.hasGivenUp(target.index)) continue;
      await this.publisher.conclude(target, this.#verdictOf(target), signal);
      yield* this.#setup.states.take();
    }
  }

  /** A file is stored in S3. `stream`: its number in the plan. @returns whether the file waits for a replacement. */
  stored(kept: Kept & { readonly stream: number }, file: StagedFile): boolean {
    this.tally.stored.files += 1;
    this.tally.stored.bytes += file.size;
    if (!kept.isRejected && this.publisher.waiting.add(kept.stream, kept.name, file)) return true;
    this.tally.add(kept, file);
    return false;
  }

  get figures(): Figures {
    const { counts, rejections } = this.intake;
    const { files, bytes: storedBytes } = this.tally.stored;
    return { ...counts, rejected: rejections.rejected, files, storedBytes };
  }

  /** The metrics that all destinations have. */
  points(): Iterable<Point> {
    return runPoints({ setup: this.#setup, intake: this.intake, figures: this.figures });
  }

  /** Logs the end of the run. `sentence`: the figures, and anything else to report. */
  summarize(sentence = sentenceOf(this.figures)): void {
    const { context, states, area, plan } = this.#setup;
    const { supersededText } = states;
    if (supersededText !== undefined && this.#writer === undefined) context.log('WARN', supersededText);
    context.log('INFO', `${sentence} Requests to S3: ${requestsText(area.s3.counters)}.`);
    const repairs = [...plan.targets, plan.strays].flatMap(({ index, label }) => {
      const found = this.intake.repairs.of(index);
      return found === undefined ? [] : [{ label, ...found }];
    });
    for (const repaired of repairs) context.log('WARN', repairText(repaired));
    for (const text of unusedTimeFields(plan, this.intake)) context.log('WARN', text);
    context.log('INFO', this.tally.json(this.figures, (context.clock.elapsed() - this.#begunAt) / 1000, repairs));
  }

  /** @throws RECORDS_REJECTED when too many records were rejected, unless the run was stopped. */
  refuseRejections(): void {
    const { area, plan, context } = this.#setup;
    const excesses = this.intake.rejections.excesses((stream) => plan.targets[stream]?.label ?? '');
    // The commit of a run judges all parts together.
    if (excesses.length === 0 || context.signal.aborted || this.#writer !== undefined) return;
    const text = `${excesses.join('; ')}. They are stored below "${area.prefix}_rejected/", each with its reason. Correct the source, or the catalog; then reset the stream, because the states are already past these records.`;
    throw new ConnectorError('RECORDS_REJECTED', text);
  }

  /** Removes staged files that are not published. Stops if `cut` is aborted, or after a few seconds. */
  async drop(cut: AbortSignal = new AbortController().signal): Promise<void> {
    const { context } = this.#setup;
    const late = new AbortController();
    const cancel = context.clock.after(dropWithinMs, () => late.abort(new Error('it took too long')));
    try {
      await this.publisher.waiting.drop(AbortSignal.any([late.signal, cut]));
    } catch (error) {
      const why = toConnectorError(error).message;
      context.log('WARN', `Files below _staging/ are left for the next run to remove: ${why}`);
    } finally {
      cancel();
    }
  }

  #verdictOf({ index }: Planned): StreamVerdict {
    return this.intake.rejections.isExcessive(index) ? 'spoilt' : this.#completion.ending(index);
  }
}

/**
 * A sentence for each stream whose records all lack the configured time field: a misspelled one would silently put all rows into
 * the folder of their arrival.
 */
function* unusedTimeFields({ targets, fields }: Plan, intake: Intake<Target>): Generator<string> {
  for (const { index, label, timeField, published } of targets) {
    const name = fields[timeField ?? -1];
    if (published !== undefined || name === undefined || name === defaultTimeField) continue;
    const { accepted } = intake.rejections.of(index);
    if (accepted === 0 || intake.untimedOf(index) < accepted) continue;
    yield `No record of the stream "${label}" has a valid time in "${name}", its time_field in "streams", so all are placed by emitted_at. Correct the name if it is misspelled.`;
  }
}

// The replaced streams of a run. Overwritten streams wait in staging and are published at the end; what a generation outlives is
// deleted at the end. Without proof that a stream is complete, its earlier data stays. A stream may fill several places.
import { countText } from '../../program/text-layout.ts';
import type { VerbContext } from '../../protocol/connector.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import type { JsonObject } from '../../protocol/messages.ts';
import type { OwnKey } from '../../s3/own-key.ts';
import type { Ending } from '../input/completion.ts';
import { beforeAllRecords, type DurableStates } from '../input/durable-states.ts';
import type { Layout } from '../layout/layout.ts';
import { mayBeTooLarge, smallFirst } from '../replacing/document-memory.ts';
import { newExportId } from '../replacing/export-id.ts';
import { removeOutlived } from '../replacing/generation-record.ts';
import { settle } from '../replacing/interrupted.ts';
import type { Latest } from '../replacing/manifest.ts';
import { readRecords, type Area } from '../replacing/manifest-store.ts';
import { attemptKey, stagedKey, type DataPlace } from '../replacing/own-keys.ts';
import { replaceSet } from '../replacing/replacement.ts';
import type { Attempt } from '../replacing/run-id.ts';
import { refuseShrinking } from '../replacing/shrinking.ts';
import { removeLeftovers, sizesOf, verifyStaged, type StagedFile } from '../replacing/staging.ts';
import { beginPlaces } from './beginning.ts';
import type { Target } from '../plan/plan.ts';
import type { StreamPlaces } from './places.ts';
import { secondsText, type ReplacedSet } from './replaced-set.ts';
import { appendSet, isPublishedBy, refuseOtherBase, type RunPublication } from './run-publication.ts';
import { failsAlone } from './stream-failure.ts';
import { WaitingFiles } from './waiting-files.ts';

/** How many places of one stream are replaced at once. A higher number makes the time shorter in which some are new and others old. */
const placesAtOnce = 4;

export type PublisherOptions<Planned extends Target> = {
  readonly area: Area;
  readonly workerId: string;
  readonly layout: Layout;
  readonly targets: readonly Planned[];
  readonly places: StreamPlaces<Planned>;
  readonly states: DurableStates;
  readonly context: Pick<VerbContext, 'log' | 'fail'>;
  /** Undefined: a stream may shrink by any share. */
  readonly maxShrinkPercent?: number | undefined;
  /** The schema of the rows of a place, for its manifest. `name`: of the place. */
  readonly schemaOf: (target: Planned, name: string) => JsonObject | Promise<JsonObject>;
  /** Called for each place whose files were replaced. */
  readonly replaced: (name: string, what: ReplacedSet) => void;
  /** For a part of a run: all files wait until the run is committed, also those of appended streams. */
  readonly attempt?: Attempt | undefined;
  /** For a run that is committed: publishes the files of all its parts. */
  readonly publishing?: RunPublication | undefined;
};

/** `spoilt`: too many of the stream's records were rejected. */
export type StreamVerdict = Ending | 'spoilt';

export class Publisher<Planned extends Target> {
  readonly #options: PublisherOptions<Planned>;
  readonly #exportId: string;
  readonly waiting: WaitingFiles;

  constructor(options: PublisherOptions<Planned>) {
    const { area, workerId, targets, states, attempt, publishing } = options;
    this.#options = options;
    this.#exportId = publishing?.exportId ?? newExportId(new Date(area.s3.clock.wall()), workerId);
    const isOfRun = attempt !== undefined || publishing !== undefined;
    const waiting = targets.filter(({ succession }) => succession.kind === 'replace' || isOfRun);
    for (const target of waiting) states.opened(target.index, target, beforeAllRecords);
    const stagedAt = (key: string): OwnKey => {
      return attempt === undefined
        ? stagedKey(area.prefix, this.#exportId, key)
        : attemptKey(area.prefix, attempt, key);
    };
    this.waiting = new WaitingFiles({ area, streams: waiting.map(({ index }) => index), stagedAt });
  }

  /** Runs before anything is written: settles what earlier runs left unfinished, and notes the existing files. */
  async begin(signal: AbortSignal): Promise<void> {
    const { area, workerId, layout, places, context } = this.#options;
    await beginPlaces(area, places.beginnings(), signal);
    const folders = this.waiting.streams.flatMap((index) => {
      return Array.from(places.of(index), (name) => this.#placeOf(name).folder);
    });
    const leftovers = { workerId, parent: layout.parent, folders, now: area.s3.clock.wall() };
    const removed = await removeLeftovers(area, leftovers, signal);
    if (removed > 0)
      context.log('INFO', `Removed ${countText(removed, 'file')} that earlier runs left below _staging/.`);
  }

  /** Called when the input has ended by itself. Does what the end of the stream allows. Then STATEs may have become durable. */
  async conclude(target: Planned, verdict: StreamVerdict, signal: AbortSignal): Promise<void> {
    const { succession, stream } = target;
    const { publishing } = this.#options;
    try {
      if (publishing !== undefined && succession.kind !== 'replace') await this.#append(target, signal);
      if (succession.kind === 'outlive') await this.#removeOutlived(target, succession.generation, verdict, signal);
      if (succession.kind !== 'replace') return;
      if (verdict === 'proven') await this.#replace(target, signal);
      else this.#keep(target, verdict);
    } catch (error) {
      if (!failsAlone(error) || publishing !== undefined) throw error;
      this.#options.context.fail(error.inStream(stream));
    }
  }

  /** For a run, before it publishes anything: judges the stream. @throws REPLACEMENT_REFUSED, S3_OBJECT_CONFLICT */
  async judge(target: Planned, signal: AbortSignal): Promise<void> {
    const { area, publishing, places } = this.#options;
    const staged = this.waiting.of(target.index);
    for (const files of staged.values()) await verifyStaged(area, this.#exportId, files, signal);
    if (target.succession.kind !== 'replace' || publishing === undefined) return;
    const names = new Set([...(await places.proven(target, signal, staged)), ...staged.keys()]);
    for (const name of names) {
      const place = this.#placeOf(name);
      const { latest } = await readRecords(area, place, signal);
      if (!isPublishedBy(latest, publishing)) refuseOtherBase(publishing, place, latest);
    }
    await this.#refuseShrinking(target, names, [...staged.values()].flat(), signal);
  }

  /** For a run: adds rows to the existing ones. Repeating it writes the same files. */
  async #append(target: Planned, signal: AbortSignal): Promise<void> {
    const { area, places, states, replaced, publishing } = this.#options;
    const { index, succession } = target;
    const staged = this.waiting.of(index);
    const outlived = succession.kind === 'outlive' ? await places.proven(target, signal) : [];
    for (const name of new Set([...outlived, ...staged.keys()])) {
      const files = staged.get(name) ?? [];
      await appendSet(area, target, { place: this.#placeOf(name), files, exportId: this.#exportId }, signal);
      replaced(name, { ...sizesOf(files), deletedFiles: 0, burstSeconds: 0 });
    }
    this.waiting.published(index);
    states.stored(index, target);
    if (publishing !== undefined)
      this.#options.context.log('INFO', `Added the rows of the run "${publishing.id}" to "${target.label}".`);
  }

  /** Each place separately. If there are several, some are new before the others. */
  async #replace(target: Planned, signal: AbortSignal): Promise<void> {
    const { area, places, states, context } = this.#options;
    const staged = this.waiting.of(target.index);
    const names = new Set([...(await places.proven(target, signal, staged)), ...staged.keys()]);
    await this.#refuseShrinking(target, names, [...staged.values()].flat(), signal);
    const begun = area.s3.clock.elapsed();
    let failure: { readonly error: unknown } | undefined;
    const replace = async (name: string, reading: Area, linked: AbortSignal): Promise<void> => {
      if (failure !== undefined) return; // A replacement that was begun is finished nevertheless.
      try {
        await this.#replacePlace(reading, target, { name, files: staged.get(name) ?? [] }, linked);
      } catch (error) {
        if (reading !== area && mayBeTooLarge(error)) throw error;
        failure ??= { error };
      }
    };
    for await (const _ of smallFirst(area, { items: names, limit: placesAtOnce }, replace, signal));
    if (failure !== undefined) throw failure.error;
    this.waiting.published(target.index);
    states.stored(target.index, target);
    if (names.size < 2) return;
    const seconds = secondsText(area.s3.clock.elapsed() - begun);
    const text = `For ${seconds} some of the ${names.size} ${this.#options.layout.noun}s of "${target.label}" were new and others not.`;
    context.log('INFO', text);
  }

  async #refuseShrinking(
    { stream }: Planned,
    names: Iterable<string>,
    files: readonly StagedFile[],
    signal: AbortSignal,
  ): Promise<void> {
    const { area, maxShrinkPercent } = this.#options;
    if (maxShrinkPercent === undefined) return;
    const places = Array.from(names, (name) => this.#placeOf(name));
    await refuseShrinking(area, { stream, places, rows: sizesOf(files).rows, maxShrinkPercent }, signal);
  }

  async #replacePlace(
    area: Area,
    target: Planned,
    { name, files }: { readonly name: string; readonly files: readonly StagedFile[] },
    signal: AbortSignal,
  ): Promise<void> {
    const { layout, places, context, schemaOf, replaced, publishing } = this.#options;
    const { stream, label } = target;
    const place = this.#placeOf(name);
    if (publishing !== undefined && isPublishedBy((await settle(area, place, signal)).latest, publishing)) return;
    const replacement = {
      place,
      exportId: this.#exportId,
      stream,
      files,
      schema: await schemaOf(target, name),
      approve: async (latest: Latest | undefined) => {
        if (publishing !== undefined) refuseOtherBase(publishing, place, latest);
        await places.refuseShared?.(target, name, signal);
      },
      run: publishing && { id: publishing.id, states: publishing.statesOf(stream) },
      isVerified: publishing !== undefined,
    };
    const { deleted, burstMs } = await replaceSet(area, replacement, signal);
    const sizes = sizesOf(files);
    replaced(name, { ...sizes, deletedFiles: deleted, burstSeconds: burstMs / 1000 });
    context.log(
      'INFO',
      `Replaced the ${layout.noun} "${name}" of "${label}": ${countText(sizes.files, 'file')} with ${countText(sizes.rows, 'row')} stored, ${countText(deleted, 'file')} deleted. A listing could show both for ${secondsText(burstMs)}.`,
    );
  }

  #keep({ label, stream }: Planned, verdict: Exclude<StreamVerdict, 'proven'>): void {
    const { log, fail } = this.#options.context;
    const kept = 'the previous data stays current';
    if (verdict === 'spoilt') log('WARN', `Too many records of "${label}" were rejected: ${kept}.`);
    else if (verdict === 'untouched') log('WARN', `The input has nothing for the stream "${label}": ${kept}.`);
    else {
      const text = `The input ended before the stream "${label}" was complete: ${kept}. Run again.`;
      fail(new ConnectorError('STREAM_INCOMPLETE', text, { stream }));
    }
  }

  async #removeOutlived(
    target: Planned,
    generation: number,
    verdict: StreamVerdict,
    signal: AbortSignal,
  ): Promise<void> {
    const { area, places, context } = this.#options;
    const { label, regime } = target;
    if (verdict !== 'proven') {
      if (regime === 'singer') return; // A Singer target reports it for all its turns together.
      context.log(
        'WARN',
        `Rows older than generation ${generation} of "${label}" stay: the generation is not complete.`,
      );
      return;
    }
    let removed = 0;
    for (const name of await places.proven(target, signal)) {
      if ((await places.isShared?.(target, name, signal)) === true) continue;
      removed += await removeOutlived(area, { place: this.#placeOf(name), generation }, signal);
    }
    context.log(
      'INFO',
      `Generation ${generation} of "${label}" is complete: deleted ${countText(removed, 'file')} from before it.`,
    );
  }

  #placeOf(name: string): DataPlace {
    const { area, layout } = this.#options;
    return layout.place(area.prefix, name);
  }
}

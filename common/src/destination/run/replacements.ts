// The streams of a run whose earlier data goes: what is overwritten waits in staging and is swapped in at once in the end; what a
// generation outlives is deleted in the end. Without proof that a stream is complete its earlier data stays. A stream may fill
// several places, also ones that get no rows any more.
import { countText } from '../../program/text-layout.ts';
import type { VerbContext } from '../../protocol/connector.ts';
import { ConnectorError } from '../../protocol/errors.ts';
import type { JsonObject } from '../../protocol/messages.ts';
import type { Ending } from '../input/completion.ts';
import { beforeAllRecords, type DurableStates } from '../input/durable-states.ts';
import type { Layout } from '../layout/layout.ts';
import { mayBeTooLarge, smallFirst } from '../replacing/document-memory.ts';
import { newExportId } from '../replacing/export-id.ts';
import { removeOutlived } from '../replacing/generation-record.ts';
import type { Area } from '../replacing/manifests.ts';
import { stagedKey, type DataPlace } from '../replacing/own-keys.ts';
import { replaceSet } from '../replacing/replacement.ts';
import { refuseShrinking } from '../replacing/shrinking.ts';
import { removeLeftovers, removeStaged, type StagedFile } from '../replacing/staging.ts';
import { beginPlaces } from './beginning.ts';
import type { Target } from './plan.ts';
import type { StreamPlaces } from './places.ts';
import { failsAlone } from './stream-failure.ts';

/** Of one stream: the more, the sooner all of them are new. */
const placesAtOnce = 4;

type Options<Planned extends Target> = {
  readonly area: Area;
  readonly workerId: string;
  readonly layout: Layout;
  readonly targets: readonly Planned[];
  readonly places: StreamPlaces<Planned>;
  readonly states: DurableStates;
  readonly context: Pick<VerbContext, 'log' | 'fail'>;
  /** Undefined: a stream may shrink. */
  readonly maxShrinkPercent?: number | undefined;
  /** What the rows of a place look like, for its manifest. `name`: of the place. */
  readonly schemaOf: (target: Planned, name: string) => JsonObject;
  /** Called for each place whose files were replaced. */
  readonly replaced: (name: string, what: ReplacedSet) => void;
};

/** What is to be seen in a place now. */
export type ReplacedSet = {
  readonly rows: number;
  readonly bytes: number;
  readonly files: number;
  readonly deletedFiles: number;
  /** How long a listing could show both sets. */
  readonly burstSeconds: number;
};

/** `spoilt`: too many of the stream's records were rejected. */
export type Verdict = Ending | 'spoilt';

/** Bound: some 300 bytes for each file in staging. */
export class Replacements<Planned extends Target> {
  readonly #options: Options<Planned>;
  readonly #exportId: string;
  /** What is in staging, by stream and place; of streams that are neither replaced nor dropped. */
  readonly #staged = new Map<number, Map<string, StagedFile[]>>();

  constructor(options: Options<Planned>) {
    const { area, workerId, targets, states } = options;
    this.#options = options;
    this.#exportId = newExportId(new Date(area.s3.clock.wall()), workerId);
    for (const target of targets) {
      if (target.succession.kind !== 'replace') continue;
      this.#staged.set(target.index, new Map());
      states.opened(target.index, target, beforeAllRecords);
    }
  }

  /** Before anything is written: ends what earlier runs left unfinished, and notes what is there. */
  async begin(signal: AbortSignal): Promise<void> {
    const { area, workerId, layout, places, context } = this.#options;
    await beginPlaces(area, places.beginnings(), signal);
    const folders = [...this.#staged.keys()].flatMap((index) => {
      return Array.from(places.of(index), (name) => this.#placeOf(name).folder);
    });
    const leftovers = { workerId, parent: layout.parent, folders, now: area.s3.clock.wall() };
    const removed = await removeLeftovers(area, leftovers, signal);
    if (removed > 0)
      context.log('INFO', `Removed ${countText(removed, 'file')} that earlier runs left below _staging/.`);
  }

  /** Whether the stream's files wait, instead of being visible once they are stored. */
  stages(stream: number): boolean {
    return this.#staged.has(stream);
  }

  /** Where a file of the stream's rows is stored that is to be at `key`. */
  keyFor(stream: number, key: string): string {
    return this.stages(stream) ? stagedKey(this.#options.area.prefix, this.#exportId, key) : key;
  }

  /** @returns whether it waits: nobody sees it before its place is replaced. */
  stored(stream: number, name: string, file: StagedFile): boolean {
    const places = this.#staged.get(stream);
    if (places === undefined) return false;
    const files = places.get(name);
    if (files === undefined) places.set(name, [file]);
    else files.push(file);
    return true;
  }

  /** The input has ended by itself: does what the stream's end allows. Then STATEs may have become durable. */
  async conclude(target: Planned, verdict: Verdict, signal: AbortSignal): Promise<void> {
    const { succession, stream } = target;
    try {
      if (succession.kind === 'outlive') await this.#removeOutlived(target, succession.generation, verdict, signal);
      if (succession.kind !== 'replace') return;
      if (verdict === 'proven') await this.#replace(target, signal);
      else this.#keep(target, verdict);
    } catch (error) {
      if (!failsAlone(error)) throw error;
      this.#options.context.fail(error.inStream(stream));
    }
  }

  /** Removes what waits for streams that were not replaced. */
  async drop(signal: AbortSignal): Promise<void> {
    for (const [index, places] of this.#staged) {
      this.#staged.delete(index);
      const keys = [...places.values()].flat().map(({ key }) => key);
      await removeStaged(this.#options.area, this.#exportId, keys, signal);
    }
  }

  /** Each place for itself; of several some are new before the others. */
  async #replace(target: Planned, signal: AbortSignal): Promise<void> {
    const { area, places, states, context } = this.#options;
    const staged = this.#staged.get(target.index) ?? new Map<string, StagedFile[]>();
    const names = new Set([...(await places.proven(target, signal, staged)), ...staged.keys()]);
    await this.#refuseShrinking(target, names, [...staged.values()].flat(), signal);
    const begun = area.s3.clock.elapsed();
    let failure: { readonly error: unknown } | undefined;
    const replace = async (name: string, reading: Area, linked: AbortSignal): Promise<void> => {
      if (failure !== undefined) return; // What was begun is brought to its end all the same.
      try {
        await this.#replacePlace(reading, target, { name, files: staged.get(name) ?? [] }, linked);
      } catch (error) {
        if (reading !== area && mayBeTooLarge(error)) throw error;
        failure ??= { error };
      }
    };
    for await (const _ of smallFirst(area, { items: names, limit: placesAtOnce }, replace, signal));
    if (failure !== undefined) throw failure.error;
    this.#staged.delete(target.index);
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
    const { layout, places, context, schemaOf, replaced } = this.#options;
    const { stream, label } = target;
    const replacement = {
      place: this.#placeOf(name),
      exportId: this.#exportId,
      stream,
      files,
      schema: schemaOf(target, name),
      approve: async () => places.refuseShared?.(target, name, signal),
    };
    const { deleted, burstMs } = await replaceSet(area, replacement, signal);
    const sizes = sizesOf(files);
    replaced(name, { ...sizes, deletedFiles: deleted, burstSeconds: burstMs / 1000 });
    context.log(
      'INFO',
      `Replaced the ${layout.noun} "${name}" of "${label}": ${countText(sizes.files, 'file')} with ${countText(sizes.rows, 'row')} stored, ${countText(deleted, 'file')} deleted. A listing could show both for ${secondsText(burstMs)}.`,
    );
  }

  #keep({ label, stream }: Planned, verdict: Exclude<Verdict, 'proven'>): void {
    const { log, fail } = this.#options.context;
    if (verdict === 'spoilt') log('WARN', `What was there before of "${label}" stays: too many records were rejected.`);
    else if (verdict === 'untouched') {
      log('WARN', `Nothing came for the stream "${label}": what was there before stays.`);
    } else {
      const text = `The input ended before the stream "${label}" was complete: what was there before stays. Run again.`;
      fail(new ConnectorError('STREAM_INCOMPLETE', text, { stream }));
    }
  }

  async #removeOutlived(target: Planned, generation: number, verdict: Verdict, signal: AbortSignal): Promise<void> {
    const { area, places, context } = this.#options;
    const { label, regime } = target;
    if (verdict !== 'proven') {
      if (regime === 'singer') return; // Of all runs together the target says it.
      context.log('WARN', `Rows older than generation ${generation} of "${label}" stay: it did not come to its end.`);
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

function sizesOf(files: readonly StagedFile[]): Pick<ReplacedSet, 'rows' | 'bytes' | 'files'> {
  let [rows, bytes] = [0, 0];
  for (const file of files) {
    rows += file.rows;
    bytes += file.size;
  }
  return { rows, bytes, files: files.length };
}

function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

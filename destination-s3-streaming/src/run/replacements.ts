// The streams of a run whose earlier data goes: what is overwritten waits in staging and takes its place at once in the end;
// what a generation outlives is deleted in the end. Without proof that a stream is complete its earlier data stays.
import { newExportId } from '@s3-connectors/common/destination/replacing/export-id.ts';
import { largestDocument } from '@s3-connectors/common/destination/replacing/document-memory.ts';
import type { DurableStates } from '@s3-connectors/common/destination/input/durable-states.ts';
import type { Ending } from '@s3-connectors/common/destination/input/completion.ts';
import { beginPlaces } from '@s3-connectors/common/destination/run/beginning.ts';
import { removeOutlived } from '@s3-connectors/common/destination/replacing/generation-record.ts';
import type { Area } from '@s3-connectors/common/destination/replacing/manifests.ts';
import { stagedKey } from '@s3-connectors/common/destination/replacing/own-keys.ts';
import { replaceSet } from '@s3-connectors/common/destination/replacing/replacement.ts';
import { removeLeftovers, removeStaged, type StagedFile } from '@s3-connectors/common/destination/replacing/staging.ts';
import { failsAlone } from '@s3-connectors/common/destination/run/stream-failure.ts';
import type { VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import type { WrittenBody } from '@s3-connectors/common/s3/write.ts';
import type { Clock } from '@s3-connectors/common/streams/clock.ts';

import type { Config } from '../config/config.ts';
import { beforeAllRecords } from './intake.ts';
import type { OpenFile } from '../files/open-file.ts';
import type { Target } from './plan.ts';

type Options = {
  readonly s3: S3;
  readonly config: Pick<Config, 'prefix' | 'headers' | 'workerId' | 'maxMemoryBytes'>;
  readonly targets: readonly Target[];
  readonly states: DurableStates;
  readonly clock: Clock;
  readonly context: Pick<VerbContext, 'log' | 'fail'>;
  /** Called for a stream that cannot be written, before any of its records came. */
  readonly giveUp: (target: Target) => void;
};

/** `spoilt`: too many of the stream's records were rejected. */
export type Verdict = Ending | 'spoilt';

type Staged = { readonly target: Target; readonly files: StagedFile[] };

/** Bound: some 300 bytes for each file in staging. */
export class Replacements {
  readonly #area: Area;
  readonly #options: Options;
  readonly #exportId: string;
  /** By the number of the stream, as long as it is neither replaced nor given up. */
  readonly #staged = new Map<number, Staged>();
  readonly #givenUp = new Set<Target>();

  constructor(options: Options) {
    const { s3, config, targets, states, clock } = options;
    this.#options = options;
    const { prefix, headers, maxMemoryBytes } = config;
    this.#area = { s3, prefix, headers, maxDocumentBytes: largestDocument(maxMemoryBytes) };
    this.#exportId = newExportId(new Date(clock.wall()), config.workerId);
    for (const target of targets) {
      if (target.succession.kind !== 'replace') continue;
      this.#staged.set(target.index, { target, files: [] });
      states.opened(target.index, target, beforeAllRecords);
    }
  }

  /**
   * Before anything is written: ends what earlier runs left unfinished, and notes what lies there. Who only appends needs
   * no more rights than to write.
   */
  async begin(signal: AbortSignal): Promise<void> {
    const { targets, context } = this.#options;
    try {
      await this.#begin(signal);
    } catch (error) {
      const appendsOnly = targets.every(({ succession }) => succession.kind === 'keep');
      if (!appendsOnly || !(error instanceof ConnectorError) || error.code !== 'S3_ACCESS_DENIED') throw error;
      context.log(
        'INFO',
        `Not looked for what interrupted replacements left, which appending can do without: ${error.message}`,
      );
    }
  }

  async #begin(signal: AbortSignal): Promise<void> {
    const { targets, config, clock, context } = this.#options;
    const beginnings = targets.map((target) => ({
      place: target.place,
      stream: target.stream,
      generation: target.succession.kind === 'outlive' ? target.succession.generation : undefined,
      refused: (error: ConnectorError) => this.#giveUp(target, error),
    }));
    await beginPlaces(this.#area, beginnings, signal);
    const folders = Array.from(this.#staged.values(), ({ target }) => target.folder);
    const leftovers = { workerId: config.workerId, parent: 'type=', folders, now: clock.wall() } as const;
    const removed = await removeLeftovers(this.#area, leftovers, signal);
    if (removed > 0) context.log('INFO', `Removed ${removed} files that earlier runs left below _staging/.`);
  }

  /** Whether the file waits for a replacement, instead of being visible once it is stored. */
  stages({ place }: Pick<OpenFile, 'place'>): boolean {
    return this.#staged.has(place);
  }

  /** The key to store a file at that is to lie at `key`. */
  keyFor(file: OpenFile, key: string): string {
    return this.stages(file) ? stagedKey(this.#area.prefix, this.#exportId, key) : key;
  }

  stored(file: OpenFile, key: string, written: WrittenBody): void {
    const { rows, minTime, maxTime } = file;
    this.#staged.get(file.place)?.files.push({ ...written, key, rows, minTime, maxTime });
  }

  /** The input has ended by itself: does what each stream's end allows. After each step STATEs may have become durable. */
  async *conclude(endingOf: (target: Target) => Verdict, signal: AbortSignal): AsyncGenerator<void> {
    const { targets, context } = this.#options;
    for (const target of targets) {
      if (this.#givenUp.has(target)) continue;
      try {
        if (target.succession.kind === 'replace') await this.#replace(target, endingOf(target), signal);
        if (target.succession.kind === 'outlive') await this.#removeOutlived(target, endingOf(target), signal);
      } catch (error) {
        if (!failsAlone(error)) throw error;
        context.fail(error.inStream(target.stream));
      }
      yield;
    }
  }

  #giveUp(target: Target, error: ConnectorError): void {
    this.#givenUp.add(target);
    this.#options.giveUp(target);
    this.#options.context.fail(error.inStream(target.stream));
  }

  /** Removes what waits for streams that were not replaced. */
  async drop(signal: AbortSignal): Promise<void> {
    for (const [index, { files }] of this.#staged) {
      this.#staged.delete(index);
      const keys = files.map(({ key }) => key);
      await removeStaged(this.#area, this.#exportId, keys, signal);
    }
  }

  async #replace(target: Target, ending: Verdict, signal: AbortSignal): Promise<void> {
    const { states, context } = this.#options;
    const { index, label, place, stream, schema } = target;
    if (ending !== 'proven') return this.#keep(target, ending);
    const { files } = this.#staged.get(index) as Staged;
    const replacement = { place, exportId: this.#exportId, stream, files, schema };
    const { deleted, burstMs } = await replaceSet(this.#area, replacement, signal);
    this.#staged.delete(index);
    states.stored(index, target);
    const rows = files.reduce((sum, file) => sum + file.rows, 0);
    context.log(
      'INFO',
      `Replaced "${label}": ${files.length} files with ${rows} rows are there, ${deleted} files are gone. A listing could show both for ${(burstMs / 1000).toFixed(1)} s.`,
    );
  }

  #keep({ label, stream }: Target, ending: Exclude<Verdict, 'proven'>): void {
    const { log, fail } = this.#options.context;
    if (ending === 'spoilt') log('WARN', `What was there before of "${label}" stays: too many records were rejected.`);
    else if (ending === 'untouched')
      log('WARN', `Nothing came for the stream "${label}": what was there before stays.`);
    else {
      const text = `The input ended before the stream "${label}" was complete: what was there before stays. Run again.`;
      fail(new ConnectorError('STREAM_INCOMPLETE', text, { stream }));
    }
  }

  async #removeOutlived(
    { label, place, succession, regime }: Target,
    ending: Verdict,
    signal: AbortSignal,
  ): Promise<void> {
    if (succession.kind !== 'outlive') return;
    const { log } = this.#options.context;
    const { generation } = succession;
    if (ending !== 'proven') {
      if (regime === 'singer') return; // Of all runs together the target says it.
      log('WARN', `Rows older than generation ${generation} of "${label}" stay: it did not come to its end.`);
      return;
    }
    const removed = await removeOutlived(this.#area, { place, generation }, signal);
    log('INFO', `Generation ${generation} of "${label}" is complete: ${removed} files from before it were deleted.`);
  }
}

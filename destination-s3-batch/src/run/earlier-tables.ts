// The tables that had rows of a stream before, so that they are replaced with it. For a split stream the registry has them, a
// document in the bucket that anyone with access may have written. That is enough to look at a table, and to replace one that
// gets rows. A table that gets none is emptied only if the documents of its own place prove that it was the stream's. A table
// is foreign if any document names another stream, or if it has files and no document names an owner: it is neither emptied nor
// replaced.
import { ownerOf, type Beginning, type Owner } from '@s3-connectors/common/destination/publishing/beginning.ts';
import { beginningOf, type GiveUp, type StreamPlaces } from '@s3-connectors/common/destination/publishing/places.ts';
import { claimPlace } from '@s3-connectors/common/destination/replacing/generation-record.ts';
import type { Area } from '@s3-connectors/common/destination/replacing/manifest-store.ts';
import { tellApart, type DataPlace } from '@s3-connectors/common/destination/replacing/own-keys.ts';
import { failsAlone } from '@s3-connectors/common/destination/publishing/stream-failure.ts';
import type { VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { ConnectorError, type StreamDescriptor } from '@s3-connectors/common/protocol/errors.ts';
import { streamLabel } from '@s3-connectors/common/protocol/stream-key.ts';
import { listPages } from '@s3-connectors/common/s3/list.ts';

import { readRegistry, readTables } from '../columns/registry/registry.ts';
import { isOwner, otherOwner } from '../columns/registry/table-owners.ts';
import { layout } from '../layout/layout.ts';
import type { TableTarget } from './plan.ts';
import { isEventTable, otherEvents } from '../rows/event-tables.ts';
import type { BatchTable } from '../tables/table.ts';

type Options = {
  readonly area: Area;
  readonly targets: readonly TableTarget[];
  readonly context: Pick<VerbContext, 'log' | 'signal'>;
  readonly giveUp: GiveUp;
};

/** Bound: the names of all tables. */
export class EarlierTables implements StreamPlaces<TableTarget> {
  readonly #options: Options;
  /** By stream: its earlier tables, and those that appeared in its generation. Empty for a stream that is kept. */
  readonly #known = new Map<number, Set<string>>();
  /** By stream: the tables of events that it must not replace. */
  readonly #foreign = new Map<number, Set<string>>();
  /** Tables whose owner is known only from the registry. */
  readonly #unproven = new Set<string>();

  constructor(options: Options) {
    this.#options = options;
  }

  /** For `beginPlaces`: all tables that the streams had, stream by stream. */
  async *beginnings(): AsyncGenerator<Beginning> {
    for (const target of this.#options.targets) {
      const { succession, index } = target;
      const isKept = succession.kind === 'keep';
      const judge = (table: string) => (owner: Owner) => this.#judge(target, table, owner);
      const known = new Set<string>();
      if (!isKept) {
        this.#known.set(index, known);
        this.#foreign.set(index, new Set());
      }
      for (const table of isKept ? [target.name] : await this.#tablesOf(target)) {
        known.add(table);
        const verify = (area: Area, signal: AbortSignal): Promise<unknown> => readRegistry(area, table, signal);
        const begun = { ...beginningOf(target, this.#placeOf(table), this.#options.giveUp), verify };
        yield isKept || target.conversion !== 'split_events' ? begun : { ...begun, judge: judge(table) };
      }
    }
  }

  /** Proven by the documents of their places or not. */
  of(stream: number): Iterable<string> {
    return this.#known.get(stream) ?? [];
  }

  /** Rows of split events may come to any table of events that no other stream owns by its name. */
  mayFill({ conversion, index }: TableTarget, table: string): boolean {
    if (conversion !== 'split_events' || !isEventTable(table)) return false;
    return !this.#options.targets.some((target) => target.index !== index && target.name === table);
  }

  /** Tables of events that must not get rows of the stream. */
  foreignTo(stream: number): ReadonlySet<string> {
    return this.#foreign.get(stream) ?? new Set();
  }

  /**
   * Called once the files to delete are listed. Another stream may have come to the table since the run began: it is in the
   * registry before its files exist. @throws S3_OBJECT_CONFLICT
   */
  async refuseShared({ conversion, stream }: TableTarget, table: string, signal: AbortSignal): Promise<void> {
    const other = conversion === 'split_events' ? await this.#otherOwner(stream, table, signal) : undefined;
    if (other === undefined) return;
    throw new ConnectorError(
      'S3_OBJECT_CONFLICT',
      `The stream "${streamLabel(other)}" wrote to the table "${table}" while this run was under way: its rows stay. Run again: the events then go into "${otherEvents}".`,
    );
  }

  /** The same for what a generation outlives, with a warning. */
  async isShared({ index, conversion, stream }: TableTarget, table: string, signal: AbortSignal): Promise<boolean> {
    const other = conversion === 'split_events' ? await this.#otherOwner(stream, table, signal) : undefined;
    if (other !== undefined) this.#leave(index, table, streamLabel(other));
    return other !== undefined;
  }

  async #otherOwner(
    stream: StreamDescriptor,
    table: string,
    signal: AbortSignal,
  ): Promise<StreamDescriptor | undefined> {
    const { owners } = await readRegistry(this.#options.area, table, signal);
    return owners && otherOwner(owners, stream);
  }

  /** Called before the first file of a table is stored. Within a generation, the table is the stream's from now on. */
  async claim({ stream: index, name, shape }: BatchTable, signal: AbortSignal): Promise<void> {
    const { area, targets } = this.#options;
    const { succession, stream } = targets[index] ?? {};
    const known = this.#known.get(index);
    if (succession?.kind !== 'outlive' || shape === undefined || known === undefined) return;
    if (known.has(name) && !this.#unproven.has(name)) return;
    await claimPlace(area, { place: this.#placeOf(name), generation: succession.generation, stream }, signal);
    known.add(name);
    this.#unproven.delete(name);
  }

  /** The tables whose earlier files may be deleted. `staged`: those that are replaced anyway. */
  async proven(
    { index, label }: TableTarget,
    signal: AbortSignal,
    staged?: ReadonlyMap<string, unknown>,
  ): Promise<readonly string[]> {
    const { area, context } = this.#options;
    const proven: string[] = [];
    for (const table of this.of(index)) {
      if (!this.#unproven.has(table)) proven.push(table);
      else if (staged?.has(table) !== true && (await hasFiles(area, this.#placeOf(table), signal))) {
        context.log(
          'WARN',
          `The table "${table}" is left as it is: it got no rows, and nothing but _schemas/ says that its earlier ones are of "${label}". See "A table is left as it is" in docs/troubleshooting.md.`,
        );
      }
    }
    return proven;
  }

  #judge({ index }: TableTarget, table: string, owner: Owner): boolean {
    if (owner.kind === 'unknown') this.#unproven.add(table);
    if (owner.kind !== 'other') return true;
    this.#known.get(index)?.delete(table);
    this.#leave(index, table, owner.name);
    return false;
  }

  #leave(stream: number, table: string, other: string): void {
    this.#foreign.get(stream)?.add(table);
    this.#options.context.log('WARN', `The table "${table}" is left as it is: it has rows of the stream "${other}".`);
  }

  /** Empty for a stream that has failed. */
  async #tablesOf(target: TableTarget): Promise<readonly string[]> {
    const { giveUp } = this.#options;
    if (target.conversion !== 'split_events') return [target.name];
    try {
      return await this.#registeredTables(target);
    } catch (error) {
      if (!failsAlone(error)) throw error;
      giveUp(target, error);
      return [];
    }
  }

  /** Only tables that the stream can have. @throws BUCKET_DOCUMENT_INVALID for a document of another table. */
  async #registeredTables(target: TableTarget): Promise<readonly string[]> {
    const { area, targets, context } = this.#options;
    const ofOthers = new Set(targets.filter(({ index }) => index !== target.index).map(({ name }) => name));
    const registered = new Set<string>();
    const names: string[] = [];
    for await (const found of readTables(area, context.signal)) {
      const { table } = found;
      registered.add(table);
      if (!isOwner(found, target.stream)) {
        if (isEventTable(table)) this.#foreign.get(target.index)?.add(table);
      } else if ((!isEventTable(table) && table !== target.name) || ofOthers.has(table)) {
        context.log(
          'WARN',
          `The table "${table}" is left as it is: _schemas/ says that its rows are of "${target.label}", which has no such table now.`,
        );
      } else {
        const other = otherOwner(found, target.stream);
        if (other === undefined) names.push(table);
        else this.#leave(target.index, table, streamLabel(other));
      }
    }
    return [...names, ...(await this.#unregisteredTables(target, new Set([...registered, ...ofOthers])))];
  }

  /** Existing tables of events that are not in the registry, if the documents of their own places name the stream. */
  async #unregisteredTables({ index, stream }: TableTarget, except: ReadonlySet<string>): Promise<string[]> {
    const { area, context } = this.#options;
    const names: string[] = [];
    for (const table of await this.#folders()) {
      if (!isEventTable(table) || except.has(table)) continue;
      if (await this.#isOf(stream, table)) names.push(table);
      else if (await hasFiles(area, this.#placeOf(table), context.signal)) this.#foreign.get(index)?.add(table);
    }
    return names;
  }

  async #folders(): Promise<readonly string[]> {
    const { area, context } = this.#options;
    const parent = `${area.prefix}${layout.parent}`;
    const names: string[] = [];
    for await (const { folders } of listPages(area.s3, { prefix: parent, delimiter: '/' }, context.signal)) {
      for (const folder of folders) names.push(folder.slice(parent.length, -1));
    }
    return names;
  }

  async #isOf(stream: StreamDescriptor, table: string): Promise<boolean> {
    const { area, context } = this.#options;
    try {
      return (await ownerOf(area, { place: this.#placeOf(table), stream }, context.signal)).kind === 'stream';
    } catch (error) {
      if (!failsAlone(error)) throw error;
      return false;
    }
  }

  #placeOf(table: string): DataPlace {
    return layout.place(this.#options.area.prefix, table);
  }
}

/** Files of this connector. */
async function hasFiles({ s3, prefix }: Area, place: DataPlace, signal: AbortSignal): Promise<boolean> {
  for await (const { objects } of listPages(s3, { prefix: place.folder }, signal)) {
    const keys = objects.map(({ key }) => key);
    if (tellApart(prefix, place, keys).ours.length > 0) return true;
  }
  return false;
}

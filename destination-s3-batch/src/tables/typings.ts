// The types of all tables of a run: loaded from the registry, decided again whenever rows become files, and stored in the
// registry before any of those files is visible.
import type { Area } from '@s3-connectors/common/destination/replacing/manifest-store.ts';

import { ConnectorError, type StreamDescriptor } from '@s3-connectors/common/protocol/errors.ts';

import type { BatchTable } from './table.ts';
import { decideRow, isAsTyped } from '../columns/decide/decide.ts';
import type { TypingRules } from '../columns/decide/kind.ts';
import type { FieldType, StructType } from '../columns/types/field-type.ts';
import { joinedType } from '../columns/types/joined-type.ts';
import { countFields, fieldRoom, type FieldRoom } from '../columns/decide/new-fields.ts';
import { noValues, type FittedValues, type ValueCounts } from '../columns/types/slot.ts';
import { readRegistry, registryKey, writeRegistry, type Registered } from '../columns/registry/registry.ts';
import { withOwner, type Owners } from '../columns/registry/table-owners.ts';
import type { Shape } from '../columns/observe/shape.ts';
import { folderNames } from '../layout/layout.ts';

type Typing = {
  type: StructType | undefined;
  owners: Owners;
  event: string | undefined;
  etag: string | undefined;
  changed: boolean;
  /** Fields when the run began, with those of the catalog. */
  fieldsBefore: number | undefined;
  /** Seen fields without room. */
  surplus: number;
  /** Changed values, by the field's path. */
  readonly values: ValueCounts;
};

type Rules = TypingRules & { readonly maxFields: number };

/** Other runs wrote the types of a table this many times meanwhile: that is not a coincidence. */
const maxTurns = 5;

type Decided = { readonly type: StructType; readonly isAsTyped: boolean; readonly isUsualAsTyped: boolean };

/** A table with rows of any shape needs at least one column. */
const rowText: StructType = { kind: 'struct', fields: [], rest: true };

export class Typings {
  readonly #area: Area;
  readonly #rules: Rules;
  /** By the number of the stream. */
  readonly #streams: readonly StreamDescriptor[];
  readonly #typings = new Map<BatchTable, Typing>();
  #bytes = 0;

  constructor(area: Area, streams: readonly StreamDescriptor[], rules: Rules) {
    this.#streams = streams;
    this.#area = area;
    this.#rules = rules;
  }

  /**
   * The type for all rows seen so far, whether all rows already have its form, and whether all rows that are not marked as
   * unusual have it.
   */
  async decide(table: BatchTable, shape: Shape, signal: AbortSignal): Promise<Decided> {
    const typing = await this.#of(table, signal);
    const { type: decided, surplus } = decideRow(shape, typing.type, {
      ...this.#rules,
      folders: folderNames(table.partitions),
      room: this.#roomOf(typing, table, shape),
    });
    const type = decided.fields.length === 0 ? rowText : decided;
    typing.surplus = surplus;
    this.#set(typing, type);
    const isTyped = isAsTyped(shape, type, this.#rules);
    return { type, isAsTyped: isTyped, isUsualAsTyped: isTyped || isAsTyped(shape, type, this.#rules, 'usual') };
  }

  /** After rows were fitted: the siblings that they needed, and the outcomes of their values. */
  fitted(table: BatchTable, type: StructType, values: FittedValues): void {
    const typing = this.#typings.get(table);
    if (typing === undefined) return;
    this.#set(typing, type);
    for (const outcome of ['misfits', 'cut', 'coerced'] as const) {
      const known = typing.values[outcome];
      for (const [path, count] of values[outcome]) known.set(path, (known.get(path) ?? 0) + count);
    }
  }

  /** Undefined for a table without rows, in this run or before. */
  typeOf(table: BatchTable): StructType | undefined {
    return this.#typings.get(table)?.type;
  }

  /** Fields seen in this run that have no column because there is no room. */
  surplusOf(table: BatchTable): number {
    return this.#typings.get(table)?.surplus ?? 0;
  }

  valuesOf(table: BatchTable): FittedValues {
    return this.#typings.get(table)?.values ?? noValues();
  }

  /**
   * Call it before a file of the table becomes visible. Joins what another run wrote meanwhile. @throws S3_OBJECT_CONFLICT if
   * that has another type for a field.
   */
  async save(table: BatchTable, signal: AbortSignal): Promise<void> {
    const typing = this.#typings.get(table);
    if (typing === undefined) return;
    for (let turn = 1; typing.type !== undefined && typing.changed; turn += 1) {
      const { type, etag, owners, event } = typing;
      typing.changed = false; // Later decisions are for later files.
      try {
        typing.etag = await writeRegistry(this.#area, { table: table.name, ...owners, event, type, etag }, signal);
        return;
      } catch (error) {
        const isConflict = error instanceof ConnectorError && error.code === 'S3_OBJECT_CONFLICT';
        if (!isConflict || turn === maxTurns || !(await this.#join(typing, table, signal))) throw error;
      }
    }
  }

  /** @returns whether the current registry is compatible with these types and this event. */
  async #join(typing: Typing, table: BatchTable, signal: AbortSignal): Promise<boolean> {
    const found = await readRegistry(this.#area, table.name, signal);
    const { type, etag } = found;
    const joined = type && typing.type && joinedType(type, typing.type);
    if (type === undefined || joined === undefined || !isForEvent(found, table)) return false;
    typing.etag = etag;
    typing.type = joined;
    typing.event = found.event;
    typing.owners = this.#ownersOf(table, found);
    typing.changed = !isSame(type, joined) || typing.owners !== found.owners;
    return true;
  }

  #ownersOf({ stream }: BatchTable, { owners }: Registered): Owners {
    return withOwner(owners, this.#streams[stream] as StreamDescriptor);
  }

  async #of(table: BatchTable, signal: AbortSignal): Promise<Typing> {
    let typing = this.#typings.get(table);
    if (typing === undefined) {
      const found = await readRegistry(this.#area, table.name, signal);
      const { type, etag } = found;
      this.#charge(table, found.bytes);
      if (!isForEvent(found, table)) throw otherEvent(registryKey(this.#area.prefix, table.name));
      const event = etag === undefined ? table.event : found.event;
      const owners = this.#ownersOf(table, found);
      const changed = owners !== found.owners;
      typing = { type, owners, event, etag, changed, fieldsBefore: undefined, surplus: 0, values: noValues() };
      this.#typings.set(table, typing);
    }
    return typing;
  }

  /** The types of all tables stay in memory. Together they may take as much as one document. */
  #charge({ name }: BatchTable, bytes: number): void {
    const { maxDocumentBytes, prefix } = this.#area;
    this.#bytes += bytes;
    if (this.#bytes <= maxDocumentBytes) return;
    throw new ConnectorError(
      'BUCKET_DOCUMENT_INVALID',
      `"${registryKey(prefix, name)}" and the documents of the other tables with rows have ${this.#bytes} bytes together, more than are read with this "max_memory_mb". Raise it, or move those away that this connector did not write.`,
    );
  }

  #roomOf(typing: Typing, { partitions }: BatchTable, shape: Shape): FieldRoom {
    const folders = folderNames(partitions);
    const given = decideRow(shape, typing.type, { ...this.#rules, folders, room: { all: 0, rare: 0 } }).type;
    const now = countFields(given);
    typing.fieldsBefore ??= now;
    return fieldRoom(typing.fieldsBefore, now, this.#rules.maxFields);
  }

  /** Fields that were joined while rows were fitted stay. */
  #set(typing: Typing, type: StructType): void {
    const joined = (typing.type && joinedType(typing.type, type)) ?? type;
    typing.changed ||= typing.type === undefined || !isSame(typing.type, joined);
    typing.type = joined;
  }
}

/** A table that another run created meanwhile may be for another event whose name only looks the same. */
function isForEvent({ event }: Registered, table: BatchTable): boolean {
  return event === undefined || table.event === undefined || event === table.event;
}

function otherEvent(key: string): ConnectorError {
  const text = `"${key}" was written meanwhile by another run, for another event name that gives the same table name. Run again: the events of this run then go into "other_events".`;
  return new ConnectorError('S3_OBJECT_CONFLICT', text);
}

function isSame(a: FieldType, b: FieldType): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

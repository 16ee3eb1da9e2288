// How a stream's records become rows, in addition to the plan.
import type { Log } from '@s3-connectors/common/protocol/log.ts';

import type { TableTarget } from './plan.ts';
import type { BatchTable, BatchTables } from '../tables/table.ts';
import { RowMaker } from '@s3-connectors/common/destination/rows/row-maker.ts';
import { DroppedFields } from '../rows/dropped-fields.ts';
import type { PublishedConversion } from '../rows/earlier-members.ts';
import { EventTables } from '../rows/event-tables.ts';
import {
  aliasRows,
  eventRow,
  keptFields,
  segmentRows,
  type EventRow,
  type PublishedRows,
} from '../rows/published-rows.ts';

export type RowRoute = {
  /** Undefined if each event has its own table. */
  readonly table: BatchTable | undefined;
  readonly events: EventTables | undefined;
  /** Undefined: a record becomes a row unchanged, or is an event. */
  readonly rows: PublishedRows | undefined;
  /** Undefined if the rows need no change; then `rows` is undefined too. */
  readonly maker: RowMaker | undefined;
  /** For `events`; `otherRow`: for events without a table of their own. */
  readonly row: EventRow | undefined;
  readonly otherRow: EventRow | undefined;
  readonly dropped: DroppedFields | undefined;
  /** Undefined for rows that are not of a published type. */
  readonly conversion: PublishedConversion | undefined;
  rejected: BatchTable | undefined;
  /** Represents all unpublished rows of the stream in `DurableStates`. */
  unpublished: object | undefined;
};

type Options = {
  readonly prefix: string;
  /** The fields that the scanner finds. */
  readonly fields: readonly string[];
  readonly tables: BatchTables;
  readonly log: Log;
};

export function routeOf(target: TableTarget, { prefix, fields, tables, log }: Options): RowRoute {
  const { index, name, place, conversion, columns, stream: descriptor, dedup, textColumns, rowPlan } = target;
  const isSplit = conversion === 'split_events';
  const partitions = rowPlan?.partitions.map(({ folder }) => folder);
  const table = { name, stream: index, folder: place.folder, partitions, columns, dedup, textColumns };
  return {
    table: isSplit ? undefined : tables.add(table),
    events: isSplit ? new EventTables({ prefix, stream: index, descriptor, tables, log }) : undefined,
    rows: publishedRows(target, fields),
    maker: rowPlan && new RowMaker(rowPlan, fields),
    row: isSplit ? eventRow(fields, { isNamed: false }) : undefined,
    otherRow: isSplit ? eventRow(fields, { isNamed: true }) : undefined,
    dropped: droppedFields(target, fields),
    conversion: conversion === 'none' ? undefined : conversion,
    rejected: undefined,
    unpublished: undefined,
  };
}

/** For records that are set aside, of any kind. */
export function rejectedRoute(): RowRoute {
  return {
    table: undefined,
    events: undefined,
    rows: undefined,
    maker: undefined,
    row: undefined,
    otherRow: undefined,
    dropped: undefined,
    conversion: undefined,
    rejected: undefined,
    unpublished: undefined,
  };
}

function publishedRows({ conversion }: TableTarget, fields: readonly string[]): PublishedRows | undefined {
  switch (conversion) {
    case 'explode_aliases':
      return aliasRows(fields);
    case 'segment_metadata':
      return segmentRows(fields);
    default:
      return undefined;
  }
}

function droppedFields({ conversion, published }: TableTarget, fields: readonly string[]): DroppedFields | undefined {
  if (conversion === 'none' || published === undefined) return undefined;
  const known = new Set([...published.schema.fields.map(({ name }) => name), ...keptFields[conversion]]);
  return new DroppedFields(fields, [...known], new Set(keptFields[conversion]));
}

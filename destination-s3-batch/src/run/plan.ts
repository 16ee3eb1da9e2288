// Plans the table of each stream of the catalog, and how its records become rows. The rest of the plan is common to both
// destinations.
import {
  declaredProperties,
  given,
  isOfType,
  pathNameOf,
  refusedStream,
} from '@s3-connectors/common/destination/input/stream-plan.ts';
import {
  besideName,
  metadataColumns,
  replacedMembers,
  type RowPlan,
} from '@s3-connectors/common/destination/rows/row-plan.ts';
import { successionOf } from '@s3-connectors/common/destination/replacing/generations.ts';
import { planTargets, type Plan, type Target } from '@s3-connectors/common/destination/plan/plan.ts';
import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';
import { streamLabel } from '@s3-connectors/common/protocol/stream-key.ts';
import { batchType, batchTypes, eventTable, schemaProperties } from '@s3-connectors/common/published/batch-types.ts';
import type { RowSchema } from '@s3-connectors/common/published/row-schema.ts';
import { streamingTypes } from '@s3-connectors/common/published/streaming-types.ts';

import type { BatchConfig, StreamConfig } from '../config/config.ts';
import { layout } from '../layout/layout.ts';
import { otherEvents } from '../rows/event-tables.ts';
import type { Dedup } from '../tables/table.ts';

/** How a stream's records become rows: unchanged, or in the shape of the published table. */
type Conversion = 'none' | 'split_events' | 'explode_aliases' | 'segment_metadata';

export type TableTarget = Target & {
  readonly conversion: Conversion;
  /** `properties` of the JSON schema of the table's rows. */
  readonly columns: JsonObject;
  /** Undefined: all rows are kept. */
  readonly dedup: Dedup | undefined;
  /** Paths of columns that are stored as JSON text. */
  readonly textColumns: readonly string[];
};

type Source = { readonly conversion: Conversion; readonly table: string; readonly schema: RowSchema | undefined };

type Given = Pick<BatchConfig, 'prefix' | 'arrayIndex' | 'streams' | 'splitEvents'> &
  Partial<
    Pick<BatchConfig, 'namespaceInPath' | 'airbyteMetadata' | 'run' | 'format' | 'objectsAsText' | 'timesAsText'>
  >;

/** @throws CATALOG_INVALID for streams that would share a path, and for modes that no platform sends. */
export function planStreams(config: Given, catalog: readonly ConfiguredStream[], log: Log): Plan<TableTarget> {
  const { prefix, arrayIndex, run, streams: entries, splitEvents, namespaceInPath, airbyteMetadata } = config;
  return planTargets(
    {
      prefix,
      arrayIndex,
      run,
      layout,
      entries,
      metadata: airbyteMetadata === true ? 'text' : undefined,
      kindOf: ({ kind }) => (kind === 'replace' ? 'snapshot' : 'events'),
      describe: (stream, entry) => {
        const { conversion, table, schema } = sourceOf(stream, { entry, splitEvents, log });
        const isSplit = conversion === 'split_events';
        if (isSplit && run !== undefined) refuseSplitGeneration(stream);
        const isGeneric = conversion === 'none' && schema === undefined;
        return {
          name: isGeneric && given(entry?.table) === undefined ? pathNameOf(stream, namespaceInPath) : table,
          schema,
          fields: isSplit ? eventTable.fields.map(({ name }) => name) : [],
          otherNames: isSplit ? [otherEvents] : [],
          form: formOf(config, stream, entry),
          more: (rowPlan) => ({
            conversion,
            columns: withPlan(columnsOf(stream, conversion, schema), rowPlan),
            dedup: dedupOf(stream, { conversion, rowPlan, log }),
            textColumns: textColumnsOf(stream, entry, isGeneric),
          }),
        };
      },
      log,
    },
    catalog,
  );
}

function formOf(
  { format, splitEvents, objectsAsText, timesAsText }: Given,
  { destinationSyncMode, primaryKey, cursorField }: ConfiguredStream,
  entry: StreamConfig | undefined,
): JsonObject {
  const isDeduped = destinationSyncMode === 'append_dedup';
  return {
    output_format: format ?? null,
    split_events: splitEvents,
    properties_as: objectsAsText ?? null,
    time_as: timesAsText ?? null,
    json_columns: entry?.json_columns ?? [],
    destination_sync_mode: destinationSyncMode,
    primary_key: isDeduped ? primaryKey : [],
    cursor_field: isDeduped ? cursorField : [],
  };
}

/** Which tables belong to the generation depends on what each writer finds first. */
function refuseSplitGeneration(stream: ConfiguredStream): void {
  if (successionOf(stream).kind !== 'outlive') return;
  throw refusedStream(
    stream,
    'begins a new generation, and is split into a table for each event: that cannot be done by several writers of a run. Set "split_events" to false, overwrite the stream, or use a single writer.',
  );
}

type SourceOptions = {
  readonly entry: StreamConfig | undefined;
  readonly splitEvents: boolean;
  readonly log: Log;
};

/** The published type of a stream: by its name, if the catalog has the fields that the type requires. */
function sourceOf(stream: ConfiguredStream, { entry, splitEvents, log }: SourceOptions): Source {
  const named = given(entry?.table);
  const table = named ?? stream.name;
  const streamed = streamingTypes.get(stream.name);
  const conversion = conversions[stream.name];
  if (streamed !== undefined && conversion !== undefined && isOfType(streamed, stream, entry, log)) {
    const isSplit = conversion.conversion === 'split_events';
    if (isSplit && !splitEvents) return { conversion: 'none', table, schema: streamed };
    return { conversion: conversion.conversion, table: named ?? conversion.table, schema: streamed };
  }
  const schema = streamed === undefined ? batchType(table) : undefined;
  const isPublished = schema !== undefined && isOfType(schema, stream, entry, log);
  return { conversion: 'none', table, schema: isPublished ? schema : undefined };
}

const conversions: Readonly<Record<string, { readonly conversion: Conversion; readonly table: string }>> = {
  events: { conversion: 'split_events', table: 'events' },
  sync_aliases: { conversion: 'explode_aliases', table: 'aliases' },
  segment: { conversion: 'segment_metadata', table: 'segment_metadata' },
};

function columnsOf(stream: ConfiguredStream, conversion: Conversion, schema: RowSchema | undefined): JsonObject {
  switch (conversion) {
    case 'explode_aliases':
      return schemaProperties(batchTypes.aliases);
    case 'segment_metadata':
      return schemaProperties(batchTypes.segment_metadata);
    case 'split_events':
      return {}; // Its tables have columns of their own.
    default: {
      const isStreaming = schema !== undefined && streamingTypes.has(stream.name);
      return {
        ...declaredProperties(stream),
        ...(schema === undefined || isStreaming ? {} : schemaProperties(schema)),
      };
    }
  }
}

function withPlan(columns: JsonObject, rowPlan: RowPlan | undefined): JsonObject {
  if (rowPlan === undefined) return columns;
  const gone = new Set(replacedMembers(rowPlan));
  const kept = Object.entries(columns).filter(([name]) => !gone.has(name));
  return Object.fromEntries([...(rowPlan.metadata === undefined ? [] : Object.entries(metadataColumns)), ...kept]);
}

/** @throws CONFIG_INVALID for a stream of a published type, whose columns are fixed. */
function textColumnsOf(
  stream: ConfiguredStream,
  entry: StreamConfig | undefined,
  isGeneric: boolean,
): readonly string[] {
  const paths = entry?.json_columns ?? [];
  if (isGeneric || paths.length === 0) return paths;
  throw new ConnectorError(
    'CONFIG_INVALID',
    `The stream "${streamLabel(stream)}" is of a published type, whose columns are given. Remove "json_columns" from its entry in "streams".`,
  );
}

type DedupRules = { readonly conversion: Conversion; readonly rowPlan: RowPlan | undefined; readonly log: Log };

function dedupOf(stream: ConfiguredStream, { conversion, rowPlan, log }: DedupRules): Dedup | undefined {
  if (stream.destinationSyncMode !== 'append_dedup') return undefined;
  const { primaryKey: key, cursorField: cursor } = stream;
  const isPossible = key.length > 0 && conversion === 'none';
  const folder = rowPlan === undefined || rowPlan.partitions.length === 0 ? 'day' : 'folder';
  const what = isPossible
    ? `only duplicates of the same run, table and ${folder} are removed. A key that another run or another ${folder} repeats is stored twice: query the latest row of each key`
    : `no duplicates are removed: it ${conversion === 'none' ? 'has no primary key' : 'becomes other tables'}`;
  log('WARN', `The stream "${streamLabel(stream)}" is set to append_dedup: rows are appended, and ${what}.`);
  return isPossible ? { key: keyInRow(key, rowPlan), cursor } : undefined;
}

/** A part of a key that is a folder is equal in all compared rows, except in rows whose value no folder can express. */
function keyInRow(key: Dedup['key'], rowPlan: RowPlan | undefined): Dedup['key'] {
  const inFolder = new Set(rowPlan?.partitions.filter(({ isDay }) => !isDay).map(({ field }) => field));
  return key.map(([name = '', ...deeper]) => {
    return deeper.length === 0 && inFolder.has(name) ? [besideName(name)] : [name, ...deeper];
  });
}

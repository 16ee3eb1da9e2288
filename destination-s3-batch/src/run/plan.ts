// What to do with each stream of the catalog: which table its rows go to and how they are laid out, which field says when they
// happened, which schema they keep. Decided once, at the start; what cannot be done is refused here, before anything is read.
import { regimeOf, successionOf, type Succession } from '@s3-connectors/common/destination/replacing/generations.ts';
import { byStreamKey } from '@s3-connectors/common/destination/input/stream-names.ts';
import {
  declaredProperties,
  defaultTimeField,
  entryFor,
  FieldNumbers,
  given,
  hasFieldsOf,
  Paths,
  refusedStream,
  warnOfUnusedEntries,
} from '@s3-connectors/common/destination/input/stream-plan.ts';
import type { Regime } from '@s3-connectors/common/destination/input/completion.ts';
import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import type { StreamDescriptor } from '@s3-connectors/common/protocol/errors.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';
import { streamDescriptor, streamLabel, type StreamKey } from '@s3-connectors/common/protocol/stream-key.ts';
import { batchType, batchTypes, eventTable, schemaProperties } from '@s3-connectors/common/published/batch-types.ts';
import type { RowSchema } from '@s3-connectors/common/published/row-schema.ts';
import { createRowValidator, type RowValidator } from '@s3-connectors/common/published/row-validator.ts';
import { streamingTypes } from '@s3-connectors/common/published/streaming-types.ts';

import type { Config, StreamConfig } from '../config/config.ts';
import { fitsKey, rejectedFolder, tableFolder } from '../layout/object-key.ts';
import { otherEvents } from '../rows/event-tables.ts';
import type { Dedup } from '../tables/table.ts';

/** How a stream's records become rows: as they are, or in the shape of the published table made of them. */
export type Conversion = 'none' | 'split_events' | 'explode_aliases' | 'segment_metadata';

export type Target = {
  /** Its number in the plan. */
  readonly index: number;
  readonly descriptor: StreamDescriptor;
  /** For messages. */
  readonly label: string;
  readonly conversion: Conversion;
  /** The table's name; of split events the part that all rejected rows share. */
  readonly table: string;
  /** `properties` of the JSON schema of the table's rows. */
  readonly columns: JsonObject;
  /** Of the day of the export instead of the rows' own days. */
  readonly isSnapshot: boolean;
  /** The number in `Plan.fields` of the field that says when a row happened; undefined for a snapshot. */
  readonly timeField: number | undefined;
  /** Undefined for a stream of no published type: its rows may be anything. */
  readonly published: Published | undefined;
  readonly succession: Succession;
  readonly regime: Regime;
  /** Undefined: rows are kept as they come. */
  readonly dedup: Dedup | undefined;
};

export type Published = { readonly validate: RowValidator; readonly schema: RowSchema };

export type Plan = {
  readonly targets: readonly Target[];
  readonly byKey: ReadonlyMap<StreamKey, Target>;
  /** Where records go of streams that are not in the catalog: all of them are rejected. */
  readonly strays: Target;
  /** The top-level fields of `data` that the scanner has to find. */
  readonly fields: readonly string[];
};

type Source = { readonly conversion: Conversion; readonly table: string; readonly schema: RowSchema | undefined };

/** @throws CATALOG_INVALID for streams that would be written to one path, and for modes that no platform asks for. */
export function planStreams(
  { prefix, streams: overrides, splitEvents }: Pick<Config, 'prefix' | 'streams' | 'splitEvents'>,
  catalog: readonly ConfiguredStream[],
  log: Log,
): Plan {
  warnOfUnusedEntries(overrides, catalog, log);
  const fields = new FieldNumbers();
  const paths = new Paths('table');
  const targets = catalog.map((stream, index): Target => {
    const override = entryFor(stream, overrides);
    const { conversion, table, schema } = sourceOf(stream, { override, splitEvents, log });
    refuseUnfit(stream, table, prefix);
    if (conversion === 'split_events') refuseUnfit(stream, otherEvents, prefix);
    paths.take(tableFolder(prefix, table), stream);
    const succession = successionOf(stream);
    const kind = override?.kind ?? schema?.kind ?? (succession.kind === 'replace' ? 'snapshot' : 'events');
    const isSnapshot = kind === 'snapshot';
    return {
      index,
      descriptor: streamDescriptor(stream),
      label: streamLabel(stream),
      conversion,
      table,
      columns: columnsOf(stream, conversion, schema),
      isSnapshot,
      timeField: isSnapshot ? undefined : fields.of(given(override?.time_field) ?? defaultTimeField),
      published: schema && publishedFrom(schema, conversion, fields),
      succession,
      regime: regimeOf(stream),
      dedup: dedupOf(stream, conversion, log),
    };
  });
  const byKey = byStreamKey(targets.map((target) => [target.descriptor, target] as const));
  return { targets, byKey, strays: straysOf(targets.length), fields: fields.names };
}

function straysOf(index: number): Target {
  return {
    index,
    descriptor: { name: '_unknown_stream' },
    label: 'streams that are not in the catalog',
    conversion: 'none',
    table: '_unknown_stream',
    columns: {},
    isSnapshot: false,
    timeField: undefined,
    published: undefined,
    succession: { kind: 'keep' },
    regime: 'legacy',
    dedup: undefined,
  };
}

type SourceOptions = {
  readonly override: StreamConfig | undefined;
  readonly splitEvents: boolean;
  readonly log: Log;
};

/** Of which published type a stream is: by its name, if the catalog knows the fields that the type needs. */
function sourceOf(stream: ConfiguredStream, { override, splitEvents, log }: SourceOptions): Source {
  const named = given(override?.table);
  const table = named ?? stream.name;
  const streamed = streamingTypes.get(stream.name);
  const conversion = conversions[stream.name];
  if (streamed !== undefined && conversion !== undefined && isOfType(stream, streamed, override, log)) {
    const isSplit = conversion.conversion === 'split_events';
    if (isSplit && !splitEvents) return { conversion: 'none', table, schema: streamed };
    return { conversion: conversion.conversion, table: named ?? conversion.table, schema: streamed };
  }
  const schema = streamed === undefined ? batchType(table) : undefined;
  const isPublished = schema !== undefined && isOfType(stream, schema, override, log);
  return { conversion: 'none', table, schema: isPublished ? schema : undefined };
}

const conversions: Readonly<Record<string, { readonly conversion: Conversion; readonly table: string }>> = {
  events: { conversion: 'split_events', table: 'events' },
  sync_aliases: { conversion: 'explode_aliases', table: 'aliases' },
  segment: { conversion: 'segment_metadata', table: 'segment_metadata' },
};

function isOfType(stream: ConfiguredStream, schema: RowSchema, override: StreamConfig | undefined, log: Log): boolean {
  const isOtherKind = override?.kind !== undefined && override.kind !== schema.kind;
  return !isOtherKind && hasFieldsOf(schema, stream, log);
}

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

function publishedFrom(schema: RowSchema, conversion: Conversion, fields: FieldNumbers): Published {
  for (const { name } of schema.fields) fields.of(name);
  if (conversion === 'split_events') for (const { name } of eventTable.fields) fields.of(name);
  return { validate: createRowValidator(schema, fields.names), schema };
}

function dedupOf(stream: ConfiguredStream, conversion: Conversion, log: Log): Dedup | undefined {
  if (stream.destinationSyncMode !== 'append_dedup') return undefined;
  const { primaryKey: key, cursorField: cursor } = stream;
  const isPossible = key.length > 0 && conversion === 'none';
  const what = isPossible ? 'only those of the same run, table and day' : 'none';
  log(
    'WARN',
    `The stream "${streamLabel(stream)}" is set to append_dedup: rows are appended, and of duplicates ${what} are removed.`,
  );
  return isPossible ? { key, cursor } : undefined;
}

function refuseUnfit(stream: ConfiguredStream, table: string, prefix: string): void {
  if (!table.isWellFormed()) {
    throw refusedStream(stream, 'has a name that is not Unicode. Set a "table" for it in "streams".');
  }
  if (fitsKey(tableFolder(prefix, table)) && fitsKey(rejectedFolder(prefix, table))) return;
  throw refusedStream(stream, 'has a name too long for a key in S3. Set a shorter "table" for it in "streams".');
}

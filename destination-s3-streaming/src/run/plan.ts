// What to do with each stream of the catalog: where its rows go, which field says when they happened, and which schema they
// keep. Decided once, at the start; whatever cannot be done is refused here, before anything is written.
import { byStreamKey } from '@s3-connectors/common/destination/input/stream-names.ts';
import {
  defaultTimeField,
  entryFor,
  FieldNumbers,
  given,
  hasFieldsOf,
  Paths,
  refusedStream,
  warnOfUnusedEntries,
} from '@s3-connectors/common/destination/input/stream-plan.ts';
import { regimeOf, successionOf, type Succession } from '@s3-connectors/common/destination/replacing/generations.ts';
import type { Regime } from '@s3-connectors/common/destination/input/completion.ts';
import type { DataPlace } from '@s3-connectors/common/destination/replacing/own-keys.ts';
import { encodeValue } from '@s3-connectors/common/destination/files/key-part.ts';
import type { StreamDescriptor } from '@s3-connectors/common/protocol/errors.ts';
import type { ConfiguredStream, JsonSchema } from '@s3-connectors/common/protocol/catalog.ts';
import { createRowValidator, type RowValidator } from '@s3-connectors/common/published/row-validator.ts';
import type { RowSchema } from '@s3-connectors/common/published/row-schema.ts';
import { streamingTypes } from '@s3-connectors/common/published/streaming-types.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import { streamDescriptor, streamLabel, type StreamKey } from '@s3-connectors/common/protocol/stream-key.ts';

import type { Config, StreamConfig } from '../config/config.ts';
import { fileExtension, fitsKey, typeFolder, typePlace } from '../layout/object-key.ts';

/** Where a stream's rows go. */
export type Target = {
  /** Its number in the plan. */
  readonly index: number;
  /** For messages. */
  readonly label: string;
  readonly stream: StreamDescriptor;
  /** As the catalog has it. */
  readonly schema: JsonSchema;
  /** `{prefix}type={type}/`. */
  readonly folder: string;
  /** The same, with the name that its manifests lie below. */
  readonly place: DataPlace;
  /** What becomes of the data that is there already, and how the stream's end is told. */
  readonly succession: Succession;
  readonly regime: Regime;
  /** `{prefix}_rejected/type={type}/`: readers of Hive tables pass over names that begin with an underscore. */
  readonly rejectedFolder: string;
  /** The number in `Plan.fields` of the field that says when a row happened; undefined for a snapshot. */
  readonly timeField: number | undefined;
  /** Undefined for a stream of no published type: its rows may be anything. */
  readonly published: Published | undefined;
};

export type Published = {
  readonly validate: RowValidator;
  /** The number in `Plan.fields` of the field that says whose a row is. */
  readonly workspaceField: number;
};

export type Plan = {
  readonly targets: readonly Target[];
  readonly byKey: ReadonlyMap<StreamKey, Target>;
  /** Where records go of streams that are not in the catalog: all of them are rejected. */
  readonly strays: Target;
  /** The top-level fields of `data` that the scanner has to find. */
  readonly fields: readonly string[];
};

/** @throws CATALOG_INVALID for generations that do not exist, and for streams that would be written to one path. */
export function planStreams(
  { prefix, streams: overrides }: Pick<Config, 'prefix' | 'streams'>,
  catalog: readonly ConfiguredStream[],
  log: Log,
): Plan {
  warnOfDuplicates(catalog, log);
  warnOfUnusedEntries(overrides, catalog, log);
  const fields = new FieldNumbers();
  const paths = new Paths('type');
  const targets = catalog.map((stream, index): Target => {
    const override = entryFor(stream, overrides);
    const folders = foldersOf(stream, prefix, override);
    paths.take(folders.folder, stream);
    const schema = publishedSchema(stream, override, log);
    const isSnapshot = (override?.kind ?? schema?.kind) === 'snapshot';
    return {
      index,
      label: streamLabel(stream),
      stream: streamDescriptor(stream),
      schema: stream.jsonSchema,
      ...folders,
      succession: successionOf(stream),
      regime: regimeOf(stream),
      timeField: isSnapshot ? undefined : fields.of(given(override?.time_field) ?? defaultTimeField),
      published: schema && publishedFrom(schema, fields),
    };
  });
  warnOfHeldStates(targets, log);
  const byKey = byStreamKey(catalog.map((stream, index) => [stream, targets[index] as Target] as const));
  return { targets, byKey, strays: straysOf(prefix, targets.length), fields: fields.names };
}

/** Their folder is not that of any type: it has no `type=`. */
function straysOf(prefix: string, index: number): Target {
  const folder = `${prefix}_rejected/_unknown_stream/`;
  return {
    index,
    label: 'streams that are not in the catalog',
    stream: { name: '_unknown_stream' },
    schema: {},
    folder,
    rejectedFolder: folder,
    place: { name: '_unknown_stream', folder, extensions: [fileExtension] },
    succession: { kind: 'keep' },
    regime: 'legacy',
    timeField: undefined,
    published: undefined,
  };
}

function foldersOf(
  stream: ConfiguredStream,
  prefix: string,
  override: StreamConfig | undefined,
): Pick<Target, 'folder' | 'rejectedFolder' | 'place'> {
  const type = given(override?.type) ?? stream.name;
  if (!type.isWellFormed())
    throw refusedStream(stream, 'has a name that is not Unicode. Set a "type" for it in "streams".');
  const rejectedFolder = typeFolder(`${prefix}_rejected/`, type);
  const folder = typeFolder(prefix, type);
  if (fitsKey(folder)) return { folder, rejectedFolder, place: typePlace(prefix, type) };
  throw refusedStream(
    stream,
    `has a name too long for a key in S3 (${encodeValue(type).length} characters). Set a shorter "type".`,
  );
}

/** The schema of the published type that the stream is of: by its name, if the catalog knows the fields that it needs. */
function publishedSchema(
  stream: ConfiguredStream,
  override: StreamConfig | undefined,
  log: Log,
): RowSchema | undefined {
  const schema = streamingTypes.get(given(override?.type) ?? stream.name);
  if (schema === undefined || (override?.kind !== undefined && override.kind !== schema.kind)) return undefined;
  return hasFieldsOf(schema, stream, log) ? schema : undefined;
}

function publishedFrom(schema: RowSchema, fields: FieldNumbers): Published {
  for (const { name } of schema.fields) fields.of(name);
  return { validate: createRowValidator(schema, fields.names), workspaceField: fields.of(schema.workspaceField) };
}

function warnOfHeldStates(targets: readonly Target[], log: Log): void {
  const held = targets.filter(({ succession }) => succession.kind === 'replace').map(({ label }) => label);
  if (held.length === 0) return;
  log(
    'WARN',
    `Replaced as a whole, once their new data is complete: ${held.join(', ')}. Their states come at the end only, and so do those that speak of all streams.`,
  );
}

function warnOfDuplicates(catalog: readonly ConfiguredStream[], log: Log): void {
  const streams = catalog.filter((stream) => stream.destinationSyncMode === 'append_dedup').map(streamLabel);
  if (streams.length === 0) return;
  log(
    'WARN',
    `Rows are appended, duplicates are not removed, in the streams set to append_dedup: ${streams.join(', ')}.`,
  );
}

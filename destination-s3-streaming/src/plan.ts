// What to do with each stream of the catalog: where its rows go, which field says when they happened, and which schema they
// keep. Decided once, at the start; whatever cannot be done is refused here, before anything is written.
import { byStreamKey } from '@s3-connectors/common/destination/stream-names.ts';
import { regimeOf, successionOf, type Succession } from '@s3-connectors/common/destination/generations.ts';
import type { Regime } from '@s3-connectors/common/destination/completion.ts';
import type { DataPlace } from '@s3-connectors/common/destination/interrupted.ts';
import { encodeValue } from '@s3-connectors/common/destination/key-part.ts';
import { ConnectorError, type StreamDescriptor } from '@s3-connectors/common/protocol/errors.ts';
import type { ConfiguredStream, JsonSchema } from '@s3-connectors/common/protocol/catalog.ts';
import { createRowValidator, type RowValidator } from '@s3-connectors/common/schemas/row-validator.ts';
import type { RowSchema } from '@s3-connectors/common/schemas/row-schema.ts';
import { streamingTypes } from '@s3-connectors/common/schemas/streaming-types.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import { streamDescriptor, streamLabel, type StreamKey } from '@s3-connectors/common/protocol/stream-key.ts';

import type { Config, StreamConfig } from './config.ts';
import { fitsKey, manifestName, typeFolder } from './object-key.ts';

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
  /** The top-level fields of `data` that the scanner has to find. */
  readonly fields: readonly string[];
};

const defaultTimeField = 'time';

/** @throws CATALOG_INVALID for generations that do not exist, and for streams that would be written to one path. */
export function planStreams(
  { prefix, streams: overrides }: Pick<Config, 'prefix' | 'streams'>,
  catalog: readonly ConfiguredStream[],
  log: Log,
): Plan {
  warnOfDuplicates(catalog, log);
  warnOfUnusedOverrides(overrides, catalog, log);
  const fields: string[] = [];
  const numberOf = (field: string): number => {
    if (!fields.includes(field)) fields.push(field);
    return fields.indexOf(field);
  };
  const labels = new Map<string, string>();
  const targets = catalog.map((stream, index): Target => {
    const override = overrideFor(stream, overrides);
    const folders = foldersOf(stream, prefix, override);
    const label = streamLabel(stream);
    const other = labels.get(folders.folder);
    if (other !== undefined) throw samePath(stream, other, folders.folder);
    labels.set(folders.folder, label);
    const schema = publishedSchema(stream, override, log);
    const isSnapshot = (override?.kind ?? schema?.kind) === 'snapshot';
    const timeField = isSnapshot ? undefined : numberOf(override?.time_field ?? defaultTimeField);
    return {
      index,
      label,
      stream: streamDescriptor(stream),
      schema: stream.jsonSchema,
      ...folders,
      succession: successionOf(stream),
      regime: regimeOf(stream),
      timeField,
      published: schema && publishedFrom(schema, numberOf, fields),
    };
  });
  warnOfHeldStates(targets, log);
  const byKey = byStreamKey(catalog.map((stream, index) => [stream, targets[index] as Target] as const));
  return { targets, byKey, fields };
}

function overrideFor(stream: ConfiguredStream, overrides: readonly StreamConfig[]): StreamConfig | undefined {
  const named = overrides.filter((override) => override.stream === stream.name);
  const exact = named.find((override) => hasText(override.namespace) && override.namespace === stream.namespace);
  return exact ?? named.find((override) => !hasText(override.namespace));
}

function typeOf(stream: ConfiguredStream, override: StreamConfig | undefined): string {
  return hasText(override?.type) ? override.type : stream.name;
}

function foldersOf(
  stream: ConfiguredStream,
  prefix: string,
  override: StreamConfig | undefined,
): Pick<Target, 'folder' | 'rejectedFolder' | 'place'> {
  const type = typeOf(stream, override);
  if (!type.isWellFormed()) throw refused(stream, 'has a name that is not Unicode. Set a "type" for it in "streams".');
  const rejectedFolder = typeFolder(`${prefix}_rejected/`, type);
  const folder = typeFolder(prefix, type);
  if (fitsKey(folder)) return { folder, rejectedFolder, place: { name: manifestName(type), folder } };
  throw refused(
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
  const schema = streamingTypes.get(typeOf(stream, override));
  if (schema === undefined || (override?.kind !== undefined && override.kind !== schema.kind)) return undefined;
  const { properties } = stream.jsonSchema;
  const declared = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  const missing = schema.fields.filter(({ name, required }) => required && !declared.includes(name));
  if (missing.length === 0) return schema;
  const names = missing.map(({ name }) => `"${name}"`).join(', ');
  log(
    'WARN',
    `The stream "${streamLabel(stream)}" is not taken for the published type of that name, and its records are not checked: its schema in the catalog lacks ${names}.`,
  );
  return undefined;
}

function publishedFrom(schema: RowSchema, numberOf: (field: string) => number, fields: readonly string[]): Published {
  for (const { name } of schema.fields) numberOf(name);
  return { validate: createRowValidator(schema, fields), workspaceField: numberOf(schema.workspaceField) };
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

function warnOfUnusedOverrides(
  overrides: readonly StreamConfig[],
  catalog: readonly ConfiguredStream[],
  log: Log,
): void {
  for (const override of overrides) {
    if (catalog.some((stream) => overrideFor(stream, overrides) === override)) continue;
    log(
      'WARN',
      `The entry for the stream "${override.stream}" in "streams" has no effect: the catalog has no such stream.`,
    );
  }
}

function samePath(stream: ConfiguredStream, other: string, folder: string): ConnectorError {
  return refused(
    stream,
    `would be written to the same path as "${other}": ${folder}. Set another "type" for one of them in "streams".`,
  );
}

function refused(stream: ConfiguredStream, why: string): ConnectorError {
  const text = `The stream "${streamLabel(stream)}" ${why}`;
  return new ConnectorError('CATALOG_INVALID', text, { stream: streamDescriptor(stream) });
}

function hasText(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

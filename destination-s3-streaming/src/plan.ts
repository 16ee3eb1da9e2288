// What to do with each stream of the catalog: where its rows go and which field says when they happened. Decided once, at
// the start; whatever cannot be done is refused here, before anything is written.
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import { streamDescriptor, streamKey, streamLabel, type StreamKey } from '@s3-connectors/common/protocol/stream-key.ts';

import type { Config, StreamConfig } from './config.ts';
import { encodeValue, fitsKey, typeFolder } from './object-key.ts';

/** Where a stream's rows go. */
export type Target = {
  /** Its number in the plan. */
  readonly index: number;
  /** For messages. */
  readonly label: string;
  /** `{prefix}type={type}/`. */
  readonly folder: string;
  /** The number in `Plan.timeFields` of the field that says when a row happened; undefined for a snapshot. */
  readonly timeField: number | undefined;
};

export type Plan = {
  readonly targets: readonly Target[];
  readonly byKey: ReadonlyMap<StreamKey, Target>;
  /** The top-level fields of `data` that the scanner has to find. */
  readonly timeFields: readonly string[];
};

/** The published snapshot, and what makes a stream of that name one. */
const snapshotName = 'segment';
const snapshotFields = ['id', 'code', 'name', 'workspace'];
const defaultTimeField = 'time';

/** @throws CATALOG_INVALID for a mode that is not supported, and for streams that would be written to one path. */
export function planStreams(
  { prefix, streams: overrides }: Pick<Config, 'prefix' | 'streams'>,
  catalog: readonly ConfiguredStream[],
  log: Log,
): Plan {
  refuseModes(catalog);
  warnOfDuplicates(catalog, log);
  warnOfUnusedOverrides(overrides, catalog, log);
  const timeFields: string[] = [];
  const folders = new Map<string, string>();
  const targets = catalog.map((stream, index): Target => {
    const override = overrideFor(stream, overrides);
    const folder = folderOf(stream, prefix, override);
    const label = streamLabel(stream);
    const other = folders.get(folder);
    if (other !== undefined) throw samePath(stream, other, folder);
    folders.set(folder, label);
    if (isSnapshot(stream, override, log)) return { index, label, folder, timeField: undefined };
    const field = override?.time_field ?? defaultTimeField;
    if (!timeFields.includes(field)) timeFields.push(field);
    return { index, label, folder, timeField: timeFields.indexOf(field) };
  });
  const byKey = new Map(catalog.map((stream, index) => [streamKey(stream), targets[index] as Target]));
  return { targets, byKey, timeFields };
}

function overrideFor(stream: ConfiguredStream, overrides: readonly StreamConfig[]): StreamConfig | undefined {
  const named = overrides.filter((override) => override.stream === stream.name);
  const exact = named.find((override) => hasText(override.namespace) && override.namespace === stream.namespace);
  return exact ?? named.find((override) => !hasText(override.namespace));
}

function folderOf(stream: ConfiguredStream, prefix: string, override: StreamConfig | undefined): string {
  const type = hasText(override?.type) ? override.type : stream.name;
  if (!type.isWellFormed()) throw refused(stream, 'has a name that is not Unicode. Set a "type" for it in "streams".');
  const folder = typeFolder(prefix, type);
  if (fitsKey(folder)) return folder;
  throw refused(
    stream,
    `has a name too long for a key in S3 (${encodeValue(type).length} characters). Set a shorter "type".`,
  );
}

function isSnapshot(stream: ConfiguredStream, override: StreamConfig | undefined, log: Log): boolean {
  if (override?.kind !== undefined) return override.kind === 'snapshot';
  if ((override?.type ?? stream.name) !== snapshotName) return false;
  const { properties } = stream.jsonSchema;
  const declared = typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
  const missing = snapshotFields.filter((field) => !declared.includes(field));
  if (missing.length === 0) return true;
  const fields = missing.map((field) => `"${field}"`).join(', ');
  log(
    'WARN',
    `The stream "${streamLabel(stream)}" is written by hour: its schema lacks ${fields}, so it is not taken for the snapshot of that name. Set its "kind" in "streams" to say otherwise.`,
  );
  return false;
}

function refuseModes(catalog: readonly ConfiguredStream[]): void {
  for (const stream of catalog) {
    const { destinationSyncMode, generationId = 0, minimumGenerationId = 0 } = stream;
    if (destinationSyncMode === 'overwrite') {
      throw refused(stream, 'is to be overwritten, which is not supported. Set its sync mode to append.');
    }
    // A modern platform says overwrite in this way; in the first generation there is nothing before it.
    if (minimumGenerationId > 0 && generationId > 1) {
      throw refused(
        stream,
        'is to replace its earlier data, which is not supported. Set its sync mode to append, or refresh it and keep the records.',
      );
    }
  }
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

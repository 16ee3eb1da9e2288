// Singer's catalog: what `--discover` prints, and what its metadata selects of it when it comes back by `--catalog`.
import * as z from 'zod';

import { schemaAsParsed, type ConfiguredStream } from '../protocol/catalog.ts';
import { describeIssues } from '../protocol/config.ts';
import { ConnectorError } from '../protocol/errors.ts';
import type { AirbyteCatalog, AirbyteStream, JsonObject, JsonValue } from '../protocol/messages.ts';
import { streamDescriptor, streamLabel } from '../protocol/stream-key.ts';

/** A stream to be read, under the name that its messages and its bookmark have. */
export type TapStream = { readonly id: string; readonly configured: ConfiguredStream };

type Metadata = { readonly breadcrumb: readonly string[]; readonly metadata: JsonObject };

/**
 * The catalog to print: every stream and column selected, nothing forced. Where the tables of several schema prefixes can
 * meet, `withNamespace` puts the prefix before the table's name.
 * @throws CONFIG_INVALID when two tables get one name.
 */
export function singerCatalog({ streams }: AirbyteCatalog, withNamespace: boolean): JsonObject {
  const seen = new Map<string, AirbyteStream>();
  const entries = streams.map((stream) => {
    const id = streamId(stream, withNamespace);
    const twin = seen.get(id);
    if (twin !== undefined) throw twins(id, twin, stream);
    seen.set(id, stream);
    return entryOf(id, stream);
  });
  return { streams: entries };
}

function streamId({ name, namespace }: AirbyteStream, withNamespace: boolean): string {
  return withNamespace && namespace !== undefined ? `${namespace.replaceAll('/', '-')}-${name}` : name;
}

function entryOf(id: string, { name, namespace, json_schema: schema, default_cursor_field: cursor }: AirbyteStream) {
  const [key] = cursor ?? [];
  const columns = Object.keys(schema['properties'] ?? {});
  const whole = {
    inclusion: 'available',
    'selected-by-default': true,
    'replication-method': 'INCREMENTAL',
    ...(key !== undefined && { 'replication-key': key, 'valid-replication-keys': [key] }),
    'table-key-properties': [],
    ...(namespace !== undefined && { 'schema-name': namespace }),
  };
  const metadata: Metadata[] = columns.map((column) => ({
    breadcrumb: ['properties', column],
    metadata: { inclusion: column === key ? 'automatic' : 'available', 'selected-by-default': true },
  }));
  metadata.unshift({ breadcrumb: [], metadata: whole });
  return { tap_stream_id: id, stream: id, table_name: name, key_properties: [], schema, metadata };
}

const catalogSchema = z.object({
  streams: z.array(
    z.object({
      tap_stream_id: z.string().min(1),
      stream: z.string().nullish(),
      table_name: z.string().nullish(),
      schema: schemaAsParsed,
      replication_method: z.string().nullish(),
      metadata: z
        .array(z.object({ breadcrumb: z.array(z.string()), metadata: z.record(z.string(), z.json()) }))
        .nullish(),
    }),
  ),
});

type Entry = z.output<typeof catalogSchema>['streams'][number];

/** The selected streams with their selected columns. @throws CATALOG_INVALID listing every mistake. */
export function parseSingerCatalog(json: unknown): readonly TapStream[] {
  const parsed = catalogSchema.safeParse(json);
  if (!parsed.success) {
    const problems = describeIssues(parsed.error.issues, json);
    throw new ConnectorError('CATALOG_INVALID', `The catalog is not valid: ${problems}`);
  }
  return parsed.data.streams.flatMap((entry) => {
    const whole = metadataOf(entry, []);
    return isSelected(whole, false) ? [tapStream(entry, whole)] : [];
  });
}

function tapStream(entry: Entry, whole: JsonObject): TapStream {
  const { tap_stream_id: id, table_name: table, stream } = entry;
  const namespace = whole['schema-name'];
  const method = text(whole['forced-replication-method']) ?? text(whole['replication-method']);
  const configured = {
    ...streamDescriptor({ name: table ?? stream ?? id, namespace: text(namespace) }),
    jsonSchema: { ...entry.schema, properties: selectedColumns(entry) },
    syncMode: syncMode(id, method ?? entry.replication_method ?? 'INCREMENTAL'),
    destinationSyncMode: 'append',
    cursorField: [],
    primaryKey: [],
  } as const;
  return { id, configured };
}

function syncMode(id: string, method: string): ConfiguredStream['syncMode'] {
  if (method === 'INCREMENTAL') return 'incremental';
  if (method === 'FULL_TABLE') return 'full_refresh';
  throw new ConnectorError(
    'CATALOG_INVALID',
    `The stream "${id}" has the replication method "${method}". Set it to INCREMENTAL or FULL_TABLE.`,
  );
}

/** Of nested fields the metadata is not looked at: a column is read whole or not at all. */
function selectedColumns(entry: Entry): JsonObject {
  const properties = entry.schema['properties'];
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) return {};
  const columns = Object.entries(properties as JsonObject);
  return Object.fromEntries(columns.filter(([name]) => isSelected(metadataOf(entry, ['properties', name]), true)));
}

function metadataOf({ metadata }: Entry, breadcrumb: readonly string[]): JsonObject {
  const found = (metadata ?? []).find(
    ({ breadcrumb: path }) =>
      path.length === breadcrumb.length && path.every((part, index) => part === breadcrumb[index]),
  );
  return found?.metadata ?? {};
}

function isSelected(metadata: JsonObject, otherwise: boolean): boolean {
  if (metadata['inclusion'] === 'automatic') return true;
  if (metadata['inclusion'] === 'unsupported') return false;
  const chosen = metadata['selected'] ?? metadata['selected-by-default'];
  return typeof chosen === 'boolean' ? chosen : otherwise;
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function twins(id: string, one: AirbyteStream, other: AirbyteStream): ConnectorError {
  const [first, second] = [one, other].map((stream) => streamLabel(stream));
  return new ConnectorError(
    'CONFIG_INVALID',
    `The tables "${first}" and "${second}" would both be the stream "${id}". Read their schema prefixes with separate configs.`,
  );
}

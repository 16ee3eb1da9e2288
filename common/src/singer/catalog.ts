// Singer's catalog: the output of `--discover`, and the selection in its metadata when it returns with `--catalog`.
import * as z from 'zod';

import { parseCatalog, schemaAsParsed, type ConfiguredStream } from '../protocol/catalog.ts';
import { ConnectorError } from '../protocol/errors.ts';
import {
  isObject,
  type AirbyteCatalog,
  type AirbyteStream,
  type JsonObject,
  type JsonValue,
} from '../protocol/messages.ts';
import { streamDescriptor, streamLabel } from '../protocol/stream-key.ts';

/** A stream to read, with the name in its messages and its bookmark. */
export type TapStream = { readonly id: string; readonly configured: ConfiguredStream };

type Metadata = { readonly breadcrumb: readonly string[]; readonly metadata: JsonObject };

/**
 * The catalog to print, with every stream and column selected, and nothing forced. If tables of several schema prefixes can have
 * the same name, `withNamespace` puts the prefix before the name. It comes in pieces, because its metadata makes it eight times as
 * long as Airbyte's. Bound: twice the text of one stream.
 * @throws CONFIG_INVALID if two tables get the same name, before the first piece.
 */
export function* singerCatalogText(catalog: AirbyteCatalog, withNamespace: boolean): Generator<Uint8Array> {
  const entries = singerEntries(catalog, withNamespace);
  let before = '\n';
  yield Buffer.from('{\n  "streams": [');
  for (const entry of entries) {
    const text = JSON.stringify(entry, null, 2).replaceAll('\n', '\n    ');
    yield Buffer.from(`${before}    ${text}`);
    before = ',\n';
  }
  yield Buffer.from('\n  ]\n}\n');
}

/** All streams, as `parseSingerCatalog` returns them from the printed catalog. @throws CONFIG_INVALID like `singerCatalogText`. */
export function allTapStreams(catalog: AirbyteCatalog, withNamespace: boolean): readonly TapStream[] {
  return Array.from(singerEntries(catalog, withNamespace), (entry) => parseSingerCatalog({ streams: [entry] })).flat();
}

function singerEntries({ streams }: AirbyteCatalog, withNamespace: boolean): Iterable<JsonObject> {
  const seen = new Map<string, AirbyteStream>();
  for (const stream of streams) {
    const { name, namespace } = stream;
    const id = withNamespace && namespace !== undefined ? `${namespace.replaceAll('/', '-')}-${name}` : name;
    const twin = seen.get(id);
    if (twin !== undefined) throw twins(id, twin, stream);
    seen.set(id, stream);
  }
  return Iterator.from(seen).map(([id, stream]) => entryOf(id, stream));
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

/** The selected streams with their selected columns. @throws CATALOG_INVALID that lists every mistake. */
export function parseSingerCatalog(json: unknown): readonly TapStream[] {
  return parseCatalog(catalogSchema, json).streams.flatMap((entry) => {
    const metadata = metadataOf(entry);
    return isSelected(metadata([]), false) ? [tapStream(entry, metadata)] : [];
  });
}

function tapStream(entry: Entry, metadata: MetadataOf): TapStream {
  const whole = metadata([]);
  const { tap_stream_id: id, table_name: table, stream } = entry;
  const method = text(whole['forced-replication-method']) ?? text(whole['replication-method']);
  const configured = {
    ...streamDescriptor({ name: table ?? stream ?? id, namespace: text(whole['schema-name']) }),
    jsonSchema: { ...entry.schema, properties: selectedColumns(entry, metadata) },
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

/** Ignores the metadata of nested fields: a column is selected completely or not at all. */
function selectedColumns(entry: Entry, metadata: MetadataOf): JsonObject {
  const { properties } = entry.schema;
  const columns = isObject(properties) ? Object.entries(properties) : [];
  return Object.fromEntries(columns.filter(([name]) => isSelected(metadata(['properties', name]), true)));
}

type MetadataOf = (breadcrumb: readonly string[]) => JsonObject;

/** The first of two equal breadcrumbs applies. */
function metadataOf({ metadata }: Entry): MetadataOf {
  const found = new Map<string, JsonObject>();
  for (const { breadcrumb, metadata: own } of metadata ?? []) {
    const path = JSON.stringify(breadcrumb);
    if (!found.has(path)) found.set(path, own);
  }
  return (breadcrumb) => found.get(JSON.stringify(breadcrumb)) ?? {};
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
    `The tables "${first}" and "${second}" would both become the stream "${id}". Use a separate config for each of their schema prefixes.`,
  );
}

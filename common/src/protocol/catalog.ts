// The configured catalog: which streams to sync, and how. Runners write absent values as no key, null or []; PyAirbyte uses
// all three. This module makes them one.
import * as z from 'zod';

import { ConnectorError } from './errors.ts';
import { isObject, type DestinationSyncMode, type JsonObject, type SyncMode } from './messages.ts';
import { streamDescriptor, streamKey, streamLabel } from './stream-key.ts';
import { describeIssues, mistakeWords } from './mistakes.ts';

export type JsonSchema = JsonObject;

/** Airbyte's legacy mode (custom connectors) sends no generationId, minimumGenerationId and syncId; the modern mode sends all three. */
export type ConfiguredStream = {
  readonly name: string;
  readonly namespace?: string;
  readonly jsonSchema: JsonSchema;
  readonly syncMode: SyncMode;
  readonly destinationSyncMode: DestinationSyncMode;
  readonly cursorField: readonly string[];
  readonly primaryKey: readonly (readonly string[])[];
  readonly generationId?: number;
  readonly minimumGenerationId?: number;
  readonly syncId?: number;
  /** Singer: more runs of the same input may follow. Only the last run knows whether the stream is complete. */
  readonly isPart?: true;
};

/** Keeps the parsed object: a copy by zod would lose a column with the name `__proto__`. */
export const schemaAsParsed = z.custom<JsonSchema>(isObject, {
  error: ({ input }) => (input === undefined ? 'is missing' : 'must be an object'),
});

const id = z.int().nullish();
const configuredCatalog = z.object({
  streams: z.array(
    z.object({
      stream: z.object({
        name: z.string().min(1),
        namespace: z.string().nullish(),
        json_schema: schemaAsParsed,
      }),
      sync_mode: z.enum(['full_refresh', 'incremental']),
      destination_sync_mode: z.enum(['append', 'overwrite', 'append_dedup']).nullish(),
      cursor_field: z.array(z.string()).nullish(),
      primary_key: z.array(z.array(z.string())).nullish(),
      generation_id: id,
      minimum_generation_id: id,
      sync_id: id,
    }),
  ),
});

/** Recognises the CATALOG message of `discover`, its complete output, or the catalog alone. */
function isDiscovered(json: unknown): boolean {
  if (Array.isArray(json)) return json.some((one) => isObject(one) && one['type'] === 'CATALOG');
  if (!isObject(json)) return false;
  const [first]: readonly unknown[] = Array.isArray(json['streams']) ? json['streams'] : [];
  return json['type'] === 'CATALOG' || (isObject(first) && !('stream' in first) && 'json_schema' in first);
}

/** @throws CATALOG_INVALID that lists every mistake, or names a stream that is configured twice. */
export function parseConfiguredCatalog(json: unknown): readonly ConfiguredStream[] {
  if (isDiscovered(json)) {
    throw new ConnectorError(
      'CATALOG_INVALID',
      'The catalog is the output of "discover", which does not set a sync mode for each stream. Print a configured catalog with "discover --configured".',
    );
  }
  const streams = parseCatalog(configuredCatalog, json).streams.map((entry): ConfiguredStream => ({
    ...streamDescriptor(entry.stream),
    jsonSchema: entry.stream.json_schema,
    syncMode: entry.sync_mode,
    destinationSyncMode: entry.destination_sync_mode ?? 'append',
    cursorField: entry.cursor_field ?? [],
    primaryKey: entry.primary_key ?? [],
    ...(typeof entry.generation_id === 'number' && { generationId: entry.generation_id }),
    ...(typeof entry.minimum_generation_id === 'number' && { minimumGenerationId: entry.minimum_generation_id }),
    ...(typeof entry.sync_id === 'number' && { syncId: entry.sync_id }),
  }));
  refuseTwins(streams);
  return streams;
}

/** @throws CATALOG_INVALID that lists every mistake. */
export function parseCatalog<Schema extends z.ZodType>(schema: Schema, json: unknown): z.output<Schema> {
  const { success, data, error } = schema.safeParse(json, mistakeWords);
  if (success) return data;
  throw new ConnectorError('CATALOG_INVALID', `The catalog is not valid: ${describeIssues(error.issues, json)}`);
}

function refuseTwins(streams: readonly ConfiguredStream[]): void {
  const seen = new Set<string>();
  for (const stream of streams) {
    const key = streamKey(stream);
    if (seen.has(key)) {
      throw new ConnectorError(
        'CATALOG_INVALID',
        `The catalog names the stream "${streamLabel(stream)}" twice. Remove one of the two entries.`,
      );
    }
    seen.add(key);
  }
}

// The published tables of the batch export, field by field, as Permutive's page on AWS S3 has them ("Batch Schema").
import type { JsonObject } from '../protocol/messages.ts';
import { optional, required, type PublishedFieldType, type RowSchema } from './row-schema.ts';

/** The event tables. Each has the name of an event: `pageview_events`. */
export const eventTable: RowSchema = {
  kind: 'events',
  workspaceField: 'workspace_id',
  fields: [
    required('time', 'time', 'The time when Permutive received the event.'),
    required('event_id', 'string', 'The ID of the event, which is unique.'),
    required('user_id', 'string', 'The user.'),
    optional('session_id', 'string', 'The session. It lasts 30 minutes unless the user stays.'),
    optional('view_id', 'string', 'The page or screen view.'),
    optional('workspace_id', 'string', 'The workspace.'),
    optional('segments', 'integers', 'The codes of the segments that the user was in.'),
    optional('cohorts', 'strings', 'The codes of the cohorts that the user was in.'),
    optional('properties', 'object', 'More properties of the event.'),
  ],
};

const aliases: RowSchema = {
  kind: 'events',
  workspaceField: 'workspace_id',
  fields: [
    required('time', 'time', 'The time when the alias was captured.'),
    optional('event_type', 'string', 'The kind of event that contained the alias.'),
    required('permutive_id', 'string', 'The user.'),
    required('id', 'string', 'Another identity of the user.'),
    required('tag', 'string', 'The kind of that identity.'),
    optional('workspace_id', 'string', 'The workspace.'),
  ],
};

const domains: RowSchema = {
  kind: 'snapshot',
  workspaceField: 'workspace_id',
  fields: [required('name', 'string', 'The domain.'), optional('workspace_id', 'string', 'The workspace.')],
};

const segmentMetadata: RowSchema = {
  kind: 'snapshot',
  workspaceField: 'workspace_id',
  fields: [
    required('number', 'integer', 'The number of the segment in events.'),
    required('name', 'string', 'The display name.'),
    optional('tags', 'strings', 'Tags.'),
    optional('metadata', 'string', 'More properties of the segment, as JSON text.'),
    optional('workspace_id', 'string', 'The workspace.'),
  ],
};

/** By the name of the table. */
export const batchTypes = { aliases, domains, segment_metadata: segmentMetadata } as const;

/** The published type of a table, by its name. */
export function batchType(table: string): RowSchema | undefined {
  if (table.endsWith('_events')) return eventTable;
  return Object.hasOwn(batchTypes, table) ? batchTypes[table as keyof typeof batchTypes] : undefined;
}

const text: JsonObject = { type: 'string' };
const integer: JsonObject = { type: 'integer' };
const jsonSchemas: Readonly<Record<PublishedFieldType, JsonObject>> = {
  time: { type: 'string', format: 'date-time', airbyte_type: 'timestamp_with_timezone' },
  string: text,
  integer,
  boolean: { type: 'boolean' },
  object: { type: 'object' },
  integers: { type: 'array', items: integer },
  strings: { type: 'array', items: text },
  aliases: { type: 'array', items: { type: 'object', properties: { id: text, tag: text } } },
};

/** `properties` of the JSON schema of such rows. */
export function schemaProperties({ fields }: RowSchema): JsonObject {
  return Object.fromEntries(fields.map(({ name, type }) => [name, jsonSchemas[type]]));
}

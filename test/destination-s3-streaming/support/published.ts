// The published examples of the streaming types, and a catalog whose streams count as these types.
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import { streamingTypes } from '@s3-connectors/common/published/streaming-types.ts';
import type { Json } from '../../support/destination-input.ts';

/** Each on one line, as it is written. */
export const examples = {
  events:
    '{"time": "1665851625945", "event_id": "c0b8266d-3c4d-43d6-8855-6f42d657adda", "user_id": "87bcd76b-5eb6-4c46-afa8-017d1e7148ca", "event_name": "slotclicked", "organization_id": "be668577-07f5-444d-98e0-222b990951b1", "project_id": "72f6d4b5-1e85-4c79-b4f9-da2dd1f3be6d", "session_id": "4a96de87-f8b1-4240-a1a8-7b9c6cff569a", "view_id": "16f2af62-f38d-44d1-bcea-ba5b4da39be2", "source_url": null, "segments": [], "properties": {"campaign_id": 2387641642, "line_item_id": 4792767025}}',
  sync_aliases:
    '{"time": "1665663771749", "user_id": "b5653712-26ee-41a8-8b30-c128092df93b", "organization_id": "be668577-07f5-444d-98e0-222b990951b1", "project_id": "be668577-07f5-444d-98e0-222b990951b1", "aliases": [{"id": "a1b2c3d4e5f6...", "tag": "email_sha256"}, {"id": "device_12345", "tag": "device_id"}]}',
  segment:
    '{"id": "5289b895-4ee7-44f8-81a6-1899142ed2d2", "code": 1057, "name": "High Value Users", "tags": [], "metadata": {}, "workspace": "45582cb9-bb5c-4eb4-9c0d-7a2cebf4eeb1", "ancestors": ["45582cb9-bb5c-4eb4-9c0d-7a2cebf4eeb1", "be668577-07f5-444d-98e0-222b990951b1"], "workspaceState": "Active", "deleted": false}',
} as const;

export type PublishedName = keyof typeof examples;

/** For `catalogJson`. */
export function publishedStream(name: PublishedName): Json {
  const fields = streamingTypes.get(name)?.fields ?? [];
  return { name, properties: Object.fromEntries(fields.map((field) => [field.name, {}])) };
}

/** The example with other values for some fields. An undefined one is omitted. */
export function variant(name: PublishedName, changes: Json): string {
  return JSON.stringify({ ...(parseJson(examples[name]) as Json), ...changes });
}

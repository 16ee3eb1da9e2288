// Rows of the published streaming types, and streams of the catalog that count as these types.
import { streamingTypes } from '@s3-connectors/common/published/streaming-types.ts';
import type { Json } from '../../support/destination-input.ts';

/** For `catalogJson`. */
export function publishedStream(name: string): Json {
  const fields = streamingTypes.get(name)?.fields ?? [];
  return { name, properties: Object.fromEntries(fields.map((field) => [field.name, {}])) };
}

export function eventJson(changes: Json = {}): Json {
  return {
    time: '1768487400123',
    event_id: 'e1',
    user_id: 'u1',
    event_name: 'Pageview',
    organization_id: 'o1',
    project_id: 'w1',
    session_id: 's1',
    view_id: 'v1',
    source_url: null,
    segments: [1, 2],
    properties: { client: { url: 'https://example.com/' } },
    ...changes,
  };
}

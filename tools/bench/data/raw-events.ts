// Raw events as the published streaming export has them, in RECORD lines, and how the engine alone splits them.
import { literal } from '@s3-connectors/common/columns/sql.ts';

import type { Bench } from '../case.ts';
import { id, pick, recordLines } from './data.ts';

/** Fields that are texts, in their order in rows. */
const texts = ['event_id', 'user_id', 'event_name', 'organization_id', 'project_id', 'session_id'];

export const rawEvents = {
  name: 'events',
  json_schema: {
    type: 'object',
    properties: {
      ...Object.fromEntries(['time', ...texts].map((name) => [name, { type: 'string' }])),
      segments: { type: 'array', items: { type: 'integer' } },
      properties: { type: 'object' },
    },
  },
};

/** Events of one day. @returns the path of their lines, of about 400 bytes each. */
export async function rawEventLines(bench: Bench, rows: number): Promise<string> {
  const user = pick('user', Math.max(1, Math.floor(rows / 8)));
  const sql = `
    SELECT
      CAST(1772323200000 + CAST(i * 86400000.0 / ${rows} AS BIGINT) AS VARCHAR) AS time,
      left(${id('event')}, 16) AS event_id,
      left(${id('user', user)}, 16) AS user_id,
      ['Pageview', 'PageviewEngagement', 'SlotViewable', 'LinkClick', 'VideoPlay'][1 + ${pick('name', 5)}] AS event_name,
      'publisher' AS organization_id,
      'be668577' AS project_id,
      left(${id('session', user)}, 8) AS session_id,
      list_transform(range(${pick('segments', 12)}), n -> CAST(hash(i, n) % 40000 AS INTEGER)) AS segments,
      {
        url: concat('/story-', ${pick('article', 20000)}, '-ü'),
        width: 320 + ${pick('width', 1600)},
        completion: round(${pick('completion', 1000)} / 1000.0, 3),
        subscriber: ${pick('subscriber', 10)} = 0,
        topic: CASE WHEN ${pick('topic', 3)} = 0 THEN NULL ELSE 'sport' END
      } AS properties
    FROM range(${rows}) AS numbers(i)`;
  return await recordLines(bench, rawEvents.name, sql);
}

/** Writes the events of the lines to `folder`, in files for each event and day. The types are given. */
export function splitSql(lines: string, folder: string): string {
  const kept = texts.filter((name) => !['event_name', 'organization_id'].includes(name));
  const types = [
    ...['time', ...texts].map((name) => `${name} VARCHAR`),
    'segments BIGINT[]',
    'properties STRUCT(url VARCHAR, width BIGINT, completion DOUBLE, subscriber BOOLEAN, topic VARCHAR)',
  ];
  const columns = `{type: 'VARCHAR', record: ${literal(`STRUCT(stream VARCHAR, data STRUCT(${types.join(', ')}))`)}}`;
  const fields = [...kept, 'segments', 'properties'].map((name) => `record.data.${name}`);
  return `COPY (
      SELECT make_timestamptz(CAST(record.data.time AS BIGINT) * 1000) AS time, ${fields.join(', ')}, record.data.event_name AS event,
        CAST(make_timestamp(CAST(record.data.time AS BIGINT) * 1000) AS DATE) AS day
      FROM read_json(${literal(lines)}, format = 'newline_delimited', columns = ${columns})
    ) TO ${literal(folder)} (FORMAT parquet, COMPRESSION snappy, PARTITION_BY (event, day), OVERWRITE_OR_IGNORE)`;
}

import assert from 'node:assert/strict';
import { test } from 'node:test';

import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';
import { parseSchema } from '@s3-connectors/common/singer/schema.ts';

test('a SCHEMA keeps a field called __proto__', () => {
  const line = '{"type":"SCHEMA","stream":"t","schema":{"properties":{"__proto__":{"type":"integer"}}}}';
  const { schema } = parseSchema(JSON.parse(line) as JsonObject);
  assert.deepEqual(Object.entries(schema['properties'] as JsonObject), [['__proto__', { type: 'integer' }]]);
});

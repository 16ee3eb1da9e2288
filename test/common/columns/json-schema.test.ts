// Column types and JSON schemas say the same, both ways.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import type { ColumnType } from '@s3-connectors/common/columns/column-type.ts';
import { columnsOfSchema, jsonSchema, jsonSchemaProperties } from '@s3-connectors/common/columns/json-schema.ts';
import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import type { JsonObject } from '@s3-connectors/common/protocol/messages.ts';

import { anyColumns, anyType } from '../../source-s3/columns/sql/support.ts';

function typeOf(schema: JsonObject): ColumnType | undefined {
  return columnsOfSchema({ properties: { c: schema } })[0]?.type;
}

suite('a JSON schema made of columns', () => {
  test('declares the same columns', () => {
    fc.assert(
      fc.property(anyColumns, (columns) => {
        const schema = { type: 'object', properties: jsonSchemaProperties(columns) };
        assert.deepEqual(columnsOfSchema(parseJson(JSON.stringify(schema)) as JsonObject), columns);
      }),
    );
  });

  test('is nullable at every level', () => {
    fc.assert(
      fc.property(anyType, (type) => {
        const nodes: unknown[] = [jsonSchema(type)];
        for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
          const { type: types, properties, items, additionalProperties } = node as Record<string, unknown>;
          assert.ok(Array.isArray(types) && types[0] === 'null' && types.length === 2);
          nodes.push(
            ...Object.values(properties ?? {}),
            ...[items, additionalProperties].filter((child) => child !== undefined),
          );
        }
      }),
    );
  });
});

suite('a JSON schema of others', () => {
  const cases: readonly (readonly [schema: JsonObject, type: ColumnType])[] = [
    [{}, { kind: 'string' }],
    [{ type: 'null' }, { kind: 'string' }],
    [{ type: ['string', 'integer'] }, { kind: 'string' }],
    [{ type: 'number', airbyte_type: 'integer' }, { kind: 'integer' }],
    [{ type: ['integer', 'null'] }, { kind: 'integer' }],
    [
      { type: 'string', format: 'date-time' },
      { kind: 'timestamp', utc: true },
    ],
    [{ type: 'string', format: 'time', airbyte_type: 'time_without_timezone' }, { kind: 'time' }],
    [{ type: 'string', format: 'uri' }, { kind: 'string' }],
    [{ type: 'array' }, { kind: 'list', items: { kind: 'string' } }],
    [{ type: 'object' }, { kind: 'struct', fields: [] }],
    [
      { type: 'object', additionalProperties: true },
      { kind: 'struct', fields: [] },
    ],
    [
      { type: 'object', properties: {}, additionalProperties: { type: 'integer' } },
      { kind: 'struct', fields: [] },
    ],
    [{ oneOf: [{ type: 'string' }, { type: 'integer' }] }, { kind: 'string' }],
  ];
  for (const [schema, type] of cases) {
    test(`${JSON.stringify(schema)} is a ${type.kind}`, () => {
      assert.deepEqual(typeOf(schema), type);
    });
  }

  test('without properties has no columns', () => {
    assert.deepEqual(columnsOfSchema({ type: 'object' }), []);
    assert.deepEqual(columnsOfSchema({ properties: [] }), []);
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { parseConfiguredCatalog } from '@s3-connectors/common/protocol/catalog.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

const json_schema = { type: 'object', properties: { id: { type: 'integer' } } };
const least = { stream: { name: 'users', json_schema }, sync_mode: 'full_refresh' };
const users = {
  name: 'users',
  jsonSchema: json_schema,
  syncMode: 'full_refresh',
  destinationSyncMode: 'append',
  cursorField: [],
  primaryKey: [],
};

function refusal(json: unknown): string {
  try {
    parseConfiguredCatalog(json);
  } catch (error) {
    assert.ok(error instanceof ConnectorError);
    assert.equal(error.code, 'CATALOG_INVALID');
    return error.message;
  }
  return 'accepted';
}

suite('parsing a configured catalog', () => {
  test('needs a name, a schema and a mode', () => {
    assert.deepEqual(parseConfiguredCatalog({ streams: [least] }), [users]);
    assert.deepEqual(parseConfiguredCatalog({ streams: [] }), []);
  });

  test('reads every field of the modern mode', () => {
    const entry = {
      stream: {
        name: 'users',
        namespace: 'crm',
        json_schema,
        supported_sync_modes: ['incremental'],
        is_resumable: true,
      },
      sync_mode: 'incremental',
      destination_sync_mode: 'overwrite',
      cursor_field: ['updated'],
      primary_key: [['id'], ['tenant', 'id']],
      generation_id: 3,
      minimum_generation_id: 0,
      sync_id: 12,
    };
    assert.deepEqual(parseConfiguredCatalog({ streams: [entry] }), [
      {
        name: 'users',
        namespace: 'crm',
        jsonSchema: json_schema,
        syncMode: 'incremental',
        destinationSyncMode: 'overwrite',
        cursorField: ['updated'],
        primaryKey: [['id'], ['tenant', 'id']],
        generationId: 3,
        minimumGenerationId: 0,
        syncId: 12,
      },
    ]);
  });

  test('reads PyAirbyte’s nulls as absent fields', () => {
    const entry = {
      stream: { ...least.stream, namespace: null, is_file_based: null, default_cursor_field: null },
      sync_mode: 'full_refresh',
      destination_sync_mode: null,
      cursor_field: null,
      primary_key: null,
      generation_id: null,
      minimum_generation_id: null,
      sync_id: null,
      include_files: null,
    };
    assert.deepEqual(parseConfiguredCatalog({ streams: [entry] }), [users]);
  });

  test('reads an empty namespace as no namespace', () => {
    assert.deepEqual(parseConfiguredCatalog({ streams: [{ ...least, stream: { ...least.stream, namespace: '' } }] }), [
      users,
    ]);
  });

  test('lists all mistakes in one message', () => {
    assert.equal(
      refusal({
        streams: [
          { ...least, sync_mode: 'INVALID' },
          { sync_mode: 'incremental', stream: { name: 'a' } },
        ],
      }),
      'The catalog is not valid: "streams[0].sync_mode" must be one of "full_refresh", "incremental"; ' +
        '"streams[1].stream.json_schema" is missing.',
    );
  });

  test('recognises the output of discover, and names the command for a configured catalog', () => {
    const catalog = { streams: [{ name: 'a', json_schema: {}, supported_sync_modes: ['full_refresh'] }] };
    const message = { type: 'CATALOG', catalog };
    for (const json of [catalog, message, [{ type: 'LOG' }, message]]) {
      assert.match(refusal(json), /^The catalog is the output of "discover".*"discover --configured"\.$/u);
    }
  });

  test('refuses a document that is not a catalog', () => {
    for (const json of [
      null,
      [],
      {},
      'x',
      { streams: {} },
      { streams: [7] },
      { streams: [{ ...least, sync_id: 1.5 }] },
    ]) {
      assert.match(refusal(json), /^The catalog is not valid: /u);
    }
  });

  test('refuses a stream that is configured twice, but not one name in two namespaces', () => {
    const inCrm = { ...least, stream: { ...least.stream, namespace: 'crm' } };
    assert.equal(parseConfiguredCatalog({ streams: [least, inCrm] }).length, 2);
    assert.equal(
      refusal({ streams: [inCrm, least, inCrm] }),
      'The catalog names the stream "crm.users" twice. Remove one of the two entries.',
    );
    const named = (namespace: string, name: string) => ({ ...least, stream: { ...least.stream, namespace, name } });
    assert.equal(parseConfiguredCatalog({ streams: [named('a\0b', 'c'), named('a', 'b\0c')] }).length, 2);
  });
});

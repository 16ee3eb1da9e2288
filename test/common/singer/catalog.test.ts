import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { allTapStreams, parseSingerCatalog, singerCatalogText } from '@s3-connectors/common/singer/catalog.ts';
import type { AirbyteCatalog, AirbyteStream, JsonObject } from '@s3-connectors/common/protocol/messages.ts';

const columns = { id: { type: ['null', 'integer'] }, text: { type: ['null', 'string'] }, at: { type: 'string' } };

function stream(name: string, namespace?: string): AirbyteStream {
  return {
    name,
    ...(namespace !== undefined && { namespace }),
    json_schema: { type: 'object', properties: columns },
    supported_sync_modes: ['full_refresh', 'incremental'],
    default_cursor_field: ['at'],
  };
}

/** The catalog as it is printed. */
function singerCatalog(catalog: AirbyteCatalog, withNamespace: boolean): JsonObject {
  return JSON.parse(Buffer.concat([...singerCatalogText(catalog, withNamespace)]).toString()) as JsonObject;
}

type Entry = {
  readonly tap_stream_id: string;
  metadata: { breadcrumb: readonly string[]; metadata: Record<string, unknown> }[];
};

/** The printed catalog with changes to metadata, by breadcrumb joined with dots. */
function edited(changes: Readonly<Record<string, JsonObject>>): unknown {
  const catalog = singerCatalog({ streams: [stream('t', 'lake')] }, false);
  for (const { metadata } of catalog['streams'] as unknown as Entry[]) {
    for (const entry of metadata) Object.assign(entry.metadata, changes[entry.breadcrumb.join('.')]);
  }
  return catalog;
}

function names(catalog: unknown): readonly string[] {
  return parseSingerCatalog(catalog).map(({ configured: { jsonSchema } }) =>
    Object.keys(jsonSchema['properties'] as JsonObject).join(),
  );
}

suite('the catalog of a tap', () => {
  test('returns as it was printed: every stream and column, incrementally', () => {
    const printed = singerCatalog({ streams: [stream('a', 'lake'), stream('b', 'lake')] }, false);
    const parsed = parseSingerCatalog(printed);
    assert.deepEqual(
      parsed.map(({ id }) => id),
      ['a', 'b'],
    );
    const [first] = parsed;
    assert.deepEqual(first?.configured, {
      name: 'a',
      namespace: 'lake',
      jsonSchema: { type: 'object', properties: columns },
      syncMode: 'incremental',
      destinationSyncMode: 'append',
      cursorField: [],
      primaryKey: [],
    });
  });

  test('is the same in pieces and in one text, and with and without a file', () => {
    for (const names of [[], ['a'], ['a', 'b\n"c']]) {
      const catalog = { streams: names.map((name) => stream(name, 'lake')) };
      const printed = singerCatalog(catalog, false);
      const text = Buffer.concat([...singerCatalogText(catalog, false)]).toString();
      if (names.length > 0) assert.equal(text, `${JSON.stringify(printed, null, 2)}\n`);
      assert.deepEqual(allTapStreams(catalog, false), parseSingerCatalog(printed));
    }
    const twins = { streams: [stream('b-c', 'a'), stream('c', 'a/b')] };
    assert.throws(() => singerCatalogText(twins, true).next(), /would both become the stream "a-b-c"/u);
  });

  test('keeps a column called __proto__', () => {
    const properties = JSON.parse('{"__proto__":{"type":"string"}}') as JsonObject;
    const printed = singerCatalog(
      { streams: [{ ...stream('t'), json_schema: { type: 'object', properties } }] },
      false,
    );
    assert.deepEqual(names(printed), ['__proto__']);
  });

  test('names the prefix if tables of several prefixes can have one name, and finds the table again', () => {
    const printed = singerCatalog({ streams: [stream('t', 'lake/daily'), stream('t', 'crm'), stream('root')] }, true);
    const parsed = parseSingerCatalog(printed);
    assert.deepEqual(
      parsed.map(({ id, configured: { name, namespace } }) => [id, namespace, name]),
      [
        ['lake-daily-t', 'lake/daily', 't'],
        ['crm-t', 'crm', 't'],
        ['root', undefined, 'root'],
      ],
    );
  });

  test('refuses two tables that would get one name', () => {
    const twins = { streams: [stream('b-c', 'a'), stream('c', 'a/b')] };
    assert.throws(() => singerCatalog(twins, true), /"a\.b-c" and "a\/b\.c" would both become the stream "a-b-c"/u);
  });

  const selections: readonly (readonly [what: string, changes: Record<string, JsonObject>, read: readonly string[]])[] =
    [
      ['leaves a stream out that is not selected', { '': { selected: false } }, []],
      ['leaves a column out that is not selected', { 'properties.text': { selected: false } }, ['id,at']],
      ['reads the cursor whatever is selected', { 'properties.at': { selected: false } }, ['id,text,at']],
      ['ignores what is unsupported', { 'properties.id': { inclusion: 'unsupported', selected: true } }, ['text,at']],
      [
        'lets a selection win over the default',
        { '': { 'selected-by-default': false, selected: true } },
        ['id,text,at'],
      ],
    ];
  for (const [what, changes, read] of selections) test(what, () => assert.deepEqual(names(edited(changes)), read));

  test('reads nothing of a stream that no metadata selects', () => {
    assert.deepEqual(names({ streams: [{ tap_stream_id: 't', schema: { properties: columns } }] }), []);
  });

  test('reads a stream fully if its replication method demands it, with a forced one before a chosen one', () => {
    const [chosen] = parseSingerCatalog(edited({ '': { 'replication-method': 'FULL_TABLE' } }));
    assert.equal(chosen?.configured.syncMode, 'full_refresh');
    const forced = { 'replication-method': 'FULL_TABLE', 'forced-replication-method': 'INCREMENTAL' };
    assert.equal(parseSingerCatalog(edited({ '': forced }))[0]?.configured.syncMode, 'incremental');
  });

  test('refuses another replication method and a document that is not a catalog, by name', () => {
    assert.throws(
      () => parseSingerCatalog(edited({ '': { 'replication-method': 'LOG_BASED' } })),
      /"t" .*"LOG_BASED"/u,
    );
    assert.throws(() => parseSingerCatalog({ streams: [{ schema: {} }] }), /tap_stream_id/u);
  });
});

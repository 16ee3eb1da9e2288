import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { encodeName } from '@s3-connectors/common/destination/files/key-part.ts';
import { manifestFolder } from '@s3-connectors/common/destination/replacing/manifest.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { parseConfig } from '@s3-connectors/common/protocol/config.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';

import { registryKey } from '../../../destination-s3-batch/src/columns/registry/registry.ts';
import { configSchema as batchSchema } from '../../../destination-s3-batch/src/config/config.ts';
import { layout as batch } from '../../../destination-s3-batch/src/layout/layout.ts';
import { eventTableName, isEventTable } from '../../../destination-s3-batch/src/rows/event-tables.ts';
import { configSchema as streamingSchema } from '../../../destination-s3-streaming/src/config/config.ts';
import { layout as streaming } from '../../../destination-s3-streaming/src/layout/layout.ts';
import { placeJson, type Json } from '../../support/destination-input.ts';

const runs = { seed: 20_260_115, numRuns: 2000 };
const hostile = [
  '.',
  '..',
  '...',
  '%2E',
  '%2e%2e',
  '..%2F',
  '/',
  '//',
  '/..',
  '../..',
  'a/../b',
  '\u0000',
  '\r\n',
  '\\',
  '\uffff',
];
const name = fc.oneof(
  fc.constantFrom(...hostile),
  fc.string({
    minLength: 1,
    maxLength: 6,
    unit: fc.constantFrom('.', '.', '/', '%', '2', 'E', '\\', '\u0000', 'a', '․', '\ufffe'),
  }),
  fc.string({ minLength: 1, unit: 'binary' }),
);

/** Folders of one part each, from which the name can be restored. */
function assertInside(key: string, before: string, text: string): void {
  assert.ok(key.startsWith(before) && key.endsWith('/'), key);
  const part = key.slice(before.length, -1);
  assert.doesNotMatch(part, /^\.+$|[/\\\p{Cc}\ufffe\uffff]/u, key);
  assert.equal(decodeURIComponent(part), text);
}

const parseBatch = (json: Json): unknown => parseConfig(batchSchema, json, silentLog);
const parseStreaming = (json: Json): unknown => parseConfig(streamingSchema, json, silentLog);

suite('a name in a key', () => {
  test('of whatever table or type is one folder that no client reads as another, in both destinations (2,000 names)', () => {
    fc.assert(
      fc.property(fc.constantFrom('', 'p/'), name, (prefix, text) => {
        assertInside(batch.place(prefix, text).folder, `${prefix}data/`, text);
        assertInside(batch.rejectedFolder(prefix, text), `${prefix}_rejected/`, text);
        assertInside(`${registryKey(prefix, text).slice(0, -'.json'.length)}/`, `${prefix}_schemas/`, text);
        assertInside(manifestFolder(prefix, batch.place(prefix, text).name), `${prefix}_manifests/`, text);
        assertInside(manifestFolder(prefix, streaming.place(prefix, text).name), `${prefix}_manifests/`, text);
        const { folder } = streaming.place(prefix, text);
        assert.ok(
          folder.startsWith(`${prefix}type=`) &&
            folder.slice(prefix.length).indexOf('/') === folder.length - prefix.length - 1,
        );
        assert.equal(decodeURIComponent(folder.slice(`${prefix}type=`.length, -1)), text);
      }),
      runs,
    );
  });

  test('keeps different names apart', () => {
    const pairs = fc.tuple(name, name).filter(([one, other]) => one !== other);
    fc.assert(
      fc.property(pairs, ([one, other]) => assert.notEqual(encodeName(one), encodeName(other))),
      runs,
    );
  });

  test('that is empty or not Unicode has no form', () => {
    for (const text of ['', '\ud800']) assert.throws(() => encodeName(text), RangeError);
  });

  test('of an event, whatever it is, gives a table of letters, digits and underscores (2,000 names)', () => {
    const event = fc.oneof(name, fc.constant(''), fc.string({ unit: fc.constantFrom('\ud800', '.', '/') }));
    fc.assert(
      fc.property(event, (text) => {
        const table = eventTableName(text);
        assert.match(table, /^[a-z0-9_]*_events$/u);
        assert.ok(isEventTable(table));
        assert.equal(encodeName(table), table);
      }),
      runs,
    );
  });

  test('of a worker can be neither a way up nor a folder, in both configs', () => {
    for (const worker of ['.', '..', 'a/b', 'a.b', '', '\u0000', 'é', 'a'.repeat(33)]) {
      for (const parse of [parseBatch, parseStreaming]) {
        const json = { ...placeJson({ endpoint: 'http://127.0.0.1:1' }), worker_id: worker };
        assert.throws(
          () => parse(json),
          (error) =>
            error instanceof ConnectorError && error.code === 'CONFIG_INVALID' && /worker_id/u.test(error.message),
        );
      }
    }
  });
});

// Replacements that fail with an error instead of a kill, and runs that replace while others do.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { emptyServer } from '../../support/empty-server.ts';
import { bucket, catalogJson, recordLine, stateLine, type Json } from '../../support/destination-input.ts';
import { jsonRows, keysBelow, runWrite } from '../support/batch.ts';
import { eventJson, publishedStream } from '../support/published.ts';

const config = { output_format: 'json' };
const overwrite = { destination_sync_mode: 'overwrite', sync_mode: 'full_refresh' };
const eventsCatalog = (more: Json = {}): Json => catalogJson({ ...publishedStream('events'), ...overwrite, ...more });

function events(...names: readonly string[]): readonly string[] {
  const lines = names.map((name, index) => recordLine('events', eventJson({ event_name: name, event_id: `${index}` })));
  return [...lines, stateLine('events', { names })];
}

function tables(keys: readonly string[]): readonly string[] {
  return [...new Set(keys.map((key) => key.split('/')[1] ?? ''))];
}

suite('a replacement that S3 refuses', () => {
  const running = emptyServer();

  test('for one of several tables of events acknowledges none of them', async () => {
    const server = running();
    await runWrite(server, events('Pageview', 'LinkClick', 'VideoPlay'), { catalog: eventsCatalog(), config });
    const old = server.objects(bucket, 'permutive/data/linkclick_events/').map(({ body }) => body.toString('hex'));
    const prefix = 'permutive/data/linkclick_events/';
    server.inject({ kind: 'error', code: 'AccessDenied', operation: 'CopyObject', prefix, times: Infinity });
    const { error, lines } = await runWrite(server, events('VideoPlay', 'Pageview', 'Pageview', 'LinkClick'), {
      catalog: eventsCatalog(),
      config,
    });
    assert.equal((error as { code?: string }).code, 'S3_ACCESS_DENIED');
    assert.deepEqual(lines, []);
    assert.deepEqual(
      server.objects(bucket, prefix).map(({ body }) => body.toString('hex')),
      old,
    );
  });
});

suite('two runs that replace', () => {
  const running = emptyServer();

  test('events of two namespaces: neither empties a table of the other', async () => {
    const server = running();
    const [a, b] = [eventsCatalog({ namespace: 'a' }), eventsCatalog({ namespace: 'b' })];
    await runWrite(server, events('Pageview', 'Search'), { catalog: a, config });
    await runWrite(server, events('LinkClick'), { catalog: b, config });
    await runWrite(server, events('Pageview'), { catalog: a, config });
    assert.deepEqual(tables(keysBelow(server)), ['linkclick_events', 'pageview_events']);
    await runWrite(server, events('VideoPlay'), { catalog: b, config });
    assert.deepEqual(tables(keysBelow(server)), ['pageview_events', 'videoplay_events']);
  });

  test('events and a table of another stream of the catalog: the table is not emptied with them', async () => {
    const server = running();
    await runWrite(server, events('Pageview', 'LinkClick'), { catalog: eventsCatalog(), config });
    const own = { name: 'linkclick_events', properties: {} };
    const { catalog } = { catalog: catalogJson({ ...publishedStream('events'), ...overwrite }, own) };
    const { error, failures } = await runWrite(
      server,
      [...events('Pageview'), recordLine('linkclick_events', { id: 7 }), stateLine('linkclick_events', {})],
      { catalog, config },
    );
    assert.deepEqual([error, failures], [undefined, []]);
    assert.equal(jsonRows(server, 'data/linkclick_events/').length, 2);
  });
});

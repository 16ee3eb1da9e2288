import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import { emptyServer } from '../../support/empty-server.ts';
import { catalogJson, type Json, recordLine, stateLine } from '../../support/destination-input.ts';
import { jsonRows, keysBelow, runWrite } from '../support/batch.ts';
import { eventJson, publishedStream } from '../support/published.ts';

const config = { output_format: 'json' };
const legacy: Json = { name: 'users', destination_sync_mode: 'overwrite', sync_mode: 'full_refresh' };

function users(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, index) => recordLine('users', { id: from + index })).join('');
}

function visit(id: number): string {
  return recordLine('visits', { id }) + stateLine('visits', {});
}

function ids(rows: readonly string[]): readonly number[] {
  return rows.map((row) => (JSON.parse(row) as { id: number }).id).sort((a, b) => a - b);
}

function events(...names: readonly string[]): readonly string[] {
  return [
    ...names.map((name, index) => recordLine('events', eventJson({ event_name: name, event_id: `e${index}` }))),
    stateLine('events', { names }),
  ];
}

type Summary = { readonly tables: readonly Readonly<Record<string, unknown>>[] };

function tablesOf(summary = '{}'): readonly unknown[] {
  const { tables } = JSON.parse(summary) as Summary;
  for (const { deleted_files, burst_seconds } of tables) {
    assert.equal(typeof burst_seconds, deleted_files === undefined ? 'undefined' : 'number');
  }
  return tables.map(({ table, rows, files, deleted_files }) => [table, rows, files, deleted_files]);
}

suite('overwriting', () => {
  const running = emptyServer();

  test('stages rows that the spool has no room for, and shows none of them before the end', async () => {
    const server = running();
    await runWrite(server, [users(0, 1), stateLine('users', {})], { catalog: catalogJson(legacy), config });
    const rows = Array.from({ length: 60 }, (_, id) => {
      return recordLine('users', { id, noise: randomBytes(750_000).toString('base64') });
    });
    let seen: readonly string[] = [];
    async function* input() {
      yield* rows;
      seen = [...keysBelow(server, 'data/'), `${keysBelow(server, '_staging/').length > 0}`];
      yield stateLine('users', {});
    }
    const { error } = await runWrite(server, input(), {
      catalog: catalogJson(legacy),
      config: { ...config, max_spool_gb: 0.05 },
    });
    assert.equal(error, undefined);
    assert.equal(seen.length, 2);
    assert.equal(seen[1], 'true');
    assert.deepEqual(ids(jsonRows(server, 'data/users/')), [...rows.keys()]);
  });

  test('refuses a stream that shrinks too much, and replaces the others', async () => {
    const server = running();
    const strict = { ...config, max_shrink_percent: 50 };
    const catalog = catalogJson(legacy, { ...legacy, name: 'visits' });
    await runWrite(server, [users(0, 10), stateLine('users', {}), visit(1)], { catalog, config: strict });
    const { error, failures, lines } = await runWrite(server, [users(0, 4), stateLine('users', {}), visit(2)], {
      catalog,
      config: strict,
    });
    assert.equal(error, undefined);
    assert.deepEqual(
      failures.map(({ code, stream, message }) => [code, stream?.name, /from 10 rows to 4/u.test(message)]),
      [['REPLACEMENT_REFUSED', 'users', true]],
    );
    assert.deepEqual([lines.length, lines[0]?.includes('visits')], [1, true]);
    assert.equal(ids(jsonRows(server, 'data/users/')).length, 10);
    assert.deepEqual(ids(jsonRows(server, 'data/visits/')), [2]);
    assert.deepEqual(keysBelow(server, '_staging/'), []);
  });

  test('refuses raw events that shrink too much together, before any of their tables has changed', async () => {
    const server = running();
    const catalog = catalogJson({ ...publishedStream('events'), destination_sync_mode: 'overwrite' });
    const strict = { ...config, max_shrink_percent: 50 };
    await runWrite(server, events('Apple', 'Pageview', 'Pageview', 'Pageview', 'Zoo'), { catalog, config: strict });
    const before = keysBelow(server);
    const refused = await runWrite(server, events('Apple', 'Zoo'), { catalog, config: strict });
    assert.deepEqual(
      refused.failures.map(({ code }) => code),
      ['REPLACEMENT_REFUSED'],
    );
    assert.deepEqual([keysBelow(server), keysBelow(server, '_staging/')], [before, []]);
    const rarer = await runWrite(server, events('Pageview', 'Pageview', 'Pageview'), { catalog, config: strict });
    assert.deepEqual(rarer.failures, []);
    assert.equal(keysBelow(server).length, 1);
  });

  test('of raw events empties the tables of events that do not occur any more', async () => {
    const server = running();
    const catalog = catalogJson({ ...publishedStream('events'), destination_sync_mode: 'overwrite' });
    await runWrite(server, events('Pageview', 'LinkClick'), { catalog, config });
    assert.equal(keysBelow(server).length, 2);
    await runWrite(server, events('Pageview', 'VideoPlay'), { catalog, config });
    const tables = keysBelow(server).map((key) => key.split('/')[1] ?? '');
    assert.deepEqual(tables, ['pageview_events', 'videoplay_events']);
  });

  test('says of each table what is there now, what is gone, and for how long both were', async () => {
    const server = running();
    const catalog = catalogJson({ ...publishedStream('events'), destination_sync_mode: 'overwrite' });
    await runWrite(server, events('Pageview', 'LinkClick'), { catalog, config });
    const { said } = await runWrite(server, events('Pageview', 'Pageview', 'VideoPlay'), { catalog, config });
    const messages = said.map(([, message]) => message);
    assert.equal(messages.filter((message) => message.startsWith('Replaced the table')).length, 3);
    assert.ok(messages.some((message) => /some of the 3 tables of "events" were new and others not/u.test(message)));
    assert.deepEqual(tablesOf(messages.at(-1)), [
      ['linkclick_events', 0, 0, 1],
      ['pageview_events', 2, 1, 1],
      ['videoplay_events', 1, 1, 0],
    ]);
  });

  test('counts no row of a stream that it did not replace', async () => {
    const { said } = await runWrite(running(), [users(0, 3)], { catalog: catalogJson(legacy), config });
    assert.deepEqual(tablesOf(said.at(-1)?.[1]), [['users', 0, 0, undefined]]);
  });
});

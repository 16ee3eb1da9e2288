// Replacements that fail with an error instead of a kill, and runs that replace while others do.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { emptyServer } from '../support/empty-server.ts';
import { bucket, catalogJson, recordLine, stateLine, type Json } from '../support/destination-input.ts';
import { jsonRows, keysBelow, runWrite } from './support/batch.ts';
import { eventJson, publishedStream } from './support/published.ts';

const config = { output_format: 'json' };
const overwrite = { destination_sync_mode: 'overwrite', sync_mode: 'full_refresh' };
const usersCatalog = catalogJson({ name: 'users', ...overwrite });
const eventsCatalog = (more: Json = {}): Json => catalogJson({ ...publishedStream('events'), ...overwrite, ...more });

function users(...ids: readonly number[]): readonly string[] {
  return [...ids.map((id) => recordLine('users', { id })), stateLine('users', { ids })];
}

function events(...names: readonly string[]): readonly string[] {
  const lines = names.map((name, index) => recordLine('events', eventJson({ event_name: name, event_id: `${index}` })));
  return [...lines, stateLine('events', { names })];
}

function exportIn(text = '{}'): unknown {
  return (JSON.parse(text) as { export?: string }).export;
}

function tables(keys: readonly string[]): readonly string[] {
  return [...new Set(keys.map((key) => key.split('/')[1] ?? ''))];
}

suite('a replacement that S3 refuses', () => {
  const running = emptyServer();

  for (const [operation, prefix] of [
    ['CopyObject', 'permutive/data/users/'],
    ['PutObject', 'permutive/_manifests/users/latest.json'],
    ['PutObject', 'permutive/_manifests/users/2'],
    ['HeadObject', 'permutive/_staging/'],
  ] as const) {
    for (const times of [1, Infinity]) {
      test(`at ${operation} of ${prefix}… (${times}×) fails the run, acknowledges nothing and keeps the previous rows`, async () => {
        const server = running();
        await runWrite(server, users(1, 2), { catalog: usersCatalog, config });
        const before = server.object(bucket, 'permutive/_manifests/users/latest.json')?.body.toString();
        server.inject({ kind: 'error', code: 'AccessDenied', operation, prefix, times });
        const { error, failures, lines } = await runWrite(server, users(3), { catalog: usersCatalog, config });
        const codes = [error, ...failures].map((one) => (one as { code?: string } | undefined)?.code);
        assert.ok(codes.includes('S3_ACCESS_DENIED'), codes.join());
        assert.deepEqual(lines, []);
        const after = server.object(bucket, 'permutive/_manifests/users/latest.json')?.body.toString();
        assert.equal(exportIn(after), exportIn(before));
        server.clearFaults();
        // What could not be cleared up at once is, by any run that comes next.
        await runWrite(server, [], { catalog: catalogJson('users'), config });
        assert.deepEqual(jsonRows(server, 'data/users/'), ['{"id":1}', '{"id":2}']);
        assert.deepEqual(keysBelow(server, '_staging/'), []);
      });
    }
  }

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

  test('at the same time by two worker ids: neither removes what the other has in staging', async () => {
    const server = running();
    const run = (worker: string, lines: readonly string[]) =>
      runWrite(server, lines, { catalog: usersCatalog, config: { ...config, worker_id: worker } });
    await run('a', users(1));
    let isPaused = false;
    let other: Awaited<ReturnType<typeof run>> | undefined;
    server.setHooks({
      async onRequest({ operation, key }) {
        if (isPaused || operation !== 'HeadObject' || !key.includes('/_staging/')) return;
        isPaused = true; // All of it is in staging.
        other = await run('b', users(2));
      },
    });
    const { error, failures, lines } = await run('a', users(3));
    assert.deepEqual([other?.error, other?.failures, other?.lines.length], [undefined, [], 1]);
    assert.deepEqual([error, failures, lines.length], [undefined, [], 1]);
    assert.deepEqual(jsonRows(server, 'data/users/'), ['{"id":3}']);
    assert.deepEqual(keysBelow(server, '_staging/'), []);
  });
});

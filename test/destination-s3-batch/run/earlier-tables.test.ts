// The tables that had rows of a stream before, and which of them are replaced or emptied with it. The same through complete runs:
// foreign-tables, unproven-tables and generation-tables.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { noteGeneration } from '@s3-connectors/common/destination/replacing/generation-record.ts';

import { layout } from '../../../destination-s3-batch/src/layout/layout.ts';
import { bucket } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import {
  events,
  leftAs,
  openerOf,
  others,
  outlived,
  overwritten,
  prefix,
  raw,
  signal,
  targetsOf,
} from '../support/earlier-tables.ts';
import { publishedStream } from '../support/published.ts';

suite('the tables of earlier runs', () => {
  const running = emptyServer();

  const opened = openerOf(running);

  test('are the table of its name alone for a stream that is not split, and nothing is asked of S3', async () => {
    await using it = await opened(targetsOf({ name: 'users', ...outlived }), [
      ['pageview_events', { stream: { name: 'users' } }],
    ]);
    const begun = await it.begin();
    assert.deepEqual(
      begun.map(({ place, generation, judge }) => [place.name, generation, judge]),
      [['users', 5, undefined]],
    );
    assert.deepEqual([...it.earlier.of(0)], ['users']);
    assert.equal(it.server.counts.total.requests, 0);
  });

  test('are not looked for where a stream is appended: nothing of it goes', async () => {
    await using it = await opened(targetsOf(publishedStream('events')), [['pageview_events', { stream: events }]]);
    const begun = await it.begin();
    assert.deepEqual(
      begun.map(({ place, generation, judge }) => [place.name, generation, judge]),
      [['events', undefined, undefined]],
    );
    assert.deepEqual([[...it.earlier.of(0)], [...it.earlier.foreignTo(0)]], [[], []]);
    assert.equal(it.server.counts.total.requests, 0);
  });

  test('are those that the registry names as its own; a table of two streams is foreign, and one that no split stream has is named', async () => {
    await using it = await opened(targetsOf(raw, { name: 'clicks_events' }), [
      ['clicks_events', { stream: events }],
      ['customers', { stream: events }],
      ['events', { stream: events }],
      ['pageview_events', { stream: events }],
      ['shared_events', { stream: events, also: others }],
      ['their_events', { stream: others }],
      ['theirs', { stream: others }],
    ]);
    // Places of known tables are not listed again.
    const place = layout.place(prefix, 'pageview_events');
    await noteGeneration(it.area, { place, generation: 4, stream: events }, signal);
    it.seed('pageview_events', 'clicks_events');
    const begun = await it.begin();
    assert.deepEqual(
      begun.map(({ place, judge }) => [place.name, judge !== undefined]),
      [
        ['events', true],
        ['pageview_events', true],
        ['clicks_events', false],
      ],
    );
    assert.deepEqual([...it.earlier.of(0)], ['events', 'pageview_events']);
    assert.deepEqual([...it.earlier.foreignTo(0)], ['shared_events', 'their_events']);
    const gone = (table: string) =>
      `WARN The table "${table}" is left as it is: _schemas/ says that its rows are of "events", which has no such table now.`;
    assert.deepEqual(it.lines, [gone('clicks_events'), gone('customers'), leftAs('shared_events', 'others')]);
  });

  test('are also those that are not in the registry, if the documents of their own places name the stream', async () => {
    await using it = await opened(targetsOf(overwritten));
    for (const [table, stream] of [
      ['mine_events', events],
      ['their_events', others],
    ] as const) {
      await noteGeneration(it.area, { place: layout.place(prefix, table), generation: 4, stream }, signal);
    }
    it.seed('mine_events', 'their_events', 'nobody_events', 'customers');
    it.server.seed(bucket, `${prefix}data/strange_events/of-somebody.csv`, 'x');
    await it.begin();
    assert.deepEqual([...it.earlier.of(0)], ['mine_events']);
    assert.deepEqual([...it.earlier.foreignTo(0)], ['nobody_events', 'their_events']);
    assert.deepEqual(it.lines, []);
  });

  test('skip one whose own documents cannot be read, and the run continues', async () => {
    await using it = await opened(targetsOf(overwritten));
    it.seed('odd_events');
    it.server.seed(bucket, `${prefix}_manifests/odd_events/latest.json`, 'no JSON');
    await it.begin();
    assert.deepEqual([[...it.earlier.of(0)], [...it.earlier.foreignTo(0)]], [[], ['odd_events']]);
    assert.deepEqual(it.refused, []);
  });

  test('are not decided where S3 denies the documents of a place: the run ends', async () => {
    await using it = await opened(targetsOf(overwritten));
    it.seed('odd_events');
    it.server.inject({
      operation: 'ListObjectsV2',
      prefix: `${prefix}_manifests/odd_events/`,
      kind: 'error',
      code: 'AccessDenied',
    });
    await assert.rejects(it.begin(), { code: 'S3_ACCESS_DENIED' });
  });

  test('are not known if a document of the registry is not of its table: its stream fails alone', async () => {
    await using it = await opened(targetsOf(raw, { name: 'users', ...outlived }));
    it.server.seed(
      bucket,
      `${prefix}_schemas/customers_events.json`,
      '{"version":1,"table":"x","stream":{"name":"events"},"fields":[]}',
    );
    const begun = await it.begin();
    assert.deepEqual(it.refused, [['events', 'BUCKET_DOCUMENT_INVALID']]);
    assert.deepEqual(
      begun.map(({ place }) => place.name),
      ['users'],
    );
  });

  test('end the run where S3 denies the registry', async () => {
    await using it = await opened(targetsOf(raw));
    it.server.inject({ operation: 'ListObjectsV2', kind: 'error', code: 'AccessDenied' });
    await assert.rejects(it.begin(), { code: 'S3_ACCESS_DENIED' });
    assert.deepEqual(it.refused, []);
  });

  test('have their registry verified before anything is touched', async () => {
    await using it = await opened(targetsOf(raw), [['pageview_events', { stream: events }]]);
    const [begun] = await it.begin();
    it.server.seed(bucket, `${prefix}_schemas/pageview_events.json`, '{}');
    await assert.rejects(async () => begun?.verify?.(it.area, signal), { code: 'BUCKET_DOCUMENT_INVALID' });
  });

  test('are judged by the documents of their places: another stream’s table is foreign from then on, an unknown one is unproven', async () => {
    const registry = ['a_events', 'b_events', 'c_events'].map((table) => [table, { stream: events }] as const);
    await using it = await opened(targetsOf(raw), registry);
    const [a, b, c] = await it.begin();
    assert.equal(a?.judge?.({ kind: 'other', name: 'others' }), false);
    assert.equal(b?.judge?.({ kind: 'unknown' }), true);
    assert.equal(c?.judge?.({ kind: 'stream' }), true);
    assert.deepEqual([[...it.earlier.of(0)], [...it.earlier.foreignTo(0)]], [['b_events', 'c_events'], ['a_events']]);
    assert.deepEqual(it.lines, [leftAs('a_events', 'others')]);
    assert.deepEqual(await it.earlier.proven(it.target, signal), ['c_events']);
    assert.equal(it.lines.length, 1, 'A table without files is left without a word.');
  });

  test('that are unproven and have files are left with a warning, unless they are replaced anyway', async () => {
    const registry = ['a_events', 'b_events'].map((table) => [table, { stream: events }] as const);
    await using it = await opened(targetsOf(raw), registry);
    for (const begun of await it.begin()) begun.judge?.({ kind: 'unknown' });
    it.seed('a_events', 'b_events');
    assert.deepEqual(await it.earlier.proven(it.target, signal, new Map([['b_events', 1]])), []);
    assert.deepEqual(it.lines, [
      'WARN The table "a_events" is left as it is: it got no rows, and nothing but _schemas/ says that its earlier ones are of "events". See "A table is left as it is" in docs/troubleshooting.md.',
    ]);
  });
});

import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';
import type { S3TestServer } from '../../tools/s3-server/types.ts';
import { catalogJson, recordLine, stateLine } from '../support/destination-input.ts';
import { jsonRows, keysBelow, queryParquet, runWrite } from './support/batch.ts';
import { eventJson, publishedStream } from './support/published.ts';
import { emptyServer } from '../support/empty-server.ts';

const json = { output_format: 'json' };

function dayFolders(date: Date): string {
  return `year=${date.getUTCFullYear()}/month=${date.getUTCMonth() + 1}/day=${date.getUTCDate()}/`;
}

suite('the published tables', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  test('of events are one for each event, in the batch schema', async () => {
    const input = [
      recordLine('events', eventJson({ cohorts: ['c1'], extra: 1, empty: null })),
      recordLine(
        'events',
        eventJson({ event_name: 'slot-clicked', time: '2026-01-15T14:30:00.123456Z', segments: null }),
      ),
    ];
    const { error, said } = await runWrite(server, input, {
      catalog: catalogJson(publishedStream('events')),
      config: json,
    });
    assert.equal(error, undefined);
    const [dropped] = said.filter(([, message]) => message.includes('no columns'));
    assert.match(dropped?.[1] ?? '', /: organization_id \(2\), extra \(1\)\.$/u);
    assert.deepEqual(jsonRows(server, 'data/pageview_events/year=2026/month=1/day=15/'), [
      '{"time":"2026-01-15T14:30:00.123Z","event_id":"e1","user_id":"u1","session_id":"s1","view_id":"v1","workspace_id":"w1","segments":[1,2],"cohorts":["c1"],"properties":{"client":{"url":"https://example.com/"}}}',
    ]);
    assert.deepEqual(jsonRows(server, 'data/slot_clicked_events/'), [
      '{"time":"2026-01-15T14:30:00.123456Z","event_id":"e1","user_id":"u1","session_id":"s1","view_id":"v1","workspace_id":"w1","properties":{"client":{"url":"https://example.com/"}}}',
    ]);
  });

  test('of events that share a name but for its case are one, with one warning', async () => {
    const names = ['Pageview', 'pageview', 'PAGEVIEW', 'Pageview'];
    const input = names.map((event_name) => recordLine('events', eventJson({ event_name })));
    const { said } = await runWrite(server, input, { catalog: catalogJson(publishedStream('events')), config: json });
    assert.equal(jsonRows(server, 'data/pageview_events/').length, 4);
    assert.equal(said.filter(([level]) => level === 'WARN').length, 1);
  });

  test('that would meet those of another stream go into other_events', async () => {
    const input = [
      recordLine('events', eventJson({ event_name: 'Other' })),
      recordLine('events', eventJson()),
      stateLine('events', {}),
      recordLine('pageview_events', { time: '2026-01-15', n: 1 }),
      stateLine('pageview_events', {}),
    ];
    const catalog = catalogJson(publishedStream('events'), 'pageview_events');
    const { failures, lines } = await runWrite(server, input, { catalog, config: json });
    assert.deepEqual(failures, []);
    assert.equal(lines.length, 2);
    assert.equal(jsonRows(server, 'data/other_events/').length, 2);
    assert.equal(jsonRows(server, 'data/pageview_events/').length, 1);
  });

  test('of sync_aliases are a row for each alias', async () => {
    const row = {
      time: '1665663771749',
      user_id: 'u',
      organization_id: 'o',
      project_id: 'w',
      aliases: [
        { id: 'a1', tag: 'email_sha256' },
        { tag: 'device_id', id: 'd"2', more: 1 },
      ],
    };
    await runWrite(server, [recordLine('sync_aliases', row), recordLine('sync_aliases', { ...row, aliases: [] })], {
      catalog: catalogJson(publishedStream('sync_aliases')),
      config: json,
    });
    assert.deepEqual(jsonRows(server, 'data/aliases/year=2022/month=10/day=13/'), [
      '{"time":"2022-10-13T12:22:51.749Z","event_type":"alias_sync","permutive_id":"u","id":"a1","tag":"email_sha256","workspace_id":"w"}',
      '{"time":"2022-10-13T12:22:51.749Z","event_type":"alias_sync","permutive_id":"u","id":"d\\"2","tag":"device_id","workspace_id":"w"}',
    ]);
  });

  test('of segment are in the folder of the day of the export, metadata as JSON text', async () => {
    const row = { id: 'i', code: 7, name: 'n', tags: ['t'], metadata: { description: 'é"' }, workspace: 'w' };
    const input = [recordLine('segment', row), stateLine('segment', {})];
    const catalog = catalogJson({ ...publishedStream('segment'), destination_sync_mode: 'overwrite' });
    const before = new Date();
    await runWrite(server, input, { catalog });
    const [key = ''] = keysBelow(server);
    assert.ok(
      [before, new Date()].some((date) => key.startsWith(`data/segment_metadata/${dayFolders(date)}`)),
      key,
    );
    assert.deepEqual(await queryParquet(server, 'data/', 'SELECT * FROM files'), [
      { number: '7', name: 'n', tags: ['t'], metadata: '{"description":"é\\""}', workspace_id: 'w' },
    ]);
  });

  test('set aside rows that break their schema, with the reason', async () => {
    const input = [
      recordLine('events', eventJson({ user_id: null })),
      recordLine('events', eventJson({ time: 'soon' })),
      recordLine('events', eventJson()),
      stateLine('events', {}),
    ];
    const { lines, said } = await runWrite(server, input, { catalog: catalogJson(publishedStream('events')) });
    assert.match(lines[0] ?? '', /"destinationStats":\{"recordCount":1\.0,"rejectedRecordCount":2\.0\}/u);
    const { records, rejected, rows, files } = JSON.parse(said.at(-1)?.[1] ?? '') as Readonly<Record<string, unknown>>;
    assert.deepEqual({ records, rejected, rows, files }, { records: 3, rejected: 2, rows: 1, files: 1 });
    const reasons = jsonRows(server, '_rejected/events/').map(
      (row) => /^\{"reason":"\w+","field":"\w+"/u.exec(row)?.[0],
    );
    assert.deepEqual(reasons, [
      '{"reason":"missing_field","field":"user_id"',
      '{"reason":"time_out_of_range","field":"time"',
    ]);
  });

  test('are not taken for their names alone', async () => {
    const { said } = await runWrite(server, [recordLine('events', { time: 1768487400123, x: 1 })], {
      catalog: catalogJson('events'),
      config: json,
    });
    assert.deepEqual(jsonRows(server, 'data/events/'), ['{"time":1768487400123,"x":1}']);
    assert.ok(said.some(([level, message]) => level === 'WARN' && message.includes('"event_id"')));
  });
});

suite('a week of properties that drift', () => {
  const running = emptyServer();

  test('can be read together, and each value is in its column or in the sibling', async () => {
    const server = running();
    const days: readonly (readonly object[])[] = [
      [{ n: 1, gone: 'yes', o: { a: 1 } }, { n: 2 }],
      [{ n: 1.5, o: { a: 2, b: 'new' } }],
      [{ n: 'three', o: [1, 2] }],
      [{ n: 4, o: 'text', later: [{ x: 1 }] }],
      [{ n: null, o: null, later: [{ x: 2, y: true }, { x: 'z' }] }],
      [{ n: [6], later: { x: 1 } }],
      [{ n: 7, gone: 7 }],
    ];
    for (const [index, rows] of days.entries()) {
      const lines = rows.map((properties) =>
        recordLine(
          'events',
          eventJson({ time: String(Date.UTC(2026, 0, 5 + index)), event_id: `${index}`, properties }),
        ),
      );
      const { error } = await runWrite(server, lines, { catalog: catalogJson(publishedStream('events')) });
      assert.equal(error, undefined);
    }
    const rows = await queryParquet(
      server,
      'data/pageview_events/',
      'SELECT to_json(properties)::VARCHAR AS p FROM files ORDER BY event_id, p',
    );
    const seen = rows.map(({ p }) => withoutNulls(JSON.parse(String(p))));
    assert.deepEqual(seen, [
      { n: 1, gone: 'yes', o: { a: 1 } },
      { n: 2 },
      { n__json: '1.5', o: { a: 2, b: 'new' } },
      { n__json: '"three"', o__json: '[1,2]' },
      { n: 4, o__json: '"text"', later: [{ x: 1 }] },
      { later: [{ x: 2, y: true }, { x__json: '"z"' }] },
      { n__json: '[6]', later__json: '{"x":1}' },
      { n: 7, gone: '7' },
    ]);
  });
});

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== null)
      .map(([name, member]) => [name, withoutNulls(member)]),
  );
}

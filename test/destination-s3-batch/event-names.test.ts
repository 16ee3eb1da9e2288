// Names of events that would have one table: the name is in the table's name, except for its case, or in the row.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';

import { parseJson } from '@s3-connectors/common/json/parse-json.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';
import { eventTableName, EventTables } from '../../destination-s3-batch/src/rows/event-tables.ts';
import { BatchTables } from '../../destination-s3-batch/src/tables/table.ts';
import { bucket, catalogJson, recordLine, stateLine, type Json } from '../support/destination-input.ts';
import { emptyServer } from '../support/empty-server.ts';
import { jsonRows, keysBelow, runWrite, type Ran } from './support/batch.ts';
import { eventJson, publishedStream } from './support/published.ts';

const config = { output_format: 'json' };

suite('names of events', () => {
  const running = emptyServer();

  async function run(...names: readonly string[]): Promise<Ran> {
    const records = names.map((event_name) =>
      recordLine('events', eventJson({ event_name, event_id: `${event_name} ${Math.random()}` })),
    );
    const input = [...records, stateLine('events', {})];
    return await runWrite(running(), input, { catalog: catalogJson(publishedStream('events')), config });
  }

  async function stored(...names: readonly string[]): Promise<Ran> {
    const ran = await run(...names);
    assert.deepEqual([ran.error, ran.failures, ran.lines.length], [undefined, [], 1]);
    return ran;
  }

  /** The names of the events in other_events. */
  function others(): readonly string[] {
    const rows = jsonRows(running(), 'data/other_events/').map((row) => parseJson(row) as Json);
    return rows.map((row) => String(row['event_name'])).sort();
  }

  function tables(): readonly string[] {
    return [...new Set(keysBelow(running()).map((key) => key.split('/')[1] ?? ''))];
  }

  test('without a Latin letter or a digit go into other_events with their name, in one run and in several', async () => {
    const ran = await stored('購入');
    await stored('閲覧');
    await stored('購入', '閲覧', '.', '\n', '', '_');
    assert.deepEqual(tables(), ['other_events']);
    assert.deepEqual(others(), ['', '\n', '.', '_', '購入', '購入', '閲覧', '閲覧']);
    const warnings = ran.said.filter(([level]) => level === 'WARN').map(([, text]) => text);
    assert.deepEqual(warnings.length, 1);
    assert.match(warnings[0] ?? '', /would have no letter and no digit/u);
    assert.doesNotMatch(ran.said.join('\n'), /購入/u);
  });

  test('that differ in signs: the first has the table, in this run and in later ones, and the others their name in the row', async () => {
    const first = await stored('A.B', 'a-b', 'a.b');
    await stored('a-b', 'a/b', 'A.B');
    assert.deepEqual(tables(), ['a_b_events', 'other_events']);
    assert.equal(jsonRows(running(), 'data/a_b_events/').length, 3);
    assert.deepEqual(others(), ['a-b', 'a-b', 'a/b']);
    assert.ok(first.said.some(([level, text]) => level === 'WARN' && /differs in signs/u.test(text)));
    assert.doesNotMatch(first.said.join('\n'), /a-b/u);
  });

  test('with a digit between letters of other scripts are distinguished', async () => {
    await stored('購入1');
    await stored('閲覧1', '購入1');
    assert.equal(jsonRows(running(), 'data/__1_events/').length, 2);
    assert.deepEqual(others(), ['閲覧1']);
  });

  test('keep sharing a table of an earlier version that did not store its name', async () => {
    await stored('A.B');
    const key = 'permutive/_schemas/a_b_events.json';
    const registry = running().object(bucket, key)?.body.toString() ?? '';
    assert.doesNotMatch(registry, /A\.B/u);
    running().seed(bucket, key, registry.replace(/"event":"[0-9a-f]{64}",/u, ''));
    const { said } = await stored('a-b', 'A.B');
    assert.equal(jsonRows(running(), 'data/a_b_events/').length, 3);
    assert.ok(said.some(([, text]) => text.startsWith('Several event names share the table "a_b_events"')));
    assert.doesNotMatch(running().object(bucket, key)?.body.toString() ?? '', /"event"/u);
  });

  test('of two runs at the same time that differ in signs: one fails, and succeeds when it is repeated', async () => {
    let other: Promise<Ran> | undefined;
    running().setHooks({
      async onRequest({ operation, key }) {
        if (operation !== 'PutObject' || !key.includes('/_schemas/') || other !== undefined) return;
        other = run('a-b');
        await other;
      },
    });
    const { failures, lines } = await run('A.B');
    running().setHooks({});
    assert.deepEqual([failures.map(({ code }) => code), lines], [['S3_OBJECT_CONFLICT'], []]);
    assert.equal(jsonRows(running(), 'data/a_b_events/').length, 1);
    await stored('A.B');
    assert.equal(jsonRows(running(), 'data/a_b_events/').length, 1);
    assert.deepEqual(others(), ['A.B']);
  });

  test('can be told from the table or the row, whatever they are and in whichever run they come; none changes its table', () => {
    const part = fc.constantFrom('a', 'B', '1', '_', '-', ' ', '.', '購', 'é', '\u212a', 'İ', '\ud800', '"', '\n');
    const name = fc.oneof(
      fc.array(part, { maxLength: 4 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary' }),
    );
    const runs = fc.array(fc.array(name, { maxLength: 12 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(runs, (all) => {
        const registered = new Map<string, string | undefined>();
        const seen = new Map<string, string>();
        const owners = new Map<string, string>();
        for (const names of all) {
          const tables = new BatchTables(['event_name']);
          const descriptor = { name: 'events' };
          const events = new EventTables({ prefix: '', stream: 0, descriptor, tables, log: silentLog });
          events.expect(registered, new Set());
          for (const event of names) {
            const json = Buffer.from(JSON.stringify(event));
            const table = events.tableOf(json, 0, json.length);
            assert.ok(table !== undefined);
            assert.equal(seen.get(event) ?? table.name, table.name);
            seen.set(event, table.name);
            if (table === events.other) continue;
            assert.equal(table.name, eventTableName(event));
            assert.equal(owners.get(table.name) ?? event.toLowerCase(), event.toLowerCase());
            owners.set(table.name, event.toLowerCase());
          }
          for (const { name: made, event } of tables.all) if (!registered.has(made)) registered.set(made, event);
        }
      }),
      { seed: 6, numRuns: 1000 },
    );
  });
});

// Tables of other streams below the same prefix: the name of an event never decides whether their files are deleted.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { systemClock, type Clock } from '@s3-connectors/common/streams/clock.ts';

import { bucket, catalogJson, recordLine, stateLine, statusLine, type Json } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { jsonRows, keysBelow, runWrite, type Ran } from '../support/batch.ts';
import { eventJson, publishedStream } from '../support/published.ts';

const config = { output_format: 'json' };
const modes = ['append', 'overwrite', 'generation'] as const;
type Mode = (typeof modes)[number];
/** A generation waits for a second so that a rewritten file has another time. None is rewritten here. */
const clock: Clock = { ...systemClock, after: (ms, back) => systemClock.after(ms === 1000 ? 0 : ms, back) };
const replacing = ['overwrite', 'generation'] as const;

function succession(mode: Mode, id: number): Json {
  if (mode === 'overwrite') return { destination_sync_mode: 'overwrite', sync_mode: 'full_refresh' };
  if (mode === 'append') return {};
  return { generation_id: id, minimum_generation_id: id, sync_id: 10 + id };
}

suite('a table that another stream wrote', () => {
  const running = emptyServer();

  /** A run of raw events. `names`: by the id of each event. */
  async function events(names: Json, mode: Mode, { id = 5, namespace }: { id?: number; namespace?: string } = {}) {
    const of = namespace === undefined ? {} : { namespace };
    const catalog = catalogJson({ ...publishedStream('events'), ...of, ...succession(mode, id) });
    const records = Object.entries(names).map(([event_id, event_name]) =>
      recordLine('events', eventJson({ event_id, event_name })),
    );
    return await said([...records, stateLine('events', { id }), statusLine('events', 'COMPLETE')], catalog);
  }

  /** A run of one stream that has its own table. */
  async function plain(table: string, rowId: string, mode: Mode, id = 5): Promise<Ran> {
    const catalog = catalogJson({ name: table, ...succession(mode, id) });
    const lines = [recordLine(table, { event_id: rowId }), stateLine(table, { id }), statusLine(table, 'COMPLETE')];
    return await said(lines, catalog);
  }

  async function said(input: readonly string[], catalog: Json): Promise<Ran> {
    const ran = await runWrite(running(), input, { catalog, config, clock });
    assert.deepEqual([ran.error, ran.failures, ran.lines.length], [undefined, [], 1]);
    return ran;
  }

  /** The ids of all rows in a folder. */
  function idsIn(folder: string): readonly string[] {
    return jsonRows(running(), folder).map((row) => /"event_id":"([^"]*)"/u.exec(row)?.[1] ?? row);
  }

  for (const mode of replacing) {
    for (const theirs of modes) {
      test(`by ${theirs} keeps its rows when raw events of its name come by ${mode}`, async () => {
        await plain('pageview_events', 'theirs', theirs);
        const ran = await events({ ours: 'Pageview', free: 'Free' }, mode, { id: 6 });
        assert.deepEqual(idsIn('data/pageview_events/'), ['theirs']);
        assert.match(jsonRows(running(), 'data/other_events/').join(), /"event_name":"Pageview","event_id":"ours"/u);
        assert.deepEqual(idsIn('data/free_events/'), ['free']);
        const warned = ran.said.filter(([level, text]) => level === 'WARN' && /A table is left as it is/u.test(text));
        assert.equal(warned.length, 1);
        await events({ later: 'Pageview' }, mode, { id: 7 });
        assert.deepEqual(idsIn('data/pageview_events/'), ['theirs']);
        assert.deepEqual([idsIn('data/other_events/'), idsIn('data/free_events/')], [['later'], []]);
      });

      test(`by ${theirs} keeps its rows although raw events were appended to it before they come by ${mode}`, async () => {
        await plain('pageview_events', 'theirs', theirs);
        await events({ joined: 'Pageview' }, 'append');
        await events({ ours: 'Pageview' }, mode, { id: 6 });
        await events({ later: 'Other' }, mode, { id: 7 });
        assert.deepEqual(idsIn('data/pageview_events/').toSorted(), ['joined', 'theirs']);
      });

      test(`by ${theirs} keeps its rows although raw events had the table before, by ${mode}`, async () => {
        await events({ first: 'Pageview' }, mode);
        await plain('pageview_events', 'theirs', theirs, 8);
        await events({ ours: 'Pageview' }, mode, { id: 9 });
        await events({ later: 'Other' }, mode, { id: 10 });
        assert.ok(idsIn('data/pageview_events/').includes('theirs'));
      });
    }

    test(`as other_events keeps its rows: events by ${mode} without a table are set aside`, async () => {
      await plain('other_events', 'theirs', 'append');
      await events({ long: 'x'.repeat(300), named: 'Other', free: 'Free' }, mode);
      assert.deepEqual([idsIn('data/other_events/'), idsIn('data/free_events/')], [['theirs'], ['free']]);
      assert.equal(jsonRows(running(), '_rejected/events/').length, 2);
      const { said } = await events({ named: 'Other' }, mode, { id: 6 });
      assert.ok(said.some(([level, text]) => level === 'WARN' && /are set aside \(no_table\)/u.test(text)));
    });

    test(`as raw events of another namespace keeps its rows when events come by ${mode}`, async () => {
      await events({ a: 'Pageview' }, mode, { namespace: 'a' });
      await events({ b: 'Pageview' }, mode, { namespace: 'b', id: 6 });
      await events({ c: 'Search' }, mode, { namespace: 'b', id: 7 });
      assert.deepEqual(idsIn('data/pageview_events/'), ['a']);
      await events({ d: 'Pageview' }, mode, { namespace: 'a', id: 8 });
      assert.deepEqual([idsIn('data/pageview_events/'), idsIn('data/search_events/')], [['d'], ['c']]);
    });

    test(`and of which nothing says whose it is keeps its files when events come by ${mode}`, async () => {
      await plain('pageview_events', 'theirs', 'append');
      running().remove(bucket, 'permutive/_schemas/pageview_events.json');
      await events({ ours: 'Pageview' }, mode);
      assert.deepEqual([idsIn('data/pageview_events/'), idsIn('data/other_events/')], [['theirs'], ['ours']]);
    });

    test(`does not count as one whose types alone were moved away before events come by ${mode}`, async () => {
      await events({ first: 'Pageview' }, mode);
      running().remove(bucket, 'permutive/_schemas/pageview_events.json');
      await events({ second: 'Pageview' }, mode, { id: 6 });
      assert.deepEqual(idsIn('data/pageview_events/'), ['second']);
      running().remove(bucket, 'permutive/_schemas/pageview_events.json');
      await events({ third: 'Other' }, mode, { id: 7 });
      assert.deepEqual(idsIn('data/pageview_events/'), []);
    });
  }

  test('while events were on their way keeps its rows: the replacement is refused, and the next run goes around it', async () => {
    await events({ first: 'Pageview' }, 'overwrite');
    let other: Promise<unknown> | undefined;
    running().setHooks({
      async onRequest({ operation, key }) {
        if (other !== undefined || operation !== 'HeadObject' || !key.includes('/_staging/')) return;
        other = plain('pageview_events', 'theirs', 'append');
        await other;
      },
    });
    const catalog = catalogJson({ ...publishedStream('events'), ...succession('overwrite', 5) });
    const input = [recordLine('events', eventJson({ event_id: 'second' })), stateLine('events', {})];
    const { failures, lines } = await runWrite(running(), input, { catalog, config });
    running().setHooks({});
    assert.deepEqual([failures.map(({ code }) => code), lines], [['S3_OBJECT_CONFLICT'], []]);
    assert.match(String(failures[0]), /"pageview_events" wrote to the table "pageview_events" while this run/u);
    assert.deepEqual(idsIn('data/pageview_events/').toSorted(), ['first', 'theirs']);
    await events({ third: 'Pageview' }, 'overwrite');
    assert.deepEqual(idsIn('data/pageview_events/').toSorted(), ['first', 'theirs']);
    assert.deepEqual(idsIn('data/other_events/'), ['third']);
  });

  test('while a generation of events was under way keeps its rows', async () => {
    await events({ first: 'Pageview' }, 'generation', { id: 5 });
    let other: Promise<unknown> | undefined;
    running().setHooks({
      async onRequest({ operation, key }) {
        if (other !== undefined || operation !== 'ListObjectsV2' || key !== 'permutive/data/pageview_events/') return;
        other = plain('pageview_events', 'theirs', 'append');
        await other;
      },
    });
    await events({ second: 'Search' }, 'generation', { id: 6 });
    assert.ok(other !== undefined);
    running().setHooks({});
    assert.ok(idsIn('data/pageview_events/').includes('theirs'));
  });

  test(
    'keeps each row whatever runs came before, and each event is stored or set aside',
    { timeout: 300_000 },
    async () => {
      const stream = fc.constantFrom('a', 'b', 'pageview_events', 'other_events');
      const name = fc.constantFrom('Pageview', 'Search', 'Other', '購入');
      const run = fc.record({ stream, mode: fc.constantFrom(...modes), names: fc.array(name, { maxLength: 3 }) });
      await fc.assert(
        fc.asyncProperty(fc.array(run, { minLength: 2, maxLength: 5 }), async (runs) => {
          for (const { key } of running().objects(bucket)) running().remove(bucket, key);
          /** The writer of each row. */
          const owners = new Map<string, string>();
          for (const [index, { stream: who, mode, names }] of runs.entries()) {
            const before = [...idsIn('data/'), ...idsIn('_rejected/')];
            const ids = names.map((_, number) => `${index}-${number}`);
            for (const id of ids) owners.set(id, who);
            const isSplit = who.length === 1;
            if (isSplit) {
              await events(Object.fromEntries(names.map((event, number) => [ids[number] ?? '', event])), mode, {
                id: index + 2,
                namespace: who,
              });
            } else {
              owners.set(`${index}-0`, who);
              await plain(who, `${index}-0`, mode, index + 2);
            }
            const after = new Set([...idsIn('data/'), ...idsIn('_rejected/')]);
            for (const id of isSplit ? ids : [`${index}-0`]) assert.ok(after.has(id), `${id} is stored`);
            if (isSplit) {
              for (const id of before)
                if (owners.get(id) !== who) assert.ok(after.has(id), `${id} was deleted by ${who}`);
            }
          }
        }),
        { seed: 8, numRuns: 40 },
      );
    },
  );

  test('is replaced by a stream whose table it is by the config, with a warning the first time', async () => {
    await events({ first: 'Pageview' }, 'overwrite');
    const warned: number[] = [];
    for (const id of ['second', 'third']) {
      const { said } = await plain('pageview_events', id, 'overwrite');
      assert.deepEqual(idsIn('data/pageview_events/'), [id]);
      warned.push(
        said.filter(([level, text]) => level === 'WARN' && text.includes('those of the stream "events"')).length,
      );
    }
    assert.deepEqual(warned, [1, 0]);
  });

  test('is not made of events that are appended: these join the table of their name', async () => {
    await plain('pageview_events', 'theirs', 'append');
    await events({ joined: 'Pageview' }, 'append');
    assert.deepEqual(idsIn('data/pageview_events/').toSorted(), ['joined', 'theirs']);
    assert.equal(keysBelow(running(), 'data/other_events/').length, 0);
  });
});

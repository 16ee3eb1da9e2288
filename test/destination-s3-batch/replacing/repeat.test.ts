// The same day exported twice, as by a retry or a backfill: the result, and what the log reports.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { catalogJson, recordLine, stateLine, type Json } from '../../support/destination-input.ts';
import { keysBelow, queryParquet, runWrite, type Ran } from '../support/batch.ts';
import { eventJson, publishedStream } from '../support/published.ts';
import { emptyServer } from '../../support/empty-server.ts';

const day = Date.UTC(2026, 0, 15);
/** Values of all kinds in one field, so that the second run finds types that the first did not. */
const drifting = [1, 'two', 3.5, { four: 4 }, [5]];
const visits = drifting.map((value, index) =>
  recordLine('visits', { time: day + index, id: index, value }, Date.now() + index),
);
const events = ['Pageview', 'LinkClick', 'Pageview'].map((event_name, index) =>
  recordLine('events', eventJson({ event_name, event_id: `e${index}`, time: String(day + index) })),
);
const overwritten: Json = { destination_sync_mode: 'overwrite', sync_mode: 'full_refresh' };

function messages({ said }: Ran): string {
  return said.map(([, message]) => message).join('\n');
}

suite('the same day exported twice', () => {
  const running = emptyServer();

  async function exported(stream: Json, lines: readonly string[]): Promise<Ran> {
    const ran = await runWrite(running(), lines, { catalog: catalogJson(stream) });
    assert.deepEqual([ran.error, ran.failures, ran.lines.length], [undefined, [], 1]);
    return ran;
  }

  async function countOf(folder: string, id: string): Promise<unknown> {
    const sql = `SELECT count(*)::INTEGER AS rows, count(DISTINCT ${id})::INTEGER AS ids FROM files`;
    return (await queryParquet(running(), folder, sql))[0];
  }

  test('is there once when it is overwritten, and the log says so', async () => {
    const stream = { name: 'visits', ...overwritten };
    const lines = [...visits, stateLine('visits', { n: 5 })];
    await exported(stream, lines);
    const [first] = keysBelow(running());
    const again = await exported(stream, lines);
    assert.match(messages(again), /"visits": 1 file with 5 rows stored, 0 files deleted/u);
    assert.deepEqual(keysBelow(running()), [first]);
    const other = await exported(stream, [...visits.slice(1), stateLine('visits', { n: 4 })]);
    assert.match(messages(other), /"visits": 1 file with 4 rows stored, 1 file deleted/u);
    assert.deepEqual(await countOf('data/visits/', 'id'), { rows: 4, ids: 4 });
  });

  test('is there once when raw events are overwritten, in all their tables', async () => {
    const stream = { ...publishedStream('events'), ...overwritten };
    for (const state of [{ n: 1 }, { n: 1 }, { n: 2 }]) {
      await exported(stream, [...events, stateLine('events', state)]);
      assert.deepEqual(await countOf('data/pageview_events/', 'event_id'), { rows: 2, ids: 2 });
      assert.deepEqual(await countOf('data/linkclick_events/', 'event_id'), { rows: 1, ids: 1 });
    }
  });

  test('is there once when it is appended by rows and STATEs that are the same, also after a run that failed', async () => {
    const stream = { name: 'visits' };
    const lines = [stateLine('visits', { n: 0 }), ...visits, stateLine('visits', { n: 5 })];
    running().inject({
      kind: 'error',
      code: 'AccessDenied',
      operation: 'PutObject',
      prefix: 'permutive/data/',
      skip: 1,
    });
    const twoDays = [lines[0] ?? '', recordLine('visits', { time: day - 86_400_000, id: 9 }), ...lines.slice(1)];
    const failed = await runWrite(running(), twoDays, { catalog: catalogJson(stream) });
    assert.match(String(failed.error), /access denied/u);
    for (let run = 0; run < 2; run += 1) {
      const { lines: states, error } = await runWrite(running(), twoDays, { catalog: catalogJson(stream) });
      assert.deepEqual([error, states.length], [undefined, 2]);
      assert.deepEqual(await countOf('data/visits/', 'id'), { rows: 6, ids: 6 });
    }
  });

  test('is there twice when it is appended from another STATE, as the README says', async () => {
    const stream = { name: 'visits' };
    await exported(stream, [...visits, stateLine('visits', { n: 5 })]);
    const again = [stateLine('visits', { n: 5 }), ...visits, stateLine('visits', { n: 10 })];
    await runWrite(running(), again, { catalog: catalogJson(stream) });
    assert.deepEqual(await countOf('data/visits/', 'id'), { rows: 10, ids: 5 });
  });

  test('is there twice when it is appended to be without duplicates, since only those of one run are known, and the log says so', async () => {
    const stream = { name: 'visits', destination_sync_mode: 'append_dedup', primary_key: [['id']] };
    const first = await exported(stream, [...visits, ...visits, stateLine('visits', { n: 5 })]);
    assert.match(messages(first), /only duplicates of the same run, table and day are removed/u);
    assert.deepEqual(await countOf('data/visits/', 'id'), { rows: 5, ids: 5 });
    await runWrite(running(), [stateLine('visits', { n: 5 }), ...visits], { catalog: catalogJson(stream) });
    assert.deepEqual(await countOf('data/visits/', 'id'), { rows: 10, ids: 5 });
  });
});

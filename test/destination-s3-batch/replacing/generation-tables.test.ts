// A generation of raw events that takes several runs, with events for tables that did not exist when it began.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { catalogJson, recordLine, stateLine, statusLine, type Json } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { jsonRows, runWrite } from '../support/batch.ts';
import { eventJson, publishedStream } from '../support/published.ts';

const config = { output_format: 'json' };

function catalogOf(generation: number): Json {
  const ids = { generation_id: generation, minimum_generation_id: generation, sync_id: 10 + generation };
  return catalogJson({ ...publishedStream('events'), destination_sync_mode: 'append', ...ids });
}

function event(name: string, id: string): string {
  return recordLine('events', eventJson({ event_name: name, event_id: id })) + stateLine('events', { id });
}

const complete = statusLine('events', 'COMPLETE');

suite('a generation of raw events', () => {
  const running = emptyServer();

  test('keeps what its first run acknowledged in a new table, when a later run completes it', async () => {
    const server = running();
    const first = await runWrite(server, [event('Pageview', 'a')], { catalog: catalogOf(5), config });
    assert.deepEqual([first.error, first.failures, first.lines.length], [undefined, [], 1]);
    const second = await runWrite(server, [event('LinkClick', 'b'), complete], { catalog: catalogOf(5), config });
    assert.deepEqual([second.error, second.failures], [undefined, []]);
    assert.equal(jsonRows(server, 'data/pageview_events/').length, 1, 'an acknowledged row was deleted');
    assert.equal(jsonRows(server, 'data/linkclick_events/').length, 1);
    await runWrite(server, [event('LinkClick', 'c'), complete], { catalog: catalogOf(6), config });
    assert.deepEqual(jsonRows(server, 'data/pageview_events/'), []);
    assert.match(jsonRows(server, 'data/linkclick_events/').join(), /"event_id":"c"/u);
    assert.equal(jsonRows(server, 'data/linkclick_events/').length, 1);
  });
});

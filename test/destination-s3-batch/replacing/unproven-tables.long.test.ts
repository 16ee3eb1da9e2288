// Tables of raw events whose owner is known only from `_schemas/`: forged, or left over.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { bucket, catalogJson, recordLine, stateLine, statusLine, type Json } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { jsonRows, keysBelow, runWrite } from '../support/batch.ts';
import { eventJson, publishedStream } from '../support/published.ts';

const config = { output_format: 'json' };
const foreign = 'permutive/data/customers_events/year=2026/month=1/day=15/1700000000000-0123456789abcdef-0.json.gz';
const registry = 'permutive/_schemas/customers_events.json';
const forged = JSON.stringify({
  version: 1,
  table: 'customers_events',
  stream: { name: 'events' },
  fields: [{ name: 'id', type: 'integer' }],
});

function generation(id: number): Json {
  return { destination_sync_mode: 'append', generation_id: id, minimum_generation_id: id, sync_id: 10 + id };
}
const overwrite = (): Json => ({ destination_sync_mode: 'overwrite', sync_mode: 'full_refresh' });
const catalogOf = (mode: Json): Json => catalogJson({ ...publishedStream('events'), ...mode });

function events(...names: readonly string[]): string {
  const records = names.map((name, index) =>
    recordLine('events', eventJson({ event_name: name, event_id: `${index}` })),
  );
  return [...records, stateLine('events', { names }), statusLine('events', 'COMPLETE')].join('');
}

function isLeft([level, message]: readonly [string, string]): boolean {
  return level === 'WARN' && message.startsWith('The table "customers_events" is left as it is: it got no rows');
}

suite('a table that only _schemas/ says to be of raw events', () => {
  const running = emptyServer();

  for (const [what, mode] of [
    ['overwritten', overwrite],
    ['replaced by generation', generation],
  ] as const) {
    test(`keeps its files when the events are ${what}, run after run, with a warning that names it`, async () => {
      const server = running();
      server.seed(bucket, foreign, 'live');
      server.seed(bucket, registry, forged);
      for (const run of [5, 6, 7]) {
        const { error, failures, said } = await runWrite(server, [events('Pageview')], {
          catalog: catalogOf(mode(run)),
          config,
        });
        assert.deepEqual([error, failures], [undefined, []]);
        assert.equal(server.object(bucket, foreign)?.body.toString(), 'live');
        assert.equal(said.filter(isLeft).length, 1);
      }
      assert.equal(jsonRows(server, 'data/pageview_events/').length, 1);
    });

    test(`gets no document and no warning when the events are ${what} and it has no files`, async () => {
      const server = running();
      server.seed(bucket, registry, forged);
      const { failures, said } = await runWrite(server, [events('Pageview')], { catalog: catalogOf(mode(5)), config });
      assert.deepEqual([failures, said.filter(isLeft)], [[], []]);
      assert.equal(server.object(bucket, 'permutive/_manifests/customers_events/latest.json'), undefined);
    });

    test(`is emptied when the events are ${what}, once rows of them came to it`, async () => {
      const server = running();
      server.seed(bucket, registry, forged);
      await runWrite(server, [events('Pageview', 'Customers')], { catalog: catalogOf(mode(5)), config });
      assert.equal(keysBelow(server, 'data/customers_events/').length, 1);
      await runWrite(server, [events('Pageview')], { catalog: catalogOf(mode(6)), config });
      assert.deepEqual(keysBelow(server, 'data/customers_events/'), []);
      assert.equal(jsonRows(server, 'data/pageview_events/').length, 1);
    });
  }

  test('loses the rows from before a generation when rows of that come to it', async () => {
    const server = running();
    await runWrite(server, [events('Pageview')], { catalog: catalogOf({}), config });
    await runWrite(server, [events('Pageview')], { catalog: catalogOf(generation(5)), config });
    assert.equal(jsonRows(server, 'data/pageview_events/').length, 1);
  });
});

// A run of several writers of the batch destination that share more than a folder: the types of a table, and tables of split
// events.
import assert from 'node:assert/strict';
import { beforeEach, suite, test } from 'node:test';

import type { S3TestServer } from '../../../tools/s3-server/types.ts';
import { bucket, catalogJson, recordLine, stateLine, statusLine } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import { keysBelow, queryParquet, runWrite } from '../support/batch.ts';
import { eventJson, publishedStream } from '../support/published.ts';

const modern = { destination_sync_mode: 'overwrite', generation_id: 1, minimum_generation_id: 1, sync_id: 7 };

suite('a run of several writers of the batch destination', () => {
  const running = emptyServer();
  let server: S3TestServer;
  beforeEach(() => (server = running()));

  const ended = (stream: string, part: number) => stateLine(stream, { part }) + statusLine(stream, 'COMPLETE');

  test('writes Parquet at the same time, with fields that only some have, and commits once', async () => {
    const catalog = catalogJson({ name: 'users', ...modern });
    const count = 5;
    const input = (index: number) => {
      const row = { id: index, [`field_${index % 2}`]: `text ${index}`, nested: { [`n${index}`]: index } };
      return recordLine('users', row) + ended('users', index);
    };
    const runs = await Promise.all(
      Array.from({ length: count }, (_, index) => {
        return runWrite(server, [input(index)], { catalog, config: { run: { id: 'r', index, count } } });
      }),
    );
    assert.deepEqual(
      runs.map(({ error, failures }) => [error, failures]),
      runs.map(() => [undefined, []]),
    );
    assert.equal(runs.flatMap(({ lines }) => lines).length, count);
    const rows = await queryParquet(
      server,
      'data/users/',
      'select id, field_0, field_1, nested.n3 as n3 from files order by id',
    );
    assert.deepEqual(
      rows.map(({ id, field_0, field_1, n3 }) => [Number(id), field_0 ?? field_1, n3 === null ? null : Number(n3)]),
      Array.from({ length: count }, (_, index) => [index, `text ${index}`, index === 3 ? 3 : null]),
    );
    const latest = JSON.parse(
      server.object(bucket, 'permutive/_manifests/users/latest.json')?.body.toString() ?? '',
    ) as {
      readonly schema: { readonly fields: readonly { readonly name: string }[] };
    };
    assert.deepEqual(latest.schema.fields.map(({ name }) => name).toSorted(), ['field_0', 'field_1', 'id', 'nested']);
    assert.deepEqual(keysBelow(server, '_staging/'), []);
  });

  test('replaces the tables of split events together, and empties those that get no rows any more', async () => {
    const catalog = catalogJson({ ...publishedStream('events'), ...modern });
    const run = async (id: string, ...names: readonly (readonly string[])[]) => {
      for (const [index, events] of names.entries()) {
        const rows = events.map((event) => recordLine('events', eventJson({ event_name: event }))).join('');
        const config = { output_format: 'json', run: { id, index, count: names.length } };
        const { error, failures } = await runWrite(server, [rows + ended('events', index)], { catalog, config });
        assert.deepEqual([error, failures], [undefined, []]);
      }
    };
    const tables = () => [...new Set(keysBelow(server).map((key) => key.split('/')[1]))];
    await run('a', ['Pageview'], ['LinkClick', 'Pageview']);
    assert.deepEqual(tables(), ['linkclick_events', 'pageview_events']);
    assert.equal(keysBelow(server, 'data/pageview_events/').length, 2);
    await run('b', ['Pageview'], []);
    assert.deepEqual([tables(), keysBelow(server, '_staging/')], [['pageview_events'], []]);
    assert.equal(keysBelow(server).length, 1);
  });

  test('refuses events that are split in a new generation', async () => {
    const outlive = { destination_sync_mode: 'append', generation_id: 3, minimum_generation_id: 3, sync_id: 7 };
    const catalog = catalogJson({ ...publishedStream('events'), ...outlive });
    const { error } = await runWrite(server, [''], { catalog, config: { run: { id: 'a', index: 0, count: 1 } } });
    assert.match(String(error), /begins a new generation, and is split into a table for each event/u);
  });
});

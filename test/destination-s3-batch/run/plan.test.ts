import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { planStreams } from '../../../destination-s3-batch/src/run/plan.ts';
import { planner, registerPlanTests } from '../../destinations/contract/plan.ts';
import { publishedStream } from '../support/published.ts';

const under = {
  setting: 'table',
  folderOf: (name: string) => `data/${name}/`,
  planStreams: ({ streams, arrayIndex, run }, catalog, log) =>
    planStreams({ prefix: 'p/', arrayIndex, run, streams, splitEvents: true }, catalog, log),
} satisfies Parameters<typeof registerPlanTests>[0];

registerPlanTests(under);
const { plan } = planner(under);
const overwritten = { destination_sync_mode: 'overwrite' };

suite('the plan for tables', () => {
  test('takes an overwritten stream for a snapshot, unless its entry or its type says otherwise', () => {
    const { plan: planned } = plan(
      [
        { name: 'a', ...overwritten },
        { name: 'b', ...overwritten },
        { ...publishedStream('events'), ...overwritten },
      ],
      [{ stream: 'b', kind: 'events' }],
    );
    assert.deepEqual(
      planned.targets.map(({ timeField }) => timeField),
      [undefined, 0, 0],
    );
  });

  test('makes the published tables of raw streams, as long as the catalog has their fields', () => {
    const { plan: planned, said } = plan([publishedStream('events'), publishedStream('sync_aliases'), 'segment']);
    assert.deepEqual(
      planned.targets.map(({ name, conversion, published }) => [name, conversion, published !== undefined]),
      [
        ['events', 'split_events', true],
        ['aliases', 'explode_aliases', true],
        ['segment', 'none', false],
      ],
    );
    assert.match(said.join('\n'), /^WARN The stream "segment" does not count as the published type of that name/u);
  });

  test('keeps the columns that the catalog declares, in their order', () => {
    const properties = { b: { type: 'string' }, a: { type: 'integer' } };
    const { plan: planned } = plan([{ name: 'visits', properties }]);
    assert.deepEqual(Object.entries(planned.targets[0]?.columns ?? {}), Object.entries(properties));
  });

  test('removes duplicates by the primary key, and says where it cannot', () => {
    const dedup = { destination_sync_mode: 'append_dedup' };
    const { plan: planned, said } = plan([
      { name: 'a', ...dedup, primary_key: [['id']], cursor_field: ['at'] },
      { name: 'b', ...dedup },
    ]);
    assert.deepEqual(
      planned.targets.map(({ dedup: by }) => by),
      [{ key: [['id']], cursor: ['at'] }, undefined],
    );
    assert.deepEqual(
      said.map((text) => /"(\w)" is set to append_dedup.* (only duplicates|no duplicates) /u.exec(text)?.slice(1)),
      [
        ['a', 'only duplicates'],
        ['b', 'no duplicates'],
      ],
    );
  });
});

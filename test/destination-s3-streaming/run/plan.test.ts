import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { planStreams } from '../../../destination-s3-streaming/src/run/plan.ts';
import { planner, registerPlanTests } from '../../destinations/contract/plan.ts';

const under = {
  setting: 'type',
  folderOf: (name: string) => `type=${name}/`,
  planStreams: ({ streams, arrayIndex, run }, catalog, log) =>
    planStreams({ prefix: 'p/', arrayIndex, run, streams }, catalog, log),
} satisfies Parameters<typeof registerPlanTests>[0];

registerPlanTests(under);
const { plan } = planner(under);

const segmentFields = { id: {}, code: {}, name: {}, workspace: {} };
const aliasFields = { time: {}, user_id: {}, organization_id: {}, project_id: {}, aliases: {} };

suite('the plan for the streams', () => {
  test('keeps rejected records by type', () => {
    const { plan: planned } = plan(['pages', { name: 'a/b', namespace: 'n' }]);
    assert.deepEqual(
      planned.targets.map(({ rejectedFolder }) => rejectedFolder),
      ['p/_rejected/type=pages/', 'p/_rejected/type=a%2Fb/'],
    );
  });

  test('takes a stream for the published type of its name only if its schema has the fields which that requires', () => {
    const published = plan([{ name: 'sync_aliases', properties: aliasFields }]);
    const [target] = published.plan.targets;
    assert.ok(target?.published);
    assert.equal(published.plan.fields[target.published.workspaceField], 'project_id');
    assert.deepEqual(published.said, []);
    const generic = plan(['sync_aliases']);
    assert.equal(generic.plan.targets[0]?.published, undefined);
    assert.equal(generic.said.length, 1);
    assert.match(generic.said.join(), /^WARN The stream "sync_aliases" does not count.*lacks "time", "user_id"/u);
  });

  test('takes a stream for the published type that it is said to be of', () => {
    const streams = [{ name: 'ids', properties: aliasFields }];
    const { plan: planned } = plan(streams, [{ stream: 'ids', name: 'sync_aliases', time_field: 'at' }]);
    const [target] = planned.targets;
    assert.ok(target?.published);
    assert.equal(planned.fields[target.timeField ?? -1], 'at');
    const asSnapshot = plan(streams, [{ stream: 'ids', name: 'sync_aliases', kind: 'snapshot' }]);
    assert.equal(asSnapshot.plan.targets[0]?.published, undefined);
  });

  test('takes a stream "segment" for the snapshot only with the fields that make it one', () => {
    const published = plan([{ name: 'segment', properties: segmentFields }]);
    assert.equal(published.plan.targets[0]?.timeField, undefined);
    assert.deepEqual(published.said, []);
    const other = plan([{ name: 'segment', properties: { id: {}, name: {} } }]);
    assert.equal(other.plan.targets[0]?.timeField, 0);
    assert.match(
      other.said.join('\n'),
      /^WARN The stream "segment" does not count as the published type.*lacks "code", "workspace"/u,
    );
  });

  test('takes append_dedup as append, with one warning', () => {
    const { said } = plan([
      { name: 'a', destination_sync_mode: 'append_dedup' },
      { name: 'b', destination_sync_mode: 'append_dedup' },
      'c',
    ]);
    assert.deepEqual(said, [
      'WARN Rows are appended and duplicates are not removed in the streams that are set to append_dedup: a, b.',
    ]);
  });

  test('keeps the manifests of each type in a folder of its own', () => {
    const { plan: planned } = plan(['a/b', '..']);
    assert.deepEqual(
      planned.targets.map(({ place: { name, folder } }) => ({ name, folder })),
      [
        { name: 'a%2Fb', folder: 'p/type=a%2Fb/' },
        { name: '%2E%2E', folder: 'p/type=../' },
      ],
    );
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Plan } from '@s3-connectors/common/destination/run/plan.ts';
import { parseConfiguredCatalog } from '@s3-connectors/common/protocol/catalog.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { StreamConfig } from '../../../destination-s3-streaming/src/config/config.ts';
import { planStreams, type TypeTarget } from '../../../destination-s3-streaming/src/run/plan.ts';
import { catalogJson, type Json } from '../../support/destination-input.ts';

function plan(
  streams: readonly (string | Json)[],
  overrides: readonly StreamConfig[] = [],
): { readonly plan: Plan<TypeTarget>; readonly said: readonly string[] } {
  const said: string[] = [];
  const catalog = parseConfiguredCatalog(catalogJson(...streams));
  const planned = planStreams({ prefix: 'p/', streams: overrides }, catalog, (level, message) => {
    said.push(`${level} ${message}`);
  });
  return { plan: planned, said };
}

function refusal(streams: readonly (string | Json)[], overrides?: readonly StreamConfig[]): string {
  try {
    plan(streams, overrides);
  } catch (error) {
    assert.ok(error instanceof ConnectorError);
    assert.equal(error.code, 'CATALOG_INVALID');
    return error.message;
  }
  return 'planned';
}

const segmentFields = { id: {}, code: {}, name: {}, workspace: {} };
const aliasFields = { time: {}, user_id: {}, organization_id: {}, project_id: {}, aliases: {} };

suite('the plan for the streams', () => {
  test('puts each stream into the folder of its type, by its field "time"', () => {
    const { plan: planned, said } = plan(['pages', 'events_2', { name: 'a/b', namespace: 'n' }]);
    assert.deepEqual(
      planned.targets.map(({ place, timeField, label }) => [place.folder, timeField, label]),
      [
        ['p/type=pages/', 0, 'pages'],
        ['p/type=events_2/', 0, 'events_2'],
        ['p/type=a%2Fb/', 0, 'n.a/b'],
      ],
    );
    assert.deepEqual(
      planned.targets.map(({ rejectedFolder }) => rejectedFolder),
      ['p/_rejected/type=pages/', 'p/_rejected/type=events_2/', 'p/_rejected/type=a%2Fb/'],
    );
    assert.deepEqual(planned.fields, ['time']);
    assert.deepEqual(said, []);
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
    assert.match(generic.said.join(), /^WARN The stream "sync_aliases" is not taken.*lacks "time", "user_id"/u);
  });

  test('takes a stream for the published type that it is said to be of', () => {
    const streams = [{ name: 'ids', properties: aliasFields }];
    const { plan: planned } = plan(streams, [{ stream: 'ids', type: 'sync_aliases', time_field: 'at' }]);
    const [target] = planned.targets;
    assert.ok(target?.published);
    assert.equal(planned.fields[target.timeField ?? -1], 'at');
    const asSnapshot = plan(streams, [{ stream: 'ids', type: 'sync_aliases', kind: 'snapshot' }]);
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
      /^WARN The stream "segment" is not taken for the published type.*lacks "code", "workspace"/u,
    );
  });

  test('follows the overrides, the one with the namespace first', () => {
    const { plan: planned } = plan(
      [
        { name: 'a', namespace: 'x' },
        { name: 'a', namespace: 'y' },
        'b',
        { name: 'segment', properties: segmentFields },
      ],
      [
        { stream: 'a', type: 'any', time_field: 'at' },
        { stream: 'a', namespace: 'y', type: 'mine' },
        { stream: 'b', kind: 'snapshot' },
        { stream: 'segment', kind: 'events' },
      ],
    );
    assert.deepEqual(
      planned.targets.map(({ place, timeField }) => [place.folder, timeField]),
      [
        ['p/type=any/', 0],
        ['p/type=mine/', 1],
        ['p/type=b/', undefined],
        ['p/type=segment/', 1],
      ],
    );
    assert.deepEqual(planned.fields, ['at', 'time']);
  });

  test('takes an empty field of an override for one that is not set', () => {
    const { plan: planned } = plan(
      [{ name: 'a', namespace: 'x' }],
      [{ stream: 'a', namespace: '', type: '', time_field: '' }],
    );
    assert.deepEqual([planned.targets[0]?.place.folder, planned.fields], ['p/type=a/', ['time']]);
  });

  test('says which override has no effect', () => {
    assert.match(plan(['a'], [{ stream: 'z', type: 't' }]).said.join('\n'), /^WARN The entry for the stream "z"/u);
  });

  test('refuses two streams that would share a path, naming both and the remedy', () => {
    const message = refusal([
      { name: 'a', namespace: 'x' },
      { name: 'a', namespace: 'y' },
    ]);
    assert.match(message, /"y\.a" would be written to the same path as "x\.a": p\/type=a\/\. Set another "type"/u);
    assert.match(refusal(['a', 'b'], [{ stream: 'b', type: 'a' }]), /same path/u);
  });

  test('takes append_dedup as append, with one warning', () => {
    const { said } = plan([
      { name: 'a', destination_sync_mode: 'append_dedup' },
      { name: 'b', destination_sync_mode: 'append_dedup' },
      'c',
    ]);
    assert.deepEqual(said, [
      'WARN Rows are appended, duplicates are not removed, in the streams set to append_dedup: a, b.',
    ]);
  });

  test('says of each stream what becomes of its earlier data', () => {
    const { plan: planned, said } = plan([
      'kept',
      { name: 'replaced', destination_sync_mode: 'overwrite' },
      { name: 'outlived', generation_id: 3, minimum_generation_id: 3, sync_id: 9 },
      { name: 'py', generation_id: 1, minimum_generation_id: 1, sync_id: 1 },
      { name: 'py2', namespace: 'n', destination_sync_mode: 'overwrite', generation_id: 1, minimum_generation_id: 1 },
    ]);
    assert.deepEqual(
      planned.targets.map(({ succession, regime }) => [succession.kind, regime]),
      [
        ['keep', 'legacy'],
        ['replace', 'legacy'],
        ['outlive', 'modern'],
        ['keep', 'modern'],
        ['replace', 'modern'],
      ],
    );
    assert.equal(said.length, 1);
    assert.match(said.join(), /^WARN Replaced as a whole.*: replaced, n\.py2\. Their states come at the end only/u);
  });

  test('refuses generations that no platform sends', () => {
    assert.match(refusal([{ name: 'a', generation_id: 3, minimum_generation_id: 2 }]), /minimum_generation_id 2/u);
    assert.match(refusal([{ name: 'a', minimum_generation_id: 2 }]), /Only 0 and the generation itself/u);
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

  test('refuses names that have no form in a key', () => {
    assert.match(refusal(['\ud800']), /not Unicode/u);
    assert.match(refusal(['x'.repeat(1000)]), /too long for a key/u);
    assert.equal(refusal(['x'.repeat(1000)], [{ stream: 'x'.repeat(1000), type: 'x' }]), 'planned');
  });
});

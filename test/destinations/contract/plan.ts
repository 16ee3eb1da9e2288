// What the plans of every destination share: entries of `streams`, modes and generations, and which streams are refused.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import { parseConfiguredCatalog, type ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';
import type { Log } from '@s3-connectors/common/protocol/log.ts';
import type { StreamEntry } from '@s3-connectors/common/destination/input/stream-plan.ts';
import type { DestinationPlace } from '@s3-connectors/common/destination/config/config.ts';
import type { Plan } from '@s3-connectors/common/destination/plan/plan.ts';

import { catalogJson, type Json } from '../../support/destination-input.ts';

/** An entry of `streams`; `name`: the stream's name in the path. */
type Entry = StreamEntry & { readonly name?: string };

export type PlanUnderTest<Planned extends Plan> = {
  /** The field of an entry that gives a stream another path. */
  readonly setting: 'type' | 'table';
  /** Below the prefix; ends with a slash. */
  readonly folderOf: (name: string) => string;
  readonly planStreams: (
    config: {
      readonly streams: readonly StreamEntry[];
      readonly arrayIndex: string | undefined;
      readonly run: DestinationPlace['run'];
    },
    catalog: readonly ConfiguredStream[],
    log: Log,
  ) => Planned;
};

export function planner<Planned extends Plan>({ setting, planStreams }: PlanUnderTest<Planned>) {
  const plan = (
    streams: readonly (string | Json)[],
    entries: readonly Entry[] = [],
    { arrayIndex, run, isPart = false }: { arrayIndex?: string; run?: DestinationPlace['run']; isPart?: boolean } = {},
  ) => {
    const said: string[] = [];
    const named = entries.map(({ name, ...entry }) => (name === undefined ? entry : { ...entry, [setting]: name }));
    const config = { streams: named, arrayIndex, run };
    const parsed = parseConfiguredCatalog(catalogJson(...streams));
    const catalog = isPart ? parsed.map((stream) => ({ ...stream, isPart })) : parsed;
    const planned = planStreams(config, catalog, (level, message) => {
      said.push(`${level} ${message}`);
    });
    return { plan: planned, said };
  };
  const refusal = (streams: readonly (string | Json)[], entries?: readonly Entry[]): string => {
    try {
      plan(streams, entries);
    } catch (error) {
      assert.ok(error instanceof ConnectorError);
      assert.equal(error.code, 'CATALOG_INVALID');
      return error.message;
    }
    return 'planned';
  };
  return { plan, refusal };
}

export function registerPlanTests<Planned extends Plan>(under: PlanUnderTest<Planned>): void {
  const { setting, folderOf } = under;
  const { plan, refusal } = planner(under);

  suite(`the plan of streams by ${setting}`, () => {
    test('puts each stream into the folder of its name, by its field "time"', () => {
      const { plan: planned, said } = plan(['pages', 'events_2', { name: 'a/b', namespace: 'n' }]);
      assert.deepEqual(
        planned.targets.map(({ place, timeField, label, name }) => [place.folder, timeField, label, name]),
        [
          [`p/${folderOf('pages')}`, 0, 'pages', 'pages'],
          [`p/${folderOf('events_2')}`, 0, 'events_2', 'events_2'],
          [`p/${folderOf('a%2Fb')}`, 0, 'n.a/b', 'a/b'],
        ],
      );
      assert.deepEqual([planned.fields, said], [['time'], []]);
    });

    test('follows the entries of "streams", the one with the namespace first', () => {
      const { plan: planned } = plan(
        [{ name: 'a', namespace: 'x' }, { name: 'a', namespace: 'y' }, 'b'],
        [
          { stream: 'a', name: 'any', time_field: 'at' },
          { stream: 'a', namespace: 'y', name: 'mine' },
          { stream: 'b', kind: 'snapshot' },
        ],
      );
      assert.deepEqual(
        planned.targets.map(({ place, timeField }) => [place.folder, timeField]),
        [
          [`p/${folderOf('any')}`, 0],
          [`p/${folderOf('mine')}`, 1],
          [`p/${folderOf('b')}`, undefined],
        ],
      );
      assert.deepEqual(planned.fields, ['at', 'time']);
    });

    test('takes an empty field of an entry for one that is not set', () => {
      const { plan: planned } = plan(
        [{ name: 'a', namespace: 'x' }],
        [{ stream: 'a', namespace: '', name: '', time_field: '' }],
      );
      assert.deepEqual([planned.targets[0]?.place.folder, planned.fields], [`p/${folderOf('a')}`, ['time']]);
    });

    test('says which entry has no effect', () => {
      assert.match(plan(['a'], [{ stream: 'z', name: 't' }]).said.join('\n'), /^WARN The entry for the stream "z"/u);
    });

    test('refuses two streams that would share a path, and names both and what to change', () => {
      const message = refusal([
        { name: 'a', namespace: 'x' },
        { name: 'a', namespace: 'y' },
      ]);
      const text = `"y.a" would be written to the same path as "x.a": p/${folderOf('a')}. Set another "${setting}"`;
      assert.ok(message.includes(text), message);
      assert.match(refusal(['a', 'b'], [{ stream: 'b', name: 'a' }]), /same path/u);
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
        planned.targets.map(({ succession, regime }) => `${succession.kind} ${regime}`),
        ['keep legacy', 'replace legacy', 'outlive modern', 'keep modern', 'replace modern'],
      );
      assert.equal(said.length, 1);
      assert.match(
        said.join(),
        /^WARN These streams are replaced once .*: replaced, n\.py2\. Their states are printed at the end/u,
      );
    });

    test('refuses generations that no platform sends', () => {
      assert.match(refusal([{ name: 'a', generation_id: 3, minimum_generation_id: 2 }]), /minimum_generation_id 2/u);
      assert.match(refusal([{ name: 'a', minimum_generation_id: 2 }]), /Set minimum_generation_id to 0 or/u);
    });

    test('refuses names that have no form in a key', () => {
      assert.match(refusal(['\ud800']), /not Unicode/u);
      assert.match(refusal(['x'.repeat(1000)]), /too long for a key/u);
      assert.equal(refusal(['x'.repeat(1000)], [{ stream: 'x'.repeat(1000), name: 'x' }]), 'planned');
    });

    test('refuses to replace a stream by one of several workers, which may append', () => {
      for (const variable of ['SHARD_INDEX', 'SLURM_ARRAY_TASK_ID']) {
        assert.throws(
          () => plan(['a', { name: 'b', destination_sync_mode: 'overwrite' }], [], { arrayIndex: variable }),
          {
            code: 'CONFIG_INVALID',
            message: new RegExp(`^The stream "b" is replaced, but ${variable} says`, 'u'),
          },
        );
        assert.equal(plan(['a'], [], { arrayIndex: variable }).plan.targets.length, 1);
      }
    });

    const run = { id: 'nightly', index: 1, count: 3 };

    test('lets one of the writers of a run replace a stream', () => {
      const streams = ['a', { name: 'b', destination_sync_mode: 'overwrite' }];
      const { plan: planned } = plan(streams, [], { arrayIndex: 'SHARD_INDEX', run });
      assert.deepEqual(
        planned.targets.map(({ succession }) => succession.kind),
        ['keep', 'replace'],
      );
    });

    test('refuses a run whose part is not known, and that of a Singer target', () => {
      const unknown = new ConnectorError('CONFIG_INVALID', 'no index');
      assert.throws(() => plan(['a'], [], { run: unknown }), unknown);
      assert.throws(() => plan(['a'], [], { run, isPart: true }), {
        code: 'CONFIG_INVALID',
        message: /^A Singer target cannot be one of the writers of a run/u,
      });
    });

    test('refuses a name that is too long for a key while a file of a run waits', () => {
      const name = 'x'.repeat(setting === 'type' ? 820 : 830);
      assert.equal(plan([name]).plan.targets.length, 1);
      const long = { ...run, id: 'r'.repeat(100) };
      assert.throws(() => plan([name], [], { run: long }), { code: 'CATALOG_INVALID', message: /a name too long/u });
    });
  });
}

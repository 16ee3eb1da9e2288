// Tables that get rows in a run, and tables that are checked again before their files are deleted: their owners at that time.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';

import type { TableTarget } from '../../../destination-s3-batch/src/run/plan.ts';
import type { BatchTable } from '../../../destination-s3-batch/src/tables/table.ts';
import { bucket } from '../../support/destination-input.ts';
import { emptyServer } from '../../support/empty-server.ts';
import {
  events,
  leftAs,
  openerOf,
  others,
  outlived,
  overwritten,
  prefix,
  raw,
  signal,
  tableOf,
  targetsOf,
} from '../support/earlier-tables.ts';

suite('the tables that get rows or lose them', () => {
  const running = emptyServer();
  const opened = openerOf(running);

  test('are asked about again before their files go: one that another stream has come to stays', async () => {
    await using it = await opened(targetsOf(raw), [
      ['own_events', { stream: events }],
      ['shared_events', { stream: events, also: others }],
    ]);
    await it.begin();
    it.lines.splice(0);
    await it.earlier.refuseShared(it.target, 'own_events', signal);
    await it.earlier.refuseShared(it.target, 'new_events', signal);
    await assert.rejects(it.earlier.refuseShared(it.target, 'shared_events', signal), (error: unknown) => {
      assert.ok(error instanceof ConnectorError && error.code === 'S3_OBJECT_CONFLICT');
      assert.match(error.message, /"others" wrote to the table "shared_events"/u);
      return true;
    });
    assert.deepEqual(it.lines, []);
    assert.equal(await it.earlier.isShared(it.target, 'own_events', signal), false);
    assert.equal(await it.earlier.isShared(it.target, 'shared_events', signal), true);
    assert.deepEqual(it.lines, [leftAs('shared_events', 'others')]);
    assert.ok(it.earlier.foreignTo(0).has('shared_events'));
  });

  test('of a stream that is not split are nobody else’s, and the registry is not asked', async () => {
    await using it = await opened(targetsOf({ name: 'users', ...outlived }), [['users', { stream: others }]]);
    await it.begin();
    await it.earlier.refuseShared(it.target, 'users', signal);
    assert.equal(await it.earlier.isShared(it.target, 'users', signal), false);
    assert.equal(it.server.counts.total.requests, 0);
  });

  suite('that get rows', () => {
    async function claimed(targets: readonly TableTarget[], tables: readonly BatchTable[], unproven = false) {
      const it = await opened(targets, [['old_events', { stream: events }]]);
      for (const begun of await it.begin()) begun.judge?.({ kind: unproven ? 'unknown' : 'stream' });
      for (const table of tables) await it.earlier.claim(table, signal);
      const records = it.server
        .objects(bucket, prefix)
        .map(({ key }) => key)
        .filter((key) => key.includes('generations/'));
      const proven = await it.earlier.proven(it.target, signal);
      await it[Symbol.asyncDispose]();
      return {
        records: records.map((key) => key.slice(prefix.length).split('/')[1]),
        known: [...it.earlier.of(0)],
        proven,
      };
    }

    for (const [what, mode, table, unproven, expected] of [
      [
        'a new one is claimed for its generation',
        raw,
        tableOf('new_events'),
        false,
        { records: ['new_events'], known: ['old_events', 'new_events'], proven: ['old_events', 'new_events'] },
      ],
      [
        'a known one is claimed already',
        raw,
        tableOf('old_events'),
        false,
        { records: [], known: ['old_events'], proven: ['old_events'] },
      ],
      [
        'an unproven one is claimed, and so proven',
        raw,
        tableOf('old_events'),
        true,
        { records: ['old_events'], known: ['old_events'], proven: ['old_events'] },
      ],
      [
        'rejected rows claim nothing',
        raw,
        tableOf('new_events', { shape: undefined }),
        false,
        { records: [], known: ['old_events'], proven: ['old_events'] },
      ],
      [
        'an overwritten stream claims nothing',
        overwritten,
        tableOf('new_events'),
        false,
        { records: [], known: ['old_events'], proven: ['old_events'] },
      ],
      [
        'a table of no stream claims nothing',
        raw,
        tableOf('new_events', { stream: 7 }),
        false,
        { records: [], known: ['old_events'], proven: ['old_events'] },
      ],
    ] as const) {
      test(what, async () => {
        assert.deepEqual(await claimed(targetsOf(mode), [table], unproven), expected);
      });
    }

    test('twice are claimed once', async () => {
      const { records, known } = await claimed(targetsOf(raw), [tableOf('new_events'), tableOf('new_events')]);
      assert.deepEqual([records, known], [['new_events'], ['old_events', 'new_events']]);
    });
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { successionOf } from '@s3-connectors/common/destination/replacing/generations.ts';
import {
  isGenerationNoted,
  noteGeneration,
  outlived,
  removeOutlived,
} from '@s3-connectors/common/destination/replacing/generation-record.ts';
import type { ConfiguredStream } from '@s3-connectors/common/protocol/catalog.ts';

import { asOwn, testBucket } from '../../../support/s3-connection.ts';
import { skippingClock } from '../../../support/simulated-clock.ts';
import { keysBelow, marksIn, nameOf, openPlace, users } from './support/place.ts';

type Mode = ConfiguredStream['destinationSyncMode'];

function kindOf(mode: Mode, generation?: number, minimum?: number, sync?: number): string {
  return successionOf({
    name: 's',
    jsonSchema: {},
    syncMode: 'full_refresh',
    destinationSyncMode: mode,
    cursorField: [],
    primaryKey: [],
    ...(generation !== undefined && { generationId: generation }),
    ...(minimum !== undefined && { minimumGenerationId: minimum }),
    ...(sync !== undefined && { syncId: sync }),
  }).kind;
}

function scope(generation: number) {
  return { place: users, generation };
}

function at(second: number): Date {
  return new Date(Date.UTC(2026, 0, 15, 0, 0, second));
}

function record(generation_id: number, more: object = {}): string {
  return JSON.stringify({ version: 1, generation_id, folder: 'out/type=users/', existing: [], ...more });
}

suite('what becomes of earlier data', () => {
  test('is decided by the mode, the generation and its minimum', () => {
    const kinds = [
      kindOf('append'),
      kindOf('append', 5, 0, 9),
      kindOf('append', 5, 5, 9),
      kindOf('append_dedup', 5, 5, 9),
      kindOf('append', 1, 1, 7),
      kindOf('append', 1, 1, 1),
      kindOf('append_dedup', 1, 1, 1),
      kindOf('overwrite'),
      kindOf('overwrite', 1, 1, 1),
      kindOf('overwrite', 3, 0, 1),
    ];
    assert.deepEqual(kinds.join(' '), 'keep keep outlive outlive outlive keep keep replace replace replace');
    assert.throws(() => kindOf('append', 5, 3, 9), /minimum_generation_id 3 and the generation_id 5/u);
  });

  test('deletes by a generation what it names and what was not written again since it was first seen', () => {
    const record = {
      version: 1,
      generation_id: 2,
      existing: ['a', 'b', 'c'].map((key): [string, string] => [key, at(1).toISOString()]),
    } as const;
    const listed = [
      { key: asOwn('a'), lastModified: at(1) },
      { key: asOwn('b'), lastModified: at(2) },
      { key: asOwn('d'), lastModified: at(1) },
    ];
    assert.deepEqual(outlived({ ...record, existing: [...record.existing] }, listed), ['a']);
  });

  test('is written down once for each generation, and only the newest record is kept', async () => {
    await using it = await openPlace(5000, skippingClock());
    it.server.seed(testBucket, `out/type=users/${nameOf(1)}`, '1');
    assert.equal(await isGenerationNoted(it.area, scope(2)), false);
    await noteGeneration(it.area, { ...scope(2), stream: { name: 'users' } });
    it.server.seed(testBucket, `out/type=users/${nameOf(2)}`, '2');
    assert.equal(await isGenerationNoted(it.area, scope(2)), true);
    assert.equal(await removeOutlived(it.area, scope(2)), 1);
    assert.deepEqual(marksIn(it), [2]);
    await noteGeneration(it.area, { ...scope(3), stream: undefined });
    assert.equal(await removeOutlived(it.area, scope(3)), 1);
    assert.equal(await removeOutlived(it.area, scope(3)), 0);
    assert.deepEqual(keysBelow(it, '_manifests/'), ['_manifests/users/generations/3.json']);
  });

  for (const [what, generation_id, key, folder] of [
    ['of another generation', 3, `out/type=users/${nameOf(1)}`],
    ['that names a file of another folder', 2, `out/type=users_archive/${nameOf(1)}`],
    ['that names a file of someone else', 2, 'finance/payroll-2026.csv'],
    ['that says it is of another folder', 2, `out/type=users/${nameOf(1)}`, 'out/data/users/'],
  ] as const) {
    test(`is refused by its key as a record ${what}`, async () => {
      await using it = await openPlace();
      it.server.seed(testBucket, `out/type=users/${nameOf(1)}`, '1', { lastModified: at(1) });
      const record = { version: 1, generation_id, folder, existing: [[key, at(1).toISOString()]] };
      it.server.seed(testBucket, 'out/_manifests/users/generations/2.json', JSON.stringify(record));
      const refused = { code: 'BUCKET_DOCUMENT_INVALID', message: /"out\/_manifests\/users\/generations\/2\.json"/u };
      await assert.rejects(isGenerationNoted(it.area, scope(2)), refused);
      await assert.rejects(removeOutlived(it.area, scope(2)), refused);
      assert.deepEqual(marksIn(it), [1]);
    });
  }

  test('removes nothing but records of the same folder next to its own', async () => {
    await using it = await openPlace();
    const folder = 'out/_manifests/users/generations/';
    const old = { folder: undefined, existing: [[`out/type=users/${nameOf(1)}`, at(1).toISOString()]] };
    for (const [name, text] of [
      ['2.json', record(2)],
      ['3.json', record(3)],
      ['-1.json', record(-1)],
      ['4.json', record(4, old)],
      ['5.json', record(5, { folder: 'out/data/users/' })],
      ['6.json', record(6, { folder: undefined })],
      ['7.json', record(8)],
      ['8.json', '{'],
      ['notes.json', record(3)],
      ['copy3.json', record(3)],
      ['3.json.bak', record(3)],
      ['x/1.json', record(1)],
      ['', ''],
    ] as const) {
      it.server.seed(testBucket, folder + name, text);
    }
    await removeOutlived(it.area, scope(2));
    const left = keysBelow(it, '_manifests/users/generations/').map((key) => key.split('generations/')[1]);
    assert.deepEqual(left, [
      '',
      '2.json',
      '3.json.bak',
      '5.json',
      '6.json',
      '7.json',
      '8.json',
      'copy3.json',
      'notes.json',
      'x/1.json',
    ]);
  });
});

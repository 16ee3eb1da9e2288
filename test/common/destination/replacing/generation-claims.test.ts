// The owner of a place's rows, according to the records of its generations.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  claimPlace,
  generationStreams,
  noteGeneration,
  removeOutlived,
} from '@s3-connectors/common/destination/replacing/generation-record.ts';
import { testBucket } from '../../../support/s3-connection.ts';
import { skippingClock } from '../../../support/simulated-clock.ts';
import { keysBelow, marksIn, nameOf, openPlace, users, type Setting } from './support/place.ts';

const folder = 'out/_manifests/users/generations/';
const time = new Date('2026-01-15T10:20:30.000Z');
const existing = [[users.folder + nameOf(1), time.toISOString()]];

function noting(generation: number, name?: string) {
  return { place: users, generation, stream: name === undefined ? undefined : { name } };
}

function readBack({ server }: Setting, generation: number): unknown {
  const { body } = server.object(testBucket, `${folder}${generation}.json`) ?? assert.fail('There is no record.');
  return JSON.parse(body.toString());
}

suite('a place of a generation', () => {
  test('is claimed for a stream where nothing is written down: then nothing that is there goes', async () => {
    await using it = await openPlace(5000, skippingClock());
    it.server.seed(testBucket, users.folder + nameOf(1), '1', { lastModified: time });
    await claimPlace(it.area, noting(2, 'visitors'));
    const about = { version: 1, generation_id: 2, folder: users.folder };
    assert.deepEqual(readBack(it, 2), { ...about, stream: { name: 'visitors' }, existing: [] });
    assert.equal(await removeOutlived(it.area, noting(2)), 0);
    assert.deepEqual(marksIn(it), [1]);
  });

  test('is claimed for a stream where no stream is named, and what was written down stays', async () => {
    await using it = await openPlace(5000, skippingClock());
    it.server.seed(testBucket, users.folder + nameOf(1), '1', { lastModified: time });
    await noteGeneration(it.area, noting(2));
    await claimPlace(it.area, noting(2, 'visitors'));
    const about = { version: 1, generation_id: 2, folder: users.folder };
    assert.deepEqual(readBack(it, 2), { ...about, stream: { name: 'visitors' }, existing });
    assert.equal(await removeOutlived(it.area, noting(2)), 1);
  });

  test('is not claimed again once it is a stream’s', async () => {
    await using it = await openPlace(5000, skippingClock());
    await claimPlace(it.area, noting(2, 'visitors'));
    await claimPlace(it.area, noting(2, 'others'));
    assert.deepEqual(await generationStreams(it.area, users), [{ name: 'visitors' }]);
  });

  test('is not claimed when another process writes its record meanwhile', async () => {
    await using it = await openPlace(5000, skippingClock());
    await noteGeneration(it.area, noting(2));
    let record = '';
    it.server.setHooks({
      onRequest({ operation }) {
        if (operation !== 'PutObject' || record !== '') return;
        record = JSON.stringify({ version: 1, generation_id: 2, folder: users.folder, existing });
        it.server.seed(testBucket, `${folder}2.json`, record);
      },
    });
    await assert.rejects(claimPlace(it.area, noting(2, 'visitors')), { code: 'S3_OBJECT_CONFLICT' });
    assert.deepEqual(readBack(it, 2), JSON.parse(record));
  });

  test('has the streams that its records name, in the order of their keys; refused and silent records name none', async () => {
    await using it = await openPlace(5000, skippingClock());
    assert.deepEqual(await generationStreams(it.area, users), []);
    await noteGeneration(it.area, noting(1, 'users'));
    await noteGeneration(it.area, noting(2));
    await noteGeneration(it.area, noting(3, 'visitors'));
    it.server.seed(testBucket, `${folder}4.json`, '{');
    assert.deepEqual(await generationStreams(it.area, users), [{ name: 'users' }, { name: 'visitors' }]);
  });

  test('is not judged by its records while one of them may not be read', async () => {
    await using it = await openPlace(5000, skippingClock());
    await noteGeneration(it.area, noting(1, 'users'));
    await noteGeneration(it.area, noting(2, 'users'));
    it.server.inject({ kind: 'error', operation: 'GetObject', prefix: `${folder}1.json`, code: 'AccessDenied' });
    await assert.rejects(generationStreams(it.area, users), { code: 'S3_ACCESS_DENIED' });
    it.server.inject({ kind: 'error', operation: 'GetObject', prefix: `${folder}1.json`, code: 'AccessDenied' });
    await assert.rejects(removeOutlived(it.area, noting(2)), { code: 'S3_ACCESS_DENIED' });
    assert.deepEqual(keysBelow(it, '_manifests/users/generations/').length, 2);
  });

  for (const [what, found, warns] of [
    ['with a WARN where files are there, since they could be of any', [1], true],
    ['without a word where no file is there', [], false],
  ] as const) {
    test(`keeps its files by an old record that names no folder and no file, ${what}`, async () => {
      await using it = await openPlace(5000, skippingClock());
      for (const mark of found) it.server.seed(testBucket, users.folder + nameOf(mark), String(mark));
      it.server.seed(testBucket, `${folder}2.json`, '{"version":1,"generation_id":2,"existing":[]}');
      assert.equal(await removeOutlived(it.area, noting(2)), 0);
      assert.deepEqual(marksIn(it), found);
      const text = /^WARN "out\/_manifests\/users\/generations\/2\.json" was written by an earlier version/u;
      assert.deepEqual(
        it.lines.map((line) => text.test(line)),
        warns ? [true] : [],
      );
    });
  }

  test('is cleared by an old record that names its files, without a WARN', async () => {
    await using it = await openPlace(5000, skippingClock());
    it.server.seed(testBucket, users.folder + nameOf(1), '1', { lastModified: time });
    it.server.seed(testBucket, users.folder + nameOf(2), '2');
    it.server.seed(testBucket, `${folder}2.json`, JSON.stringify({ version: 1, generation_id: 2, existing }));
    assert.equal(await removeOutlived(it.area, noting(2)), 1);
    assert.deepEqual([marksIn(it), it.lines], [[2], []]);
  });
});

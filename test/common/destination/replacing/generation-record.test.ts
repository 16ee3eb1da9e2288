// What is recorded when a generation is first seen, and what is deleted at the end because of that record.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  isGenerationNoted,
  noteGeneration,
  removeOutlived,
} from '@s3-connectors/common/destination/replacing/generation-record.ts';
import { putObject } from '@s3-connectors/common/s3/write.ts';

import { testBucket } from '../../../support/s3-connection.ts';
import { simulatedClock, skippingClock } from '../../../support/simulated-clock.ts';
import { keysBelow, marksIn, nameOf, openPlace, users } from './support/place.ts';

const scope = { place: users, generation: 2 };
const noting = { ...scope, stream: undefined };
const recordKey = 'out/_manifests/users/generations/2.json';

function keyOf(mark: number): string {
  return users.folder + nameOf(mark);
}

suite('the record of a generation', () => {
  test('names each of our objects in the place with the second in which it was written, and no other object', async () => {
    await using it = await openPlace(5000, skippingClock());
    const lastModified = new Date('2026-01-15T10:20:30.987Z');
    for (const mark of [1, 2]) it.server.seed(testBucket, keyOf(mark), String(mark), { lastModified });
    it.server.seed(testBucket, `${users.folder}notes.txt`, 'of someone else');
    it.server.seed(testBucket, `out/type=users_archive/${nameOf(3)}`, 'of another place');
    await noteGeneration(it.area, noting);
    const { body, headers } = it.server.object(testBucket, recordKey) ?? assert.fail('There is no record.');
    const existing = [1, 2].map((mark) => [keyOf(mark), '2026-01-15T10:20:30.000Z']);
    assert.equal(
      body.toString(),
      `${JSON.stringify({ version: 1, generation_id: 2, folder: users.folder, existing })}\n`,
    );
    assert.equal(headers.contentType, 'application/json');
  });

  test('does not condemn an object that is written again right after it, under its old name', async () => {
    const clock = skippingClock();
    await using it = await openPlace(5000, clock);
    const again = { key: keyOf(1), body: Buffer.from('1'), contentType: 'text/plain' };
    for (const mark of [1, 2]) it.server.seed(testBucket, keyOf(mark), String(mark));
    await noteGeneration(it.area, noting);
    await putObject(it.area.s3, again, it.area.headers);
    assert.equal(await removeOutlived(it.area, scope), 1);
    assert.deepEqual(marksIn(it), [1]);
  });

  test('is not waited for where the place is empty', async () => {
    await using it = await openPlace(5000, simulatedClock(Date.UTC(2026, 0, 15)));
    await noteGeneration(it.area, noting);
    assert.deepEqual(keysBelow(it, '_manifests/'), ['_manifests/users/generations/2.json']);
  });

  test('is not written, nor waited for, once the run is stopped', async () => {
    const clock = simulatedClock(Date.UTC(2026, 0, 15));
    const stop = new AbortController();
    const waits = Promise.withResolvers<void>();
    await using it = await openPlace(5000, {
      ...clock,
      after(ms, callback) {
        waits.resolve();
        return clock.after(ms, callback);
      },
    });
    it.server.seed(testBucket, keyOf(1), '1');
    const noted = noteGeneration(it.area, noting, stop.signal);
    const ended = assert.rejects(noted, /stopped by a test/u);
    await waits.promise;
    await sleep(50);
    assert.equal(it.server.counts.of('PutObject').requests, 0);
    stop.abort(new Error('stopped by a test'));
    await ended;
    assert.deepEqual(keysBelow(it, '_manifests/'), []);
    assert.deepEqual(marksIn(it), [1]);
  });

  test('of an earlier run stays as it is, so that rows of that run do not count as older ones', async () => {
    await using it = await openPlace(5000, skippingClock());
    it.server.seed(testBucket, keyOf(1), '1');
    await noteGeneration(it.area, noting);
    const before = it.server.object(testBucket, recordKey)?.body.toString();
    it.server.seed(testBucket, keyOf(2), '2');
    await assert.rejects(noteGeneration(it.area, noting), { code: 'S3_OBJECT_CONFLICT' });
    assert.equal(it.server.object(testBucket, recordKey)?.body.toString(), before);
  });

  test('decides alone: where there is none, nothing goes', async () => {
    await using it = await openPlace();
    it.server.seed(testBucket, keyOf(1), '1');
    it.server.seed(
      testBucket,
      'out/_manifests/users/generations/1.json',
      '{"version":1,"generation_id":1,"folder":"out/type=users/","existing":[]}',
    );
    assert.equal(await isGenerationNoted(it.area, scope), false);
    assert.equal(await removeOutlived(it.area, scope), 0);
    assert.deepEqual(marksIn(it), [1]);
    assert.deepEqual(keysBelow(it, '_manifests/'), ['_manifests/users/generations/1.json']);
  });
});

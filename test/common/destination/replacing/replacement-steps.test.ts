// The steps of a replacement: each is over before the next begins, and what another process does between two of them.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { settle } from '@s3-connectors/common/destination/replacing/interrupted.ts';
import { readRecords } from '@s3-connectors/common/destination/replacing/manifest-store.ts';
import { replaceSet } from '@s3-connectors/common/destination/replacing/replacement.ts';

import { keysBelow, marksIn, nameOf, openPlace, stage, users } from './support/place.ts';
import { watchSteps } from './support/steps.ts';

suite('the steps of a replacement', () => {
  test('come one after the other: while a write, a copy or a deletion is under way, S3 is asked nothing of the next step', async () => {
    await using it = await openPlace();
    await replaceSet(it.area, await stage(it.area, [1, 2]));
    const replacement = await stage(it.area, [2, 3, 4]);
    const { steps, overlaps, open } = watchSteps(it, ({ operation, key }) => {
      if (operation === 'PutObject' && key.endsWith('latest.json')) assert.deepEqual(marksIn(it), [1, 2, 3, 4]);
    });
    await replaceSet(it.area, replacement);
    assert.deepEqual([overlaps, open.size], [[], 0]);
    const deletions = ['DeleteObjects', 'PutObject']; // The previous set and the staged files, then the record.
    const writes = ['PutObject', 'CopyObject', 'PutObject'];
    assert.deepEqual(steps, ['HeadObject', 'ListObjectsV2', 'GetObject', 'ListObjectsV2', ...writes, ...deletions]);
    assert.deepEqual(marksIn(it), [2, 3, 4]);
  });

  test('copy 64 files at a time, not more', async () => {
    await using it = await openPlace();
    const marks = Array.from({ length: 70 }, (_, index) => index);
    const replacement = await stage(it.area, marks);
    let [copies, most] = [0, 0];
    const full = Promise.withResolvers<void>();
    it.server.setHooks({
      async onRequest({ operation }) {
        if (operation !== 'CopyObject') return;
        copies += 1;
        most = Math.max(most, copies);
        if (copies === 64) void sleep(100).then(full.resolve); // More would come by then.
        await Promise.race([full.promise, sleep(20_000, undefined, { ref: false })]);
      },
      onAnswer({ operation }) {
        if (operation === 'CopyObject') copies -= 1;
      },
    });
    await replaceSet(it.area, replacement);
    assert.equal(most, 64);
    assert.deepEqual(marksIn(it), marks);
  });

  test('leave nothing that was copied after another process had rolled the replacement back', async () => {
    await using it = await openPlace();
    await replaceSet(it.area, await stage(it.area, [1, 2]));
    const replacement = await stage(it.area, [2, 3]);
    const late = users.folder + nameOf(3);
    const [deleted, copied] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let other: Promise<unknown> | undefined;
    it.server.setHooks({
      async onRequest({ operation, key }) {
        if (operation !== 'CopyObject' || key !== late) return;
        other = settle(it.area, users); // As in a run that only appends.
        await deleted.promise;
      },
      async onAnswer({ operation, key, deleted: keys = [] }) {
        if (operation === 'CopyObject' && key === late) {
          copied.resolve();
          await other;
        } else if (keys.includes(late)) {
          deleted.resolve();
          await copied.promise;
        }
      },
    });
    await assert.rejects(replaceSet(it.area, replacement), { code: 'S3_OBJECT_CONFLICT' });
    assert.ok(other);
    assert.deepEqual(marksIn(it), [1, 2]);
    assert.deepEqual(keysBelow(it, '_staging/'), []);
    const { exports } = await readRecords(it.area, users);
    assert.ok(!exports.includes(replacement.exportId));
  });

  test('do not begin until they are approved, after what was interrupted is settled; refused, nothing is touched', async () => {
    await using it = await openPlace();
    await replaceSet(it.area, await stage(it.area, [1, 2]));
    const before = keysBelow(it, '_manifests/');
    const approve = async () => {
      await sleep(50);
      throw new Error('refused by a test');
    };
    await assert.rejects(replaceSet(it.area, { ...(await stage(it.area, [3])), approve }), /refused by a test/u);
    assert.deepEqual([marksIn(it), keysBelow(it, '_manifests/')], [[1, 2], before]);
  });

  for (const [other, warns] of [
    [{ name: 'visitors' }, true],
    [{ name: 'users', namespace: 'eu' }, true],
    [{ name: 'users' }, false],
  ] as const) {
    test(`${warns ? 'say' : 'do not say'} that rows of ${JSON.stringify(other)} give way to those of "users"`, async () => {
      await using it = await openPlace();
      await replaceSet(it.area, { ...(await stage(it.area, [1])), stream: other });
      await replaceSet(it.area, await stage(it.area, [2]));
      const warnings = it.lines.filter((line) =>
        line.startsWith('WARN The rows of the stream "users" replace those of the stream'),
      );
      assert.equal(warnings.length, warns ? 1 : 0, it.lines.join('\n'));
      assert.deepEqual(marksIn(it), [2]);
    });
  }
});

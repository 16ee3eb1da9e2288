import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { keysWithout } from '@s3-connectors/common/destination/replacing/own-keys.ts';
import type { Intent, Latest, Manifest } from '@s3-connectors/common/destination/replacing/manifest.ts';
import { decideRecovery, suspects } from '@s3-connectors/common/destination/replacing/recovery.ts';

import { asOwn } from '../../../support/s3-connection.ts';

function manifestOf(exportId: string, keys: readonly string[]): Manifest {
  const files = keys.map((key) => ({ key: asOwn(key), bytes: 1, crc32: '', rows: 1 }));
  const sums = { objects: keys.length, rows: keys.length, bytes: keys.length, min_time: null, max_time: null };
  const about = { stream: { name: 's' }, folder: 'f/', schema: {} };
  return { version: 1, export: exportId, state: 'publishing', ...about, ...sums, files };
}

function latestOf(current: Manifest): Latest {
  return { current: { ...current, state: 'published' }, earlier: [], revision: '1' };
}

/** A place with the set `previous` in it, replaced by `next` up to some step: its objects, and latest.json. */
function replacedUpTo(steps: number, previous: readonly string[], next: readonly string[]) {
  const before = manifestOf('before', previous);
  const intent: Intent = { ...manifestOf('after', next), previous: previous.map(asOwn) };
  const objects = new Set(previous);
  let latest = latestOf(before);
  const todo = [
    ...next.map((key) => () => void objects.add(key)),
    () => void (latest = latestOf(intent)),
    ...keysWithout(previous, next).map((key) => () => void objects.delete(key)),
  ];
  for (const step of todo.slice(0, steps)) step();
  return { objects, latest, intent };
}

const key = fc.nat({ max: 12 }).map((number) => `f/${number}`);
const set = fc.uniqueArray(key);

suite('the recovery of an interrupted replacement', () => {
  test('leaves exactly the set that latest.json names, wherever it was interrupted, and also if it is done twice', () => {
    fc.assert(
      fc.property(set, set, fc.nat({ max: 30 }), fc.nat({ max: 5 }), (previous, next, steps, cut) => {
        const { objects, latest, intent } = replacedUpTo(steps, previous, next);
        const expected = latest.current?.export === 'after' ? next : previous;
        const recovery = decideRecovery(intent, latest);
        assert.equal(recovery.kind, expected === next ? 'finish' : 'roll_back');
        const { surplus } = recovery;
        for (const one of surplus.slice(0, cut)) objects.delete(one); // Interrupted itself, then repeated.
        for (const one of surplus) objects.delete(one);
        assert.deepEqual([...objects].toSorted(), expected.toSorted());
      }),
    );
  });

  test('never deletes what the set that counts holds, whoever published it meanwhile', () => {
    fc.assert(
      fc.property(set, set, set, (previous, next, others) => {
        const { intent } = replacedUpTo(0, previous, next);
        const recovery = decideRecovery(intent, latestOf(manifestOf('other', others)));
        assert.ok(recovery.kind === 'roll_back');
        const { surplus } = recovery;
        for (const one of surplus) assert.ok(!others.includes(one) && !previous.includes(one) && next.includes(one));
      }),
    );
  });

  test('has nothing to do for a replacement that is over', () => {
    const { intent, latest } = replacedUpTo(99, ['f/1'], ['f/2']);
    assert.deepEqual(decideRecovery({ ...intent, state: 'published' }, latest), { kind: 'none' });
  });

  test('rolls back what was begun before anything was ever published', () => {
    const { intent } = replacedUpTo(0, ['f/1'], ['f/1', 'f/2']);
    assert.deepEqual(decideRecovery(intent, undefined), { kind: 'roll_back', surplus: ['f/2'] });
    assert.deepEqual(decideRecovery(intent, { current: undefined, earlier: [], revision: '1' }), {
      kind: 'roll_back',
      surplus: ['f/2'],
    });
  });

  test('looks into no manifest that latest.json knows to be over', () => {
    const latest = { ...latestOf(manifestOf('c', [])), earlier: ['a', 'b'] };
    assert.deepEqual(suspects(['a', 'b', 'c', 'd'], latest), ['c', 'd']);
    assert.deepEqual(suspects(['a'], undefined), ['a']);
  });
});

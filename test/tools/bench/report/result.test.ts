import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import { headlines, keptResults, placesOf, withResult } from '../../../../tools/bench/report/result.ts';
import { here, result, timed } from './results.ts';

const yesterday = { ...here, day: '2026-11-29' };
const elsewhere = { ...here, machine: 'another machine' };

function names(results: readonly { readonly name: string }[]): readonly string[] {
  return results.map(({ name }) => name);
}

suite('the results of benchmarks', () => {
  test('are in the order of the cases, and a case that no longer exists is dropped', () => {
    const stored = [result('third'), result('gone'), result('first', { rows: 1 })];
    const results = withResult(stored, result('first', { rows: 2 }), ['first', 'second', 'third']);
    assert.deepEqual(names(results), ['first', 'third']);
    assert.equal(results[0]?.rows, 2);
  });

  for (const other of [yesterday, elsewhere]) {
    const stored = [result('first'), result('second', { place: other })];

    test(`refuse figures of some cases next to those of ${other.machine} on ${other.day}`, () => {
      assert.throws(
        () => keptResults(stored, here, { isComplete: false }),
        (error: Error) => {
          return error.message.includes(other.machine) && error.message.includes(other.day);
        },
      );
    });

    test(`keep nothing of ${other.machine} on ${other.day} when all cases are measured`, () => {
      assert.deepEqual(names(keptResults(stored, here, { isComplete: true })), ['first']);
    });
  }

  test('take further cases of the same machine and day', () => {
    const stored = [result('first'), result('second')];
    assert.deepEqual(keptResults(stored, here, { isComplete: false }), stored);
    assert.deepEqual(keptResults(stored, here, { isComplete: true }), stored);
    assert.deepEqual(keptResults([], here, { isComplete: false }), []);
  });

  test('name each machine and day once', () => {
    const places = [here, yesterday, here, elsewhere, yesterday].map((place) => result('one', { place }));
    assert.deepEqual(placesOf(places), [here, yesterday, elsewhere]);
  });

  test('have those with a title at the head of the page, peers first', () => {
    const plain = result('plain', { title: 'Plain', compared: [timed('limit', 1)] });
    const peer = result('peer', { title: 'Peer', compared: [timed('limit', 1), timed('peer', 9, { isPeer: true })] });
    assert.deepEqual(names(headlines([result('small'), plain, peer])), ['peer', 'plain']);
  });
});

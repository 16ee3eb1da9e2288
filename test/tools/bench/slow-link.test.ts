import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { bucket } from '../../../tools/bench/s3.ts';
import { roundTrips, type Span, startSlowLink } from '../../../tools/bench/slow-link.ts';

suite('round trips', () => {
  test('are as many as requests that follow one another, and one for requests at the same time', () => {
    assert.equal(roundTrips([]), 0);
    assert.equal(roundTrips([10, 70, 130].map(span)), 3);
    assert.equal(roundTrips([10, 11, 12].map(span)), 1);
    assert.equal(roundTrips([10, 70, 75, 80, 140, 141].map(span)), 3);
  });

  test('are the longest chain that there is, whatever the requests and their order', () => {
    const spans = fc.array(fc.record({ from: fc.nat(30), takes: fc.integer({ min: 1, max: 10 }) }), { maxLength: 9 });
    fc.assert(
      fc.property(spans, (found) => {
        const all = found.map(({ from, takes }) => ({ from, to: from + takes }));
        assert.equal(roundTrips(all), longestChain(all, -1));
      }),
      { numRuns: 1000, seed: 20261130 },
    );
  });
});

test('a slow link notes each request with at least its delay', async () => {
  await using stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'slow-link-'));
  stack.defer(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, 'a.txt'), 'text');
  await using link = await startSlowLink(directory, 20);
  assert.equal(await (await fetch(`${link.endpoint}/${bucket}/a.txt`)).text(), 'text');
  await Promise.all([1, 2, 3].map(async () => (await fetch(`${link.endpoint}/${bucket}/a.txt`)).text()));
  assert.equal(link.spans().length, 4);
  assert.ok(link.spans().every(({ from, to }) => to - from >= 19));
  assert.ok(roundTrips(link.spans()) >= 2);
});

function span(from: number): Span {
  return { from, to: from + 50 };
}

/** By trying every chain. */
function longestChain(spans: readonly Span[], after: number): number {
  return Math.max(0, ...spans.filter(({ from }) => from >= after).map(({ to }) => 1 + longestChain(spans, to)));
}

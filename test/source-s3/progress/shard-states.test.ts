// Progress by shards: several readers of one table, each with its own state, which may be divided further.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';

import type { Shard } from '@s3-connectors/common/program/scheduler.ts';

import { isInShard } from '../../../source-s3/src/layout/shard.ts';
import { noProgress, type Progress } from '../../../source-s3/src/progress/cursor.ts';
import { fromStreamState, toStreamState } from '../../../source-s3/src/progress/stream-state.ts';
import { object, rowsOf, run, saved } from '../support/cursor.ts';

const keys = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 30 });
const seconds = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 30, maxLength: 30 });
/** Each turn: how often every shard is divided, after how many parts its runs are killed, and the number of new files. */
const turn = fc.record({
  divide: fc.constantFrom(1, 1, 2, 3),
  parts: fc.integer({ min: 0, max: 20 }),
  more: fc.integer({ min: 0, max: 10 }),
});

function shardsOf(count: number): readonly Shard[] {
  return Array.from({ length: count }, (_, index) => ({ index, count }));
}

suite('readers of shards', () => {
  test('read each row once together, whatever comes late, wherever they are killed, and however often they are divided', () => {
    fc.assert(
      fc.property(keys, seconds, fc.array(turn, { maxLength: 3 }), (names, times, turns) => {
        const all = names.map((key, at) => object(key, times[at] as number));
        const rows: string[] = [];
        let states: readonly Progress[] = [noProgress];
        let shown = Math.ceil(all.length / 3);
        const readAll = (parts: number) => {
          states = states.map((state) => {
            const own = all.slice(0, shown).filter(({ key }) => isInShard(key, state.shard));
            return run(state, own, rows, parts);
          });
        };
        for (const { divide, parts, more } of turns) {
          readAll(parts);
          const before = states.length;
          const divided = shardsOf(before * divide);
          states = divided.map((shard) => saved(states[shard.index % before] as Progress, shard));
          shown += more;
        }
        shown = all.length;
        readAll(Infinity);
        assert.deepEqual(rows.toSorted(), rowsOf(all));
      }),
      { seed: 18, numRuns: 1000 },
    );
  });

  test('refuse the state of a shard that does not have all of their files, and say what can be done', () => {
    for (const [from, to, isServed] of [
      [{ index: 0, count: 1 }, { index: 2, count: 3 }, true],
      [{ index: 1, count: 4 }, { index: 5, count: 8 }, true],
      [{ index: 1, count: 4 }, { index: 1, count: 4 }, true],
      [{ index: 1, count: 4 }, { index: 2, count: 8 }, false],
      [{ index: 1, count: 4 }, { index: 0, count: 4 }, false],
      [{ index: 1, count: 4 }, { index: 1, count: 2 }, false],
      [{ index: 1, count: 4 }, { index: 0, count: 1 }, false],
      [{ index: 1, count: 4 }, { index: 1, count: 6 }, false],
    ] as const) {
      const state = toStreamState({ ...noProgress, shard: from });
      if (isServed) assert.deepEqual(fromStreamState(state, to).shard, to);
      else {
        assert.throws(() => fromStreamState(state, to), {
          code: 'STATE_INVALID',
          message:
            /belongs to the shard with index 1 of 4\. .* a multiple of 4, .* For fewer shards, reset the stream/u,
        });
      }
    }
  });

  test('have states as before where there is one, and with the shard where there are several', () => {
    assert.equal('shard' in toStreamState(noProgress), false);
    const shard = { index: 3, count: 4 };
    assert.deepEqual(toStreamState({ ...noProgress, shard })['shard'], shard);
    for (const wrong of [{ index: 4, count: 4 }, { index: 0 }, 'all', { index: 0, count: 0 }]) {
      const state = { ...toStreamState(noProgress), shard: wrong };
      assert.throws(() => fromStreamState(state, shard), { code: 'STATE_INVALID' });
    }
  });
});

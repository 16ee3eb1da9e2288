// What is decoded before its turn comes out as if it were decoded in its turn, whatever fails, stops or waits.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import type { Engine } from '../../../../source-s3/src/engine/engine.ts';
import type { PlacedLines } from '../../../../source-s3/src/formats/contract/format.ts';
import {
  DecodedInTurn,
  Turns,
  type DecodingTurn,
  type RowGroupTurn,
} from '../../../../source-s3/src/formats/parquet/decoded-in-turn.ts';
import { HeldLines } from '../../../../source-s3/src/formats/parquet/held-lines.ts';

type RowGroup = {
  readonly batches: number;
  readonly canShare: boolean;
  readonly isLight: boolean;
  /** The batch that fails; one behind the last is the end. */
  readonly failsAt: number | undefined;
  readonly failsToFetch: boolean;
  /** The batch before which it needs more memory. */
  readonly narrowsAt: number | undefined;
  /** Turns of the event loop before each batch. */
  readonly waits: number;
};

const rowGroup: fc.Arbitrary<RowGroup> = fc.record({
  batches: fc.nat({ max: 6 }),
  canShare: fc.nat({ max: 3 }).map((one) => one > 0),
  isLight: fc.nat({ max: 4 }).map((one) => one > 0),
  failsAt: fc.option(fc.nat({ max: 6 }), { freq: 8, nil: undefined }),
  failsToFetch: fc.nat({ max: 15 }).map((one) => one === 0),
  narrowsAt: fc.option(fc.nat({ max: 6 }), { freq: 3, nil: undefined }),
  waits: fc.nat({ max: 4 }),
});

type Scenario = {
  readonly groups: readonly RowGroup[];
  readonly consumerWaits: number;
  readonly stopsAfter: number | undefined;
  readonly abortsAfter: number | undefined;
  readonly heldBytes: number;
};

const scenario: fc.Arbitrary<Scenario> = fc.record({
  groups: fc.array(rowGroup, { minLength: 1, maxLength: 8 }),
  consumerWaits: fc.nat({ max: 8 }),
  /** After so many batches. */
  stopsAfter: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
  abortsAfter: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
  heldBytes: fc.constantFrom(1, 2 * 1024 * 1024, 64 * 1024 * 1024),
});

async function wait(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => void setImmediate(resolve));
}

/** Stands for the decoding of all row groups: it knows what runs at a time. */
class Decodings {
  readonly engines = [{}, {}] as unknown as readonly [Engine, Engine];
  readonly running = new Map<Engine, number>();
  most = 0;
  ahead = 0;
  disposed = 0;
  taken = -1;

  async *decode(
    index: number,
    group: RowGroup,
    { engine, alone }: DecodingTurn,
    signal: AbortSignal,
  ): AsyncGenerator<PlacedLines> {
    assert.ok(!this.running.has(engine), 'an engine decodes two row groups at once');
    this.running.set(engine, index);
    this.most = Math.max(this.most, this.running.size);
    if (index > this.taken) this.ahead += 1;
    if (!group.canShare) assert.equal(this.running.size, 1, 'a large row group has a neighbour');
    const memory = Buffer.alloc(16); // Of every batch.
    try {
      for (let batch = 0; batch <= group.batches; batch += 1) {
        await wait(group.waits);
        signal.throwIfAborted();
        if (batch === group.narrowsAt && (await alone()))
          assert.equal(this.running.size, 1, 'another one is decoded beside it');
        signal.throwIfAborted();
        if (batch === group.failsAt) throw new Error(`row group ${index}`);
        if (batch === group.batches) return;
        const length = memory.write(`${index}.${batch}`);
        yield { bytes: memory.subarray(0, length), rows: 1, place: { unit: index, rows: batch + 1 } };
        memory.fill('?');
      }
    } finally {
      await wait(group.waits);
      this.running.delete(engine);
    }
  }

  unit(
    index: number,
    group: RowGroup,
    { turn, held }: { readonly turn: RowGroupTurn; readonly held: HeldLines },
  ): DecodedInTurn {
    return new DecodedInTurn({
      turn,
      held,
      areLight: () => group.isLight,
      engines: group.canShare ? this.engines : [this.engines[0]],
      decode: (own, signal) => this.decode(index, group, own, signal),
      dispose: () => Promise.resolve(void (this.disposed += 1)),
    });
  }
}

/** All batches up to the first failure. */
function expectedOf(groups: readonly RowGroup[]): { readonly batches: readonly string[]; readonly fails: boolean } {
  const batches: string[] = [];
  for (const [index, { batches: count, failsAt, failsToFetch }] of groups.entries()) {
    if (failsToFetch) return { batches, fails: true };
    for (let batch = 0; batch < Math.min(count, failsAt ?? count); batch += 1) batches.push(`${index}.${batch}`);
    if (failsAt !== undefined && failsAt <= count) return { batches, fails: true };
  }
  return { batches, fails: false };
}

type Run = {
  readonly batches: readonly string[];
  readonly failure: unknown;
  readonly decodings: Decodings;
  readonly made: number;
};

/** As the hops of a read do: two row groups are fetched behind the one whose lines are taken. */
async function run({ groups, consumerWaits, stopsAfter, abortsAfter, heldBytes }: Scenario): Promise<Run> {
  const decodings = new Decodings();
  const turns = new Turns();
  const free: Buffer[] = [];
  const units: (DecodedInTurn | undefined)[] = [];
  const abort = new AbortController();
  const batches: string[] = [];
  let failure: unknown;
  const fetch = (upTo: number): void => {
    for (const [index, group] of groups.entries()) {
      if (index < units.length || index > upTo) continue;
      const turn = turns.next();
      if (group.failsToFetch) turn.leave();
      units.push(
        group.failsToFetch ? undefined : decodings.unit(index, group, { turn, held: new HeldLines(heldBytes, free) }),
      );
    }
  };
  try {
    reading: for (const index of groups.keys()) {
      fetch(index + 2);
      const unit = units[index];
      if (unit === undefined) throw new Error('not fetched');
      decodings.taken = index;
      for await (const { bytes } of unit.lines(abort.signal)) {
        const text = bytes.toString();
        await wait(consumerWaits);
        assert.equal(bytes.toString(), text, 'lines changed before the next step');
        batches.push(text);
        if (batches.length === stopsAfter) break reading;
        if (batches.length === abortsAfter) abort.abort(new Error('aborted'));
      }
      await unit[Symbol.asyncDispose]();
      units[index] = undefined;
    }
  } catch (error) {
    failure = error;
  }
  const made = groups.slice(0, units.length).filter((group) => !group.failsToFetch).length;
  for (const unit of units) await unit?.[Symbol.asyncDispose]();
  return { batches, failure, decodings, made };
}

suite('row groups that are decoded ahead', () => {
  test('come out in their order, each batch once, and a failure after all before it', async () => {
    let ahead = 0;
    const property = fc.asyncProperty(scenario, async (one) => {
      const { batches, failure, decodings, made } = await run(one);
      if (failure instanceof assert.AssertionError) throw failure;
      const expected = expectedOf(one.groups);
      const isAborted = batches.length >= (one.abortsAfter ?? Infinity);
      const isStopped = batches.length === one.stopsAfter;
      assert.deepEqual(batches, expected.batches.slice(0, isAborted || isStopped ? batches.length : undefined));
      if (!isAborted) assert.equal(failure !== undefined, expected.fails && !isStopped);
      assert.ok(decodings.most <= 2);
      assert.equal(decodings.running.size, 0, 'a decoding runs on');
      assert.equal(decodings.disposed, made);
      ahead += decodings.ahead;
    });
    await fc.assert(property, { numRuns: 2000, seed: 20, endOnFailure: true });
    assert.ok(ahead > 500, `only ${ahead} were decoded ahead`);
  });
});

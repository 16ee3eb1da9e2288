import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { DurableStates, type Scope } from '@s3-connectors/common/destination/input/durable-states.ts';
import { parseStateLine, type StateLine } from '@s3-connectors/common/destination/input/state-line.ts';

function state(id: number): StateLine {
  return parseStateLine(Buffer.from(`{"type":"STATE","state":{"id":${id}}}\n`));
}

type Printed = { readonly id: number; readonly records: number; readonly rejected: number };

function taken(states: DurableStates): readonly Printed[] {
  return states.take().map((line) => {
    const json = JSON.parse(Buffer.from(line).toString()) as {
      state: { id: number; destinationStats: { recordCount: number; rejectedRecordCount?: number } };
    };
    const { recordCount: records, rejectedRecordCount: rejected = 0 } = json.state.destinationStats;
    return { id: json.state.id, records, rejected };
  });
}

type Step =
  | { readonly do: 'record'; readonly stream: number; readonly file: number }
  | { readonly do: 'state'; readonly scope: Scope }
  | { readonly do: 'store'; readonly at: number };
const stream = fc.nat({ max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('record' as const), stream, file: fc.nat({ max: 3 }) }),
  fc.record({ do: fc.constant('state' as const), scope: fc.oneof(stream, fc.constant('all' as const)) }),
  fc.record({ do: fc.constant('store' as const), at: fc.nat() }),
);

suite('durable states', () => {
  test('a state before any record is printed at once', () => {
    const states = new DurableStates(1, Infinity);
    states.add(0, state(1));
    assert.deepEqual(taken(states), [{ id: 1, records: 0, rejected: 0 }]);
    assert.deepEqual(taken(states), []);
    assert.equal(states.waitingBytes, 0);
  });

  test('say how many states wait and how long the oldest has, also the age of states whose place another took', () => {
    let now = 1000;
    const states = new DurableStates(3, 0, { elapsed: () => now });
    assert.deepEqual(states.held, { count: 0, oldestMs: 0 });
    states.opened(0, states, -1);
    states.add(0, state(1));
    now = 3000;
    states.add(1, state(2));
    assert.deepEqual(states.held, { count: 2, oldestMs: 2000 });
    states.add(0, state(3));
    now = 4000;
    assert.deepEqual(states.held, { count: 2, oldestMs: 3000 });
    states.take();
    assert.deepEqual(states.held, { count: 1, oldestMs: 3000 });
    states.add('all', state(4));
    states.stored(0, states);
    now = 4500;
    assert.deepEqual(states.held, { count: 2, oldestMs: 3500 });
    states.take();
    assert.deepEqual(states.held, { count: 0, oldestMs: 0 });
  });

  test('when too many wait, a state takes the place of the one before it, and its records', () => {
    const states = new DurableStates(2, 3000);
    states.opened(0, states, -1);
    for (let id = 1; id <= 1000; id += 1) {
      states.record(0);
      states.rejectedRecord(0);
      states.add(0, state(id));
    }
    assert.ok(states.waitingBytes < 4000);
    states.add(1, state(2000));
    assert.deepEqual(taken(states), [{ id: 2000, records: 0, rejected: 0 }]);
    states.stored(0, states);
    assert.match(states.supersededText ?? '', /^994 states are not printed/u);
    const printed = taken(states);
    assert.deepEqual(
      printed.map(({ id }) => id),
      [1, 2, 3, 4, 5, 1000],
    );
    assert.equal(
      printed.reduce((sum, { records }) => sum + records, 0),
      1000,
    );
    assert.deepEqual([states.waitingBytes, printed.at(-1)?.rejected], [0, 995]);
  });

  test('the bound is of bytes, and a state that fits takes no place of another, neither of a stream nor of all', () => {
    const cost = state(1).bytes.length + 512;
    for (const scope of [0, 'all'] as const) {
      const states = new DurableStates(2, cost);
      states.opened(0, states, -1);
      states.add(scope, state(1));
      assert.equal(states.waitingBytes, cost);
      states.add(scope, state(2));
      assert.deepEqual([states.supersededText, states.waitingBytes], [undefined, 2 * cost]);
      for (const id of [3, 4, 5]) states.add(scope, state(id));
      assert.deepEqual([states.supersededText?.split(' ')[0], states.waitingBytes], ['3', 2 * cost]);
      states.stored(0, states);
      assert.deepEqual(
        taken(states).map(({ id }) => id),
        [1, 5],
      );
      assert.equal(states.waitingBytes, 0);
    }
  });

  test('records are numbered over all streams, set aside or not, and a state waits for what holds a rejected one', () => {
    const states = new DurableStates(2, Infinity);
    const numbers = [states.rejectedRecord(1), states.record(0), states.rejectedRecord(0), states.record(1)];
    assert.deepEqual(numbers, [0, 1, 2, 3]);
    const file = {};
    states.add(0, state(1));
    states.opened(0, file, states.rejectedRecord(0));
    assert.deepEqual(taken(states), [{ id: 1, records: 1, rejected: 1 }]);
    states.add(0, state(2));
    assert.deepEqual(taken(states), []);
    states.stored(0, file);
    assert.deepEqual(taken(states), [{ id: 2, records: 0, rejected: 1 }]);
  });

  test('a stream is closed while no record, stored or set aside, has come after its last state', () => {
    const states = new DurableStates(2, Infinity);
    const closed: boolean[] = [states.isClosed(0)];
    for (const come of [() => states.record(0), () => states.rejectedRecord(0)]) {
      come();
      closed.push(states.isClosed(0), states.isClosed(1));
      states.add(0, state(1));
      closed.push(states.isClosed(0));
    }
    assert.deepEqual(closed, [true, false, true, true, false, true, true]);
    assert.equal(states.supersededText, undefined);
  });

  test('states of several streams are returned in the order in which they came', () => {
    const states = new DurableStates(3, Infinity);
    for (const [id, scope] of [2, 0, 1, 'all', 1, 0].entries()) states.add(scope as Scope, state(id));
    assert.deepEqual(
      taken(states).map(({ id }) => id),
      [0, 1, 2, 3, 4, 5],
    );
  });

  test('a STREAM state waits for its own stream only, a GLOBAL one for all', () => {
    const states = new DurableStates(2, Infinity);
    const [a, b] = [{}, {}];
    states.opened(0, a, states.record(0));
    states.opened(1, b, states.record(1));
    states.add(0, state(1));
    states.add(1, state(2));
    states.add('all', state(3));
    assert.deepEqual(taken(states), []);
    states.stored(1, b);
    assert.deepEqual(taken(states), [{ id: 2, records: 1, rejected: 0 }]);
    states.stored(0, a);
    assert.deepEqual(
      taken(states).map(({ id }) => id),
      [1, 3],
    );
  });

  test('a state does not wait for a file that begins after it', () => {
    const states = new DurableStates(1, Infinity);
    const [early, late] = [{}, {}];
    states.opened(0, early, states.record(0));
    states.add(0, state(1));
    states.opened(0, late, states.record(0));
    states.record(0);
    states.add(0, state(2));
    states.stored(0, early);
    assert.deepEqual(taken(states), [{ id: 1, records: 1, rejected: 0 }]);
    states.stored(0, late);
    assert.deepEqual(taken(states), [{ id: 2, records: 2, rejected: 0 }]);
  });

  test('rejected records count apart, and only for the state that follows them', () => {
    const states = new DurableStates(1, Infinity);
    states.rejectedRecord(0);
    states.record(0);
    states.add(0, state(1));
    states.add(0, state(2));
    assert.deepEqual(taken(states), [
      { id: 1, records: 1, rejected: 1 },
      { id: 2, records: 0, rejected: 0 },
    ]);
  });

  test('thousands of waiting states are returned in their order', () => {
    const states = new DurableStates(3, Infinity);
    const file = {};
    states.opened(0, file, states.record(0));
    for (let id = 0; id < 30_000; id += 1) {
      states.record(id % 3);
      states.add(id % 3, state(id));
    }
    const before = taken(states).map(({ id }) => id);
    assert.equal(before.length, 20_000);
    states.stored(0, file);
    const after = taken(states).map(({ id }) => id);
    assert.deepEqual(
      after,
      [...after].sort((a, b) => a - b),
    );
    assert.equal(before.length + after.length, 30_000);
  });

  test('no state is ever ahead of its records, none is held back without need, and order holds per stream', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const model = new Model();
        for (const next of steps) {
          model.apply(next);
          model.check();
        }
      }),
      { numRuns: 1000 },
    );
  });
});

type OpenFile = { readonly stream: number; readonly file: number; readonly records: number[] };

/** A brute-force model: it keeps every record, and every state checks every record before it. */
class Model {
  readonly #states = new DurableStates(3, Infinity);
  readonly #open: OpenFile[] = [];
  readonly #unstored = new Map<number, number>(); // record → stream
  readonly #received: { readonly scope: Scope; readonly before: number }[] = [];
  readonly #printed: number[] = [];
  #records = 0;

  apply(step: Step): void {
    if (step.do === 'record') this.#record(step.stream, step.file);
    else if (step.do === 'state') {
      this.#states.add(step.scope, state(this.#received.length));
      this.#received.push({ scope: step.scope, before: this.#records });
    } else if (this.#open.length > 0) {
      const [file] = this.#open.splice(step.at % this.#open.length, 1);
      if (file === undefined) return;
      for (const record of file.records) this.#unstored.delete(record);
      this.#states.stored(file.stream, file);
    }
  }

  check(): void {
    this.#printed.push(...taken(this.#states).map(({ id }) => id));
    assert.equal(new Set(this.#printed).size, this.#printed.length);
    const free: boolean[] = [];
    for (const [id, { scope }] of this.#received.entries()) {
      const earlier = this.#received.slice(0, id).every((other, index) => free[index] || !touch(other.scope, scope));
      free.push(earlier && this.#isDurable(id));
      assert.equal(this.#printed.includes(id), free[id]);
    }
  }

  #record(stream: number, file: number): void {
    const number = this.#states.record(stream);
    assert.equal(number, this.#records);
    let into = this.#open.find((one) => one.stream === stream && one.file === file);
    if (into === undefined) {
      into = { stream, file, records: [] };
      this.#open.push(into);
      this.#states.opened(stream, into, number);
    }
    into.records.push(number);
    this.#unstored.set(number, stream);
    this.#records += 1;
  }

  #isDurable(id: number): boolean {
    const { scope, before } = this.#received[id] ?? { scope: 'all', before: 0 };
    return ![...this.#unstored].some(([record, stream]) => record < before && touch(scope, stream));
  }
}

function touch(a: Scope, b: Scope): boolean {
  return a === 'all' || b === 'all' || a === b;
}

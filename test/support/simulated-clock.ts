// A clock that stops until a test advances it: hours of timers in a moment, in their order.
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '@s3-connectors/common/streams/clock.ts';

type Timer = { readonly due: number; readonly callback: () => void };

export type SimulatedClock = Clock & {
  /** Calls back what is due, each at its own time. What a callback causes at once happens before the next one. */
  advance(ms: number): Promise<void>;
};

export function simulatedClock(startMs: number): SimulatedClock {
  const timers = new Set<Timer>();
  let now = 0;

  function next(until: number): Timer | undefined {
    let found: Timer | undefined;
    for (const timer of timers) if (timer.due <= until && timer.due < (found?.due ?? Infinity)) found = timer;
    return found;
  }

  return {
    wall: () => startMs + now,
    elapsed: () => now,
    after(ms, callback) {
      const timer = { due: now + Math.max(0, ms), callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms) {
      const end = now + ms;
      for (let timer = next(end); timer !== undefined; timer = next(end)) {
        now = timer.due;
        timers.delete(timer);
        timer.callback();
        await setImmediate();
      }
      now = end;
    },
  };
}

/** A clock for which every wait is over at once, and has taken its time. */
export function skippingClock(): Clock {
  let now = 0;
  return {
    wall: () => now,
    elapsed: () => now,
    after(ms, callback) {
      const timer = setTimeout(() => {
        now += ms;
        callback();
      }, 0);
      return () => clearTimeout(timer);
    },
  };
}

// The faults that tests have injected: which of them a request meets. What a fault then does stands where the request is
// handled (handler.ts).
import type { Fault, FaultMatch, FaultProgress, ServedOperation } from './types.ts';

export type RequestFault = Exclude<Fault, { kind: 'hide_from_listing' }>;

export type Faults = {
  readonly inject: (fault: Fault) => FaultProgress;
  readonly clear: () => void;
  /** The fault that a request meets; `keys` are those it names. Counts it. */
  readonly meet: (operation: ServedOperation, keys: readonly string[]) => RequestFault | undefined;
  /** Whether keys are omitted from this one listing; made once per request. */
  readonly hiding: () => (key: string) => boolean;
};

type Injected = { readonly fault: Fault; seen: number; fired: number };

/** `seed` makes what `probability` decides repeatable. */
export function createFaults(seed: number): Faults {
  const random = randomNumbers(seed);
  let injected: readonly Injected[] = [];

  function fires(entry: Injected): boolean {
    const { skip = 0, times = 1, every = 1, probability = 1 } = entry.fault;
    if (entry.fired >= times) return false;
    entry.seen += 1;
    if (entry.seen <= skip || (entry.seen - skip) % every !== 0) return false;
    if (probability < 1 && random() >= probability) return false;
    entry.fired += 1;
    return true;
  }

  return {
    inject(fault) {
      const entry: Injected = { fault, seen: 0, fired: 0 };
      injected = [...injected, entry];
      return entry;
    },
    clear() {
      injected = [];
    },
    meet(operation, keys) {
      for (const entry of injected) {
        const { fault } = entry;
        if (fault.kind === 'hide_from_listing' || !concerns(fault, operation, keys)) continue;
        if (fires(entry)) return fault;
      }
      return undefined;
    },
    hiding() {
      const decided = new Map<Injected, boolean>();
      const hides = injected.filter(({ fault }) => fault.kind === 'hide_from_listing');
      return (key) =>
        hides.some((entry) => {
          if (!key.startsWith(entry.fault.prefix ?? '')) return false;
          const decision = decided.get(entry) ?? fires(entry);
          decided.set(entry, decision);
          return decision;
        });
    },
  };
}

function concerns({ operation, prefix = '' }: FaultMatch, asked: ServedOperation, keys: readonly string[]): boolean {
  const operations = typeof operation === 'string' ? [operation] : operation;
  if (operations !== undefined && !operations.includes(asked)) return false;
  return prefix === '' || keys.some((key) => key.startsWith(prefix));
}

// mulberry32: small, and the same on every machine.
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

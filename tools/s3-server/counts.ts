// Counts what the server is asked for: requests and bytes per operation, and how many were in hand at one time.
import type { Counts, ServedOperation, OperationCounts } from './types.ts';

type Tally = { -readonly [Name in keyof OperationCounts]: OperationCounts[Name] };

/** What the request handler tells the counter of one request. */
export type RequestMeter = {
  readonly received: (bytes: number) => void;
  readonly sent: (bytes: number) => void;
  readonly end: () => void;
};

export type Counter = { readonly counts: Counts; begin(operation: ServedOperation, namesOwner: boolean): RequestMeter };

export function createCounter(): Counter {
  const tallies = new Map<ServedOperation, Tally>();
  const namingOwner = new Map<ServedOperation, number>();
  let total = zeros();
  let inHand = 0;
  let maxConcurrent = 0;

  function tallyOf(operation: ServedOperation): Tally {
    const tally = tallies.get(operation) ?? zeros();
    tallies.set(operation, tally);
    return tally;
  }

  return {
    counts: {
      get total() {
        return { ...total };
      },
      get maxConcurrent() {
        return maxConcurrent;
      },
      of: (operation) => ({ ...(tallies.get(operation) ?? zeros()) }),
      namingOwner: (operation) => namingOwner.get(operation) ?? 0,
      reset() {
        tallies.clear();
        namingOwner.clear();
        total = zeros();
        maxConcurrent = inHand;
      },
    },
    begin(operation, namesOwner) {
      add(operation, 'requests', 1);
      if (namesOwner) namingOwner.set(operation, (namingOwner.get(operation) ?? 0) + 1);
      inHand += 1;
      maxConcurrent = Math.max(maxConcurrent, inHand);
      return {
        received: (bytes) => add(operation, 'bytesIn', bytes),
        sent: (bytes) => add(operation, 'bytesOut', bytes),
        end: () => {
          inHand -= 1;
        },
      };
    },
  };

  function add(operation: ServedOperation, name: keyof Tally, amount: number): void {
    tallyOf(operation)[name] += amount;
    total[name] += amount;
  }
}

function zeros(): Tally {
  return { requests: 0, bytesIn: 0, bytesOut: 0 };
}

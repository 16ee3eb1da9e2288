// Only the messages of transactions that were not rolled back are left in an answer, wherever answers are cut.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';

import * as fc from 'fast-check';

import { dropRolledBack, type Batch } from '../../../destination-s3-streaming/src/kafka/answers/rolled-back.ts';

type Stored = Batch & { readonly kept: boolean };
type Transaction = { readonly producer: number; readonly batches: number; readonly isCommitted: boolean };
type Log = {
  readonly batches: readonly Stored[];
  readonly rolledBack: readonly { readonly producerId: bigint; readonly firstOffset: bigint; readonly last: bigint }[];
};

const marker = (type: number): { key: Buffer } => ({ key: Buffer.from([0, 0, 0, type]) });

/** What a broker stores when the transactions of each producer follow one another. `order`: whose step is next. */
function logOf(transactions: readonly Transaction[], order: readonly number[]): Log {
  const queues = new Map<number, Transaction[]>();
  for (const one of transactions) queues.set(one.producer, [...(queues.get(one.producer) ?? []), one]);
  const [batches, rolledBack]: [Stored[], (Log['rolledBack'][number] & object)[]] = [[], []];
  let at = 0n;
  const add = (producerId: bigint, attributes: number, records: Batch['records'], kept: boolean): void => {
    batches.push({ firstOffset: at, lastOffsetDelta: records.length - 1, attributes, producerId, records, kept });
    at += BigInt(records.length);
  };
  const begun = new Map<number, { readonly first: bigint; readonly left: number }>();
  const step = (producer: number): void => {
    const [current] = queues.get(producer) ?? [];
    if (current === undefined) return add(-1n, 0, [{ key: null }], true);
    const { first, left } = begun.get(producer) ?? { first: at, left: current.batches };
    if (left > 0) {
      begun.set(producer, { first, left: left - 1 });
      return add(BigInt(producer), 0b1_0000, [{ key: null }, { key: null }], current.isCommitted);
    }
    if (!current.isCommitted) rolledBack.push({ producerId: BigInt(producer), firstOffset: first, last: at });
    add(BigInt(producer), 0b11_0000, [marker(current.isCommitted ? 1 : 0)], true);
    begun.delete(producer);
    queues.get(producer)?.shift();
  };
  for (const producer of order) step(producer);
  // The broker gives nothing that follows the begin of an open transaction.
  for (let count = 0; count < 100; count += 1)
    for (const [producer, queue] of queues) if (queue.length > 0) step(producer);
  return { batches, rolledBack };
}

suite('the messages of rolled-back transactions', () => {
  test('are dropped, and all others stay, wherever answers are cut', () => {
    const transaction = fc.record({
      producer: fc.integer({ min: 0, max: 2 }),
      batches: fc.integer({ min: 1, max: 3 }),
      isCommitted: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(transaction, { maxLength: 8 }),
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 40 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 5 })),
        (transactions, order, sizes) => {
          const { batches, rolledBack } = logOf(transactions, order);
          for (let at = 0; at < batches.length;) {
            const answer = batches.slice(at, (at += sizes.next().value ?? 1)).map((batch) => ({ ...batch }));
            const [from, to] = [answer[0]?.firstOffset ?? 0n, answer.at(-1)?.firstOffset ?? 0n];
            const listed = rolledBack.filter(({ firstOffset, last }) => last >= from && firstOffset <= to);
            const count = answer.length;
            dropRolledBack({ responses: [{ partitions: [{ abortedTransactions: listed, records: answer }] }] });
            assert.equal(answer.length, count);
            for (const { kept, records, firstOffset } of answer)
              assert.equal(records.length > 0, kept, `${firstOffset}`);
          }
        },
      ),
      { numRuns: 2000, seed: 62 },
    );
  });

  test('stay if the answer has none, and an answer without batches is taken', () => {
    const batch = {
      firstOffset: 0n,
      lastOffsetDelta: 0,
      attributes: 0b1_0000,
      producerId: 1n,
      records: [{ key: null }],
    };
    dropRolledBack({ responses: [{ partitions: [{ abortedTransactions: null, records: [batch] }] }] });
    dropRolledBack({ responses: [{ partitions: [{ abortedTransactions: [{ producerId: 1n, firstOffset: 0n }] }] }] });
    assert.equal(batch.records.length, 1);
  });
});

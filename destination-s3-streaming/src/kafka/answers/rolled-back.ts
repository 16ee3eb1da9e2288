// Removes the messages of rolled-back transactions from the brokers' answers. The client itself recognises only the last one of each
// producer in an answer, and that only if its marker is in the same answer.

/** The parts of an answer that are needed. A batch stays without its messages, because the client takes its position from batches. */
export type Fetched = {
  readonly responses: readonly {
    readonly partitions: readonly {
      readonly abortedTransactions: readonly RolledBack[] | null;
      readonly records?: readonly Batch[] | null;
    }[];
  }[];
};

type RolledBack = { readonly producerId: bigint; readonly firstOffset: bigint };

export type Batch = {
  readonly firstOffset: bigint;
  readonly lastOffsetDelta: number;
  readonly attributes: number;
  readonly producerId: bigint;
  records: readonly { readonly key?: Buffer | null }[];
};

const isTransactional = 0b1_0000;
const isControl = 0b10_0000;
/** Of a marker's key, after its version. */
const rollBack = 0;

/**
 * Of an answer to `read_committed`. The broker lists every rolled-back transaction that has messages in it, and a producer has one
 * transaction at a time. Source: KIP-98, and `nextFetchedRecord` of Kafka's own client.
 */
export function dropRolledBack({ responses }: Fetched): void {
  for (const { partitions } of responses) {
    for (const { abortedTransactions: rolledBack, records: batches } of partitions) {
      if (rolledBack !== null && rolledBack.length > 0) dropFrom(batches ?? [], rolledBack);
    }
  }
}

function dropFrom(batches: readonly Batch[], rolledBack: readonly RolledBack[]): void {
  const waiting = [...rolledBack].sort((a, b) => Number(b.firstOffset - a.firstOffset));
  const open = new Set<bigint>();
  for (const batch of batches) {
    const last = batch.firstOffset + BigInt(batch.lastOffsetDelta);
    while ((waiting.at(-1)?.firstOffset ?? last + 1n) <= last) open.add(waiting.pop()?.producerId ?? -1n);
    if ((batch.attributes & isControl) !== 0) {
      if (batch.records[0]?.key?.readInt16BE(2) === rollBack) open.delete(batch.producerId);
    } else if ((batch.attributes & isTransactional) !== 0 && open.has(batch.producerId)) {
      batch.records = [];
    }
  }
}

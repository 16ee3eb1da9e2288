// The shares of `max_memory_mb`. Three quarters are for buffers: rows, compressed rows, bodies being sent, waiting STATEs, and
// buffers for reuse. The rest is for objects and garbage.

export type MemoryShares = {
  /** All buffers together. Input is read only while they are below it. */
  readonly bufferBytes: number;
  /** The share of open files, with the STATEs that wait for them. Above it the oldest files are closed. */
  readonly openBytes: number;
  /** The share of rows before they are compressed. */
  readonly gatheringBytes: number;
  /** The share of STATEs that wait for the end. */
  readonly heldBytes: number;
  /** The share of unused buffers. */
  readonly idleBytes: number;
};

export function sharesOf(maxMemoryBytes: number): MemoryShares {
  const bufferBytes = (maxMemoryBytes * 3) / 4;
  return {
    bufferBytes,
    openBytes: (bufferBytes * 3) / 4,
    gatheringBytes: bufferBytes / 4,
    heldBytes: bufferBytes / 4,
    idleBytes: bufferBytes / 8,
  };
}

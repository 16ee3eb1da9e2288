// How `max_memory_mb` is shared out. Three quarters of it are for buffers: rows, what they are compressed to, bodies on their
// way, STATEs that wait, and buffers kept for reuse. The rest is for the objects and the garbage that go with them.

export type MemoryShares = {
  /** All buffers together: input is read only while they are below it. */
  readonly bufferBytes: number;
  /** Of these, what open files may hold with the STATEs that wait for them; then the oldest are closed. */
  readonly openBytes: number;
  /** What rows take before they are compressed. */
  readonly gatheringBytes: number;
  /** What STATEs may take that wait for the end. */
  readonly heldBytes: number;
  /** What may lie unused. */
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

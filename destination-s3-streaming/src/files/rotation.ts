// When open files are closed, and why. Pure: the loop in write.ts asks at every turn.

/** `end`: the input ended, or the process was stopped. */
export type RotationReason = 'age' | 'size' | 'memory' | 'end';

export type OpenFileFacts = {
  /** Milliseconds, by the wall clock; when the first record came. */
  readonly openedAt: number;
  /** The size of the file in S3 if it were closed now. */
  readonly compressedBytes: number;
  /** The memory that closing and storing it frees. */
  readonly heldBytes: number;
};

export type RotationLimits = {
  readonly maxAgeMs: number;
  readonly maxFileBytes: number;
  /** Above this, the oldest files are closed until the rest fits. */
  readonly maxOpenBytes: number;
};

type Due<File> = { readonly file: File; readonly reason: RotationReason };

type Situation<File> = {
  readonly oldestFirst: Iterable<File>;
  /** Files that have grown since the last time. */
  readonly grown: Iterable<File>;
  /** Files beyond the allowed number, because each takes memory in addition to its bytes. */
  readonly surplus?: Iterable<File>;
  /** Memory held by all open files and by what waits for them. */
  readonly openBytes: number;
  readonly now: number;
};

/** Each file at most once. They are searched lazily, because thousands may be due while few are closed at a time. */
export function* filesDue<File extends OpenFileFacts>(
  { oldestFirst, grown, surplus = [], openBytes, now }: Situation<File>,
  limits: RotationLimits,
): Generator<Due<File>, void> {
  const closed = new Set<File>();
  let excess = openBytes - limits.maxOpenBytes;
  for (const file of grown) {
    if (file.compressedBytes < limits.maxFileBytes) continue;
    closed.add(file);
    excess -= file.heldBytes;
    yield { file, reason: 'size' };
  }
  for (const file of surplus) {
    if (closed.has(file)) continue;
    closed.add(file);
    excess -= file.heldBytes;
    yield { file, reason: 'memory' };
  }
  for (const file of oldestFirst) {
    if (closed.has(file)) continue;
    const aged = now - file.openedAt >= limits.maxAgeMs;
    if (!aged && excess <= 0) return;
    excess -= file.heldBytes;
    yield { file, reason: aged ? 'age' : 'memory' };
  }
}

/** Used when the input has ended. */
export function* allDue<File>(files: Iterable<File>): Generator<Due<File>, void> {
  for (const file of files) yield { file, reason: 'end' };
}

/** Milliseconds until the oldest file is due by age; Infinity without a file. */
export function msUntilAged(oldest: OpenFileFacts | undefined, now: number, { maxAgeMs }: RotationLimits): number {
  return oldest === undefined ? Infinity : Math.max(0, oldest.openedAt + maxAgeMs - now);
}

const largestChunk = 1024 * 1024;
/** Chunks that are compressed or wait for it while more input is read: for each thread the one in work and the next. */
export function maxChunksWaiting(compressionsAtOnce: number): number {
  return 2 * compressionsAtOnce;
}

/** The number of bytes at which the rows of a file are compressed. A file's size is only known by chunks, so it has several. */
export function chunkBytes(maxFileBytes: number): number {
  return Math.min(largestChunk, maxFileBytes / 2);
}

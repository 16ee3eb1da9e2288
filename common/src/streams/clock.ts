// The time and its passing, for code that decides by them: given to it, so that tests can let hours pass in a moment.

export type Clock = {
  /** Milliseconds since 1970; it may be set back. */
  wall(): number;
  /** Milliseconds that only ever grow: what intervals are measured by. */
  elapsed(): number;
  /** Calls back once after so many milliseconds, unless what it returns is called before. */
  after(ms: number, callback: () => void): () => void;
};

export const systemClock: Clock = {
  wall: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after so many milliseconds. @throws the signal's reason once that is aborted. */
export async function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const cancel = clock.after(ms, resolve);
  const onAbort = (): void => {
    cancel();
    reject(signal?.reason as Error);
  };
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await promise;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

// The clock of code that depends on time. It is injected, so that tests can advance it by hours.

export type Clock = {
  /** Milliseconds since 1970. It can go backwards. */
  wall(): number;
  /** Monotonic milliseconds, for intervals. */
  elapsed(): number;
  /** Calls back once after this many milliseconds. The returned function cancels it. */
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

/** Resolves after this many milliseconds. @throws the signal's reason if it is aborted. */
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

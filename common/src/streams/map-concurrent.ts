// The one way work is done at the same time in a pipeline: ordered, bounded, with back-pressure.

/**
 * Yields `fn`'s results in the order of the source; at most `limit` are begun and not yet taken. The first failure stops
 * the source and the others (through the signal given to `fn`); nothing outlives the generator.
 */
export async function* mapConcurrent<T, R>(
  source: AsyncIterable<T> | Iterable<T>,
  limit: number,
  fn: (item: T, signal: AbortSignal) => Promise<R>,
  signal?: AbortSignal,
): AsyncGenerator<R> {
  const stop = new AbortController();
  const linked = signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal]);
  const inFlight: Promise<R>[] = [];
  try {
    for await (const item of source) {
      linked.throwIfAborted();
      const result = fn(item, linked);
      result.catch((error: unknown) => stop.abort(error)); // The reason is the failure, or an AbortError would hide it.
      inFlight.push(result);
      if (inFlight.length >= limit) yield await takeOldest(inFlight);
    }
    while (inFlight.length > 0) yield await takeOldest(inFlight);
  } finally {
    stop.abort();
    await Promise.allSettled(inFlight);
  }
}

/** It stays in the list until it has settled, so that the generator's end waits for it. */
async function takeOldest<R>(inFlight: Promise<R>[]): Promise<R> {
  const [oldest] = inFlight;
  if (oldest === undefined) throw new Error('nothing in flight');
  const result = await oldest;
  void inFlight.shift();
  return result;
}

// Concurrent work in a pipeline: ordered, bounded, with back-pressure.

/**
 * Yields the results of `fn` in the order of the source. At most `limit` are started and not yet consumed. The first failure of `fn`
 * stops the source and, through the signal of `fn`, the other work. A failure of the source comes after the results of what it gave.
 * Nothing outlives the generator.
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
  let failed: { readonly error: unknown } | undefined;
  const given = untilFailure(source, (error) => (failed = { error }));
  try {
    for await (const item of given) {
      linked.throwIfAborted();
      const result = fn(item, linked);
      result.catch((error: unknown) => stop.abort(error)); // With the failure as the reason, an AbortError cannot hide it.
      inFlight.push(result);
      if (inFlight.length >= limit) yield await takeOldest(inFlight);
    }
    while (inFlight.length > 0) yield await takeOldest(inFlight);
    if (failed !== undefined) throw failed.error;
  } finally {
    stop.abort();
    await Promise.allSettled(inFlight);
  }
}

async function* untilFailure<T>(
  source: AsyncIterable<T> | Iterable<T>,
  onFailure: (error: unknown) => void,
): AsyncGenerator<T> {
  try {
    yield* source;
  } catch (error) {
    onFailure(error);
  }
}

/** The work stays in the list until it settles, so that the end of the generator waits for it. */
async function takeOldest<R>(inFlight: Promise<R>[]): Promise<R> {
  const [oldest] = inFlight;
  if (oldest === undefined) throw new Error('nothing in flight');
  const result = await oldest;
  void inFlight.shift();
  return result;
}

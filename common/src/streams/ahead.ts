// Work that is started before its result is wanted.

/**
 * Independent work then waits for S3 at the same time, and its results are taken in order. A failure counts only if the result is
 * taken.
 */
export function ahead<T>(ask: () => Promise<T>): () => Promise<T> {
  const asked = ask();
  asked.catch(() => undefined);
  return () => asked;
}

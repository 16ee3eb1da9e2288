// Passes bytes through one of zlib's decoders while they arrive.
import { pipeline } from 'node:stream/promises';
import type { Gunzip, ZstdDecompress } from 'node:zlib';

/** The decoder's output. Fails with its error, or with the source's. Both are closed at the end. */
export async function* decoded(
  source: AsyncIterable<Uint8Array>,
  decoder: Gunzip | ZstdDecompress,
): AsyncGenerator<Uint8Array> {
  const fed = pipeline(source, decoder);
  fed.catch(() => undefined); // Its failure is the decoder's, which the loop receives.
  try {
    for await (const piece of decoder) yield piece as Uint8Array;
    await fed;
  } finally {
    decoder.destroy();
    await fed.catch(() => undefined); // The source is closed by then.
  }
}

// Converts text of other encodings to UTF-8, piece by piece, so that the next steps see only one encoding.

import type { Encoding } from '../../config/csv-config.ts';

const byteOrderMark = '\uFEFF';

/** A UTF-16 byte order mark overrides the configuration: no UTF-8 text begins like that. */
export function encodingOf(
  head: Uint8Array,
  configured: Encoding,
): Exclude<Encoding, 'utf-16'> | 'utf-16le' | 'utf-16be' {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return configured === 'utf-16' ? 'utf-16le' : configured;
}

/**
 * Pieces as UTF-8 (UTF-8 itself is unchanged), at most three times as long. A UTF-16 mark becomes the UTF-8 mark. Fails with a
 * TypeError if the bytes are not in that encoding. The first piece has at least two bytes, if the text has.
 */
export async function* toUtf8(source: AsyncIterable<Uint8Array>, configured: Encoding): AsyncGenerator<Uint8Array> {
  let decoder: Decoder | undefined;
  for await (const piece of source) {
    decoder ??= decoderOf(encodingOf(piece, configured));
    yield decoder.decode(piece);
  }
  const rest = decoder?.finish() ?? '';
  if (rest !== '') yield Buffer.from(rest);
}

type Decoder = { readonly decode: (piece: Uint8Array) => Uint8Array; readonly finish: () => string };

function decoderOf(encoding: ReturnType<typeof encodingOf>): Decoder {
  if (encoding === 'utf-8') return { decode: (piece) => piece, finish: () => '' };
  if (encoding === 'latin-1') {
    return { decode: (piece) => Buffer.from(Buffer.from(piece).toString('latin1')), finish: () => '' };
  }
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
  return {
    decode: (piece) => Buffer.from(decoder.decode(piece, { stream: true })),
    finish: () => decoder.decode(),
  };
}

/** Bytes of a byte order mark at the start of UTF-8 text. */
export function markBytes(text: Uint8Array): number {
  const mark = Buffer.from(byteOrderMark);
  return mark.every((byte, index) => text[index] === byte) ? mark.length : 0;
}

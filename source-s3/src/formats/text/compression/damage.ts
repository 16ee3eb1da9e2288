// What is wrong with compressed data, in words that hold nothing of it.
import { thrownText } from '@s3-connectors/common/protocol/text/thrown.ts';

/** Compressed data that is damaged; its text is one of ours. */
export class Damage extends Error {
  override readonly name = 'Damage';
}

/** Our own texts and those of zlib and zstd, all of which are constants of their programs; of anything else its kind. */
export function damageText(error: unknown): string {
  if (error instanceof Damage) return error.message;
  const { code } = error as { readonly code?: unknown };
  const isDecoders = error instanceof Error && typeof code === 'string' && /^(?:Z|ZSTD)_/u.test(code);
  return isDecoders ? error.message : thrownText(error);
}

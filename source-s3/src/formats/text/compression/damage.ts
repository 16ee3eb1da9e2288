// What is wrong with compressed data, in words without any of its content.
import { thrownText } from '@s3-connectors/common/protocol/text/thrown.ts';

/** Damaged compressed data. Its text is constant. */
export class Damage extends Error {
  override readonly name = 'Damage';
}

/** Our own texts and those of zlib and zstd, which are constants of their programs. For any other error, its kind. */
export function damageText(error: unknown): string {
  if (error instanceof Damage) return error.message;
  const { code } = error as { readonly code?: unknown };
  const isDecoders = error instanceof Error && typeof code === 'string' && /^(?:Z|ZSTD)_/u.test(code);
  return isDecoders ? error.message : thrownText(error);
}

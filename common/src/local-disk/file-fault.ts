// Why a file that the user named cannot be read or written: the end of a sentence.
import { diskFailure } from './disk-failure.ts';

export function fileFault(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (code === 'ENOENT') return 'it does not exist (ENOENT)';
  if (code === 'EISDIR') return 'it is a folder (EISDIR)';
  return diskFailure(error)?.why ?? code;
}

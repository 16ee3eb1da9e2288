// Whether a failure is the local disk's, in Node's errors and in the query engine's texts, and why the disk refused.

/** Code → words, and what the system calls it in texts of the engine. */
const reasons: Readonly<Record<string, readonly [words: string, systemText: string]>> = {
  ENOSPC: ['no space is left', 'No space left on device'],
  EDQUOT: ['the disk quota is used up', 'Disk quota exceeded'],
  EFBIG: ['a file may not become so large', 'File too large'],
  EROFS: ['it is read-only', 'Read-only file system'],
  ENOENT: ['it does not exist, or was removed', 'No such file or directory'],
  EACCES: ['this user may not use it', 'Permission denied'],
  EPERM: ['this user may not use it', 'Operation not permitted'],
  ENOTDIR: ['it is not a folder', 'Not a directory'],
  ENAMETOOLONG: ['its path is too long', 'File name too long'],
  ELOOP: ['its links lead in a circle', 'Too many levels of symbolic links'],
  EEXIST: ['something else is in its place', 'File exists'],
  EIO: ['the disk failed', 'Input/output error'],
  ENXIO: ['the disk failed', 'No such device or address'],
  ENODEV: ['the disk failed', 'No such device'],
  ESTALE: ['it was removed on its server', 'Stale file handle'],
  ENOTSUP: ['its file system does not support what is needed', 'Operation not supported'],
  EINVAL: ['its file system does not support what is needed', 'Invalid argument'],
};
/** The engine's share of the disk, which it takes from the free space, is used up. */
const noSpill = /^Out of Memory Error: .*(?:offload|max_temp_directory_size)/u;
/** A file that was there before. */
const vanished = /^IO Error: No files found that match the pattern/u;

/** Why the disk refused, with the system's code; undefined for any other failure. */
export function diskFailure(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('syscall' in error) return ofSystem(error);
  return ofEngine(error.message);
}

function ofSystem(error: Error): string | undefined {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined || syscall.startsWith('spawn')) return undefined;
  const [words] = reasons[code] ?? [];
  return words === undefined ? undefined : `${words} (${code})`;
}

/** Only of texts about files and spilling: others can hold anything that a file says. */
function ofEngine(message: string): string | undefined {
  const [text = ''] = message.split('\n');
  if (noSpill.test(text)) return 'no space is left for the query engine (ENOSPC)';
  if (vanished.test(text)) return 'it was removed (ENOENT)';
  return text.startsWith('IO Error: ') || text.startsWith('mkfifo: ') ? systemReason(text) : undefined;
}

/** By the system's words at the end of a text. */
function systemReason(text: string): string | undefined {
  const found = Object.entries(reasons).find(([, [, systemText]]) => text.endsWith(systemText));
  return found && `${found[1][0]} (${found[0]})`;
}

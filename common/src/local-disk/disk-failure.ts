// Recognises failures of the local disk in Node's errors and the query engine's texts, with the cause and the remedy.

type DiskFailure = {
  /** With the system's code. */
  readonly why: string;
  /** A remedy other than another folder: the beginning of a sentence. */
  readonly remedy?: string;
};

type Reason = readonly [words: string, systemText: string, remedy?: string];

const space = 'Free some space';
const allow = 'Allow this user to write there';
const create = 'Create it, and make sure that nothing removes it during a run';

/** Code → our text, the system's text in the engine's messages, and the remedy. */
const reasons: Readonly<Record<string, Reason>> = {
  ENOSPC: ['no space is left', 'No space left on device', space],
  EDQUOT: ['the disk quota is used up', 'Disk quota exceeded', space],
  EFBIG: ['a file is not allowed to become this large', 'File too large', 'Raise the limit on file size (ulimit -f)'],
  EROFS: ['it is read-only', 'Read-only file system', 'Make it writable'],
  ENOENT: ['it does not exist, or was removed', 'No such file or directory', create],
  EACCES: ['this user is not allowed to use it', 'Permission denied', allow],
  EPERM: ['this user is not allowed to use it', 'Operation not permitted', allow],
  ENOTDIR: ['it is not a folder', 'Not a directory'],
  ENAMETOOLONG: ['its path is too long', 'File name too long'],
  ELOOP: ['its symbolic links form a loop', 'Too many levels of symbolic links'],
  EEXIST: ['something else is in its place', 'File exists'],
  EIO: ['the disk failed', 'Input/output error'],
  ENXIO: ['the disk failed', 'No such device or address'],
  ENODEV: ['the disk failed', 'No such device'],
  ESTALE: ['it was removed on its server', 'Stale file handle'],
  ENOTSUP: ['its file system does not support a needed operation', 'Operation not supported'],
  EINVAL: ['its file system does not support a needed operation', 'Invalid argument'],
};
/** The engine has used its share of the free space. */
const noSpill = /^Out of Memory Error: .*(?:offload|max_temp_directory_size)/u;
/** A file that existed before. */
const vanished = /^IO Error: No files found that match the pattern/u;

/** Undefined for any other failure. */
export function diskFailure(error: unknown): DiskFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('syscall' in error) return ofSystem(error);
  return ofEngine(error.message);
}

function ofSystem(error: Error): DiskFailure | undefined {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined || syscall.startsWith('spawn')) return undefined;
  return ofCode(code);
}

/** Checks only texts about files and spilling, because others can contain data from a file. */
function ofEngine(message: string): DiskFailure | undefined {
  const [text = ''] = message.split('\n');
  if (noSpill.test(text)) return { why: 'no space is left for the query engine (ENOSPC)', remedy: space };
  if (vanished.test(text)) return { why: 'it was removed (ENOENT)', remedy: create };
  if (!text.startsWith('IO Error: ') && !text.startsWith('mkfifo: ')) return undefined;
  // The system's text is at the end.
  const found = Object.entries(reasons).find(([, [, systemText]]) => text.endsWith(systemText));
  return found && ofCode(found[0]);
}

function ofCode(code: string): DiskFailure | undefined {
  const { [code]: reason } = reasons;
  if (reason === undefined) return undefined;
  const [words, , remedy] = reason;
  return { why: `${words} (${code})`, ...(remedy !== undefined && { remedy }) };
}

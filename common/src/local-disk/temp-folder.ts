// The temporary folder of a run on local disk, and the one error for all problems with it.
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';

import { ConnectorError } from '../protocol/errors.ts';
import type { Log } from '../protocol/log.ts';
import { diskFailure } from './disk-failure.ts';
import { freeSpaceWhen } from './free-space.ts';
import { lockFolder } from './folder-lock.ts';
import { removeLeftovers, removeUnlocked, stem, unlockedStem } from './leftovers.ts';
import { writeNewFile } from './local-file.ts';

export type TempFolder = {
  readonly path: string;
  /** @throws TEMP_FOLDER_UNUSABLE if `work` fails because of the disk. */
  use<T>(work: () => Promise<T>): Promise<T>;
  /** TEMP_FOLDER_UNUSABLE for a failure of the disk, otherwise the error itself. */
  explained(error: unknown): Promise<unknown>;
};

/** Disposing of it removes the folder. */
export type OwnTempFolder = TempFolder & AsyncDisposable;

export type TempPlace = {
  /** The parent of the folder. */
  readonly parent: string;
  /** How to choose another parent: a sentence that begins with "Set". */
  readonly advice: string;
};

const probeBytes = 64 * 1024;

/**
 * A folder that only this user can read. Removes folders of ended processes next to it.
 * @throws TEMP_FOLDER_UNUSABLE that names the folder, its free space and the setting for another folder.
 */
export async function openTempFolder(
  { make, ...place }: TempPlace & { readonly make?: (parent: string) => Promise<void> },
  log: Log,
): Promise<OwnTempFolder> {
  const parent = resolve(place.parent);
  const within = { ...place, parent };
  try {
    if (/[*?[]/u.test(parent)) throw refused(within, 'the query engine reads *, ? and [ in its name as a pattern');
    await make?.(parent);
    const removed = await removeLeftovers(parent);
    if (removed > 0)
      log('INFO', `Removed ${removed} temporary ${removed === 1 ? 'folder' : 'folders'} of killed runs.`);
    return await makeOwn(within, log);
  } catch (error) {
    throw await explained(within, error);
  }
}

/** Makes and locks the folder under another name, so that no other process sees it unlocked. */
async function makeOwn(place: TempPlace, log: Log): Promise<OwnTempFolder> {
  const fresh = await mkdtemp(join(place.parent, unlockedStem));
  const path = join(place.parent, stem + basename(fresh).slice(unlockedStem.length));
  try {
    await removeUnlocked(place.parent, fresh);
    const lock = await lockFolder(fresh);
    await rename(fresh, path);
    return {
      ...folderAt(path, place),
      async [Symbol.asyncDispose]() {
        lock?.[Symbol.dispose](); // First, because a network file system renames an open file instead of removing it.
        try {
          await rm(path, { recursive: true, force: true, maxRetries: 3 });
        } catch (error) {
          log(
            'WARN',
            `The temporary folder "${path}" could not be removed (${textOf(error)}). The next run removes it.`,
          );
        }
      },
    };
  } catch (error) {
    await rm(fresh, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

function folderAt(path: string, place: TempPlace): TempFolder {
  return {
    path,
    async use(work) {
      try {
        return await work();
      } catch (error) {
        throw await explained(place, error);
      }
    },
    explained: (error) => explained(place, error),
  };
}

/** A subfolder with the same rules. */
export async function subfolder(folder: TempFolder, name: string): Promise<TempFolder> {
  const path = join(folder.path, name);
  await folder.use(() => mkdir(path, { mode: 0o700 }));
  return { ...folder, path };
}

/** Writes and reads a little. @throws TEMP_FOLDER_UNUSABLE */
export async function rehearse(folder: TempFolder): Promise<void> {
  const path = join(folder.path, 'probe');
  const bytes = Buffer.alloc(probeBytes, 'probe');
  await folder.use(async () => {
    await writeNewFile(path, bytes);
    const failure = { code: 'EIO', syscall: 'read' };
    if (!(await readFile(path)).equals(bytes))
      throw Object.assign(new Error('EIO: the file does not read back as it was written'), failure);
    await rm(path);
  });
}

async function explained(place: TempPlace, error: unknown): Promise<unknown> {
  if (error instanceof SuppressedError) return explained(place, error.suppressed);
  const inner = error instanceof ConnectorError && error.code === 'UNEXPECTED' ? error.cause : error;
  const failure = diskFailure(inner);
  if (failure === undefined) return error;
  const { why, remedy } = failure;
  const advice = remedy === undefined ? place.advice : `${remedy}, or ${place.advice.replace(/^S/u, 's')}`;
  const { message } = refused(place, `${why}, ${await freeSpaceWhen(inner, place.parent)}`, advice);
  return new ConnectorError('TEMP_FOLDER_UNUSABLE', message, { details: textOf(inner), cause: inner });
}

/** `advice` replaces the usual one. */
export function refused({ parent, ...place }: TempPlace, why: string, advice = place.advice): ConnectorError {
  const text = `The folder for temporary files "${parent}" cannot be used: ${why}. ${advice}`;
  return new ConnectorError('TEMP_FOLDER_UNUSABLE', text);
}

function textOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line;
}

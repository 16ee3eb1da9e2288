// The files of a replacement before it is published: below `{prefix}_staging/{export}/`, where no reader looks, under their
// final path. A killed process leaves them there; the next one removes them.
import { ConnectorError } from '../../protocol/errors.ts';
import { deleteObjects } from '../../s3/delete.ts';
import { headObject } from '../../s3/head.ts';
import { listPages } from '../../s3/list.ts';
import type { OwnKey } from '../../s3/own-key.ts';
import type { WrittenBody } from '../../s3/write.ts';
import { mapConcurrent } from '../../streams/map-concurrent.ts';
import { parseExportId, stagingFolder, type ExportId } from './export-id.ts';
import type { Area } from './manifest-store.ts';
import { parseStagedKey, stagedKey } from './own-keys.ts';

/** A file that waits. `key`: its final key; `waitingKey`: its key now. */
export type StagedFile = WrittenBody & {
  readonly key: string;
  readonly rows: number;
  /** Milliseconds; NaN if the rows have no time. */
  readonly minTime: number;
  readonly maxTime: number;
  /** Absent: at `stagedKey(prefix, export, key)`. */
  readonly stagedAt?: OwnKey;
};

export function waitingKey(prefix: string, exportId: ExportId, { key, stagedAt }: StagedFile): OwnKey {
  return stagedAt ?? stagedKey(prefix, exportId, key);
}

/** What the files have together. */
export function sizesOf(files: readonly StagedFile[]): {
  readonly rows: number;
  readonly bytes: number;
  readonly files: number;
} {
  let [rows, bytes] = [0, 0];
  for (const file of files) {
    rows += file.rows;
    bytes += file.size;
  }
  return { rows, bytes, files: files.length };
}

const looksAtOnce = 32;
const leftoverAgeMs = 24 * 3_600_000;

/** Looks at every staged file. @throws S3_OBJECT_CHANGED if one is not there as it was written. */
export async function verifyStaged(
  { s3, prefix }: Area,
  exportId: ExportId,
  files: readonly StagedFile[],
  signal?: AbortSignal,
): Promise<void> {
  const looks = mapConcurrent(
    files,
    looksAtOnce,
    async (written, linked) => {
      const staged = waitingKey(prefix, exportId, written);
      const head = await headObject(s3, staged, linked);
      const isSame = head?.size === written.size && (head.crc32 ?? written.crc32) === written.crc32;
      if (!isSame || head.etag !== written.etag) throw changed(s3.bucket, staged, head !== undefined);
    },
    signal,
  );
  for await (const _ of looks);
}

/** Removes the files that wait for `keys`. Missing files count as removed. */
export async function removeStaged(
  area: Area,
  exportId: ExportId,
  keys: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  await deleteObjects(
    area,
    keys.map((key) => stagedKey(area.prefix, exportId, key)),
    signal,
  );
}

type Leftovers = {
  readonly workerId: string;
  /** The beginning of every folder of this destination, below the prefix, where another destination may be at work too. */
  readonly parent: 'type=' | 'data/';
  /** The folders that this run replaces. Files that an earlier run staged for them are dropped, never used. */
  readonly folders: readonly string[];
  readonly now: number;
};

/**
 * Removes what earlier runs of the same worker and destination left: everything for `folders`, and otherwise files older than a
 * day. @returns the number of objects.
 */
export async function removeLeftovers(
  area: Area,
  { workerId, parent, folders, now }: Leftovers,
  signal?: AbortSignal,
): Promise<number> {
  let removed = 0;
  for await (const { objects } of listPages(area.s3, { prefix: stagingFolder(area.prefix) }, signal)) {
    const leftovers = objects.flatMap((object) => {
      const found = parseStagedKey(area.prefix, object.key);
      const maker = found && parseExportId(found.exportId);
      if (maker?.workerId !== workerId || found?.key.startsWith(area.prefix + parent) !== true) return [];
      const isOld = now - maker.time > leftoverAgeMs;
      return isOld || folders.some((folder) => found.key.startsWith(folder)) ? [found.staged] : [];
    });
    await deleteObjects(area, leftovers, signal);
    removed += leftovers.length;
  }
  return removed;
}

function changed(bucket: string, key: string, exists: boolean): ConnectorError {
  const what = exists ? 'is not what was written there' : 'is gone';
  return new ConnectorError(
    'S3_OBJECT_CHANGED',
    `s3://${bucket}/${key} ${what}. Let only one run at a time write there under the same "worker_id", and run again.`,
  );
}

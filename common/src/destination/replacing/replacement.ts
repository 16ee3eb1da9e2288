// Replaces the files of a place by a new set, so that the place is never empty and never half complete. Both destinations use
// it. A crash is possible after each of these steps:
//
//   1. the new files are in staging, and each is verified (staging.ts)
//   2. what an earlier run left unfinished is settled (interrupted.ts); the files of the place are listed
//   3. the intent is written: from here on a later run knows what to roll back (manifest.ts)
//   4. the files are copied into the place, in parallel; a reader that lists now sees both sets
//   5. latest.json names the new set: from here on it is current, and a later run finishes the replacement instead of rolling it back
//   6. the previous set is deleted, then staging; the intent becomes a record
//
// Only after the last step may the STATEs be printed that cover the new rows.
import { type StreamDescriptor, toConnectorError } from '../../protocol/errors.ts';
import { streamKey, streamLabel } from '../../protocol/stream-key.ts';
import type { JsonObject } from '../../protocol/messages.ts';
import { deleteObjects } from '../../s3/delete.ts';
import { listObjects } from '../../s3/list.ts';
import { copyObject } from '../../s3/write.ts';
import { mapConcurrent } from '../../streams/map-concurrent.ts';
import type { OwnKey } from '../../s3/own-key.ts';
import type { ExportId } from './export-id.ts';
import { finish, settle } from './interrupted.ts';
import type { Intent, Latest, PublishedRun } from './manifest.ts';
import { writeIntent, writeLatest, type Area } from './manifest-store.ts';
import { keysWithout, ownKey, tellApart, type DataPlace } from './own-keys.ts';
import { sizesOf, verifyStaged, waitingKey, type StagedFile } from './staging.ts';

export type Replacement = {
  readonly place: DataPlace;
  readonly exportId: ExportId;
  readonly stream: StreamDescriptor;
  /** Staged files. None: the place becomes empty. */
  readonly files: readonly StagedFile[];
  /** The schema of the rows, for the manifest. */
  readonly schema: JsonObject;
  /** Called once the previous set is listed, before anything changes. If it throws, that set stays. */
  readonly approve?: (latest: Latest | undefined) => Promise<void>;
  readonly run?: PublishedRun | undefined;
  /** Each file has been verified already. */
  readonly isVerified?: boolean;
};

type Replaced = {
  /** Objects of the previous set that were deleted. */
  readonly deleted: number;
  /** How long both sets, or parts of them, were in the place. */
  readonly burstMs: number;
};

const copiesAtOnce = 64;
const namesInWarning = 5;

/**
 * Steps 1 to 6. After a failure before step 5, the copies are removed at once, if S3 allows it. @throws S3_OBJECT_CONFLICT if
 * another process replaced the place meanwhile.
 */
export async function replaceSet(area: Area, replacement: Replacement, signal?: AbortSignal): Promise<Replaced> {
  const { place, exportId, files } = replacement;
  if (replacement.isVerified !== true) await verifyStaged(area, exportId, files, signal);
  const records = await settle(area, place, signal);
  const previous = await listOurs(area, place, signal);
  await replacement.approve?.(records.latest);
  warnOfOther(area, replacement, records.latest?.current?.stream);
  const intent = intentOf(area.prefix, replacement, previous);
  await writeIntent(area, place.name, intent, signal);
  const begun = area.s3.clock.elapsed();
  try {
    await copyAll(area, exportId, files, signal);
    await writeLatest(area, place.name, { ...records, manifest: intent }, signal);
  } catch (error) {
    await takeBack(area, place, intent, signal);
    throw error;
  }
  await finish(area, place, { intent, records }, signal);
  const keys = files.map(({ key }) => key);
  return { deleted: keysWithout(previous, keys).length, burstMs: area.s3.clock.elapsed() - begun };
}

/** According to the config, the place is the stream's. The configs of two connections may name two streams. */
function warnOfOther(area: Area, { place, stream }: Replacement, last: StreamDescriptor | undefined): void {
  if (last === undefined || streamKey(last) === streamKey(stream)) return;
  area.s3.log(
    'WARN',
    `The rows of the stream "${streamLabel(stream)}" replace those of the stream "${streamLabel(last)}" in "${place.folder}", because both streams have this folder. To keep both, set another folder for one of them in "streams".`,
  );
}

/** The keys of this connector in the place. Others are named in a WARN. */
async function listOurs({ s3, prefix }: Area, place: DataPlace, signal?: AbortSignal): Promise<readonly OwnKey[]> {
  const keys = await Array.fromAsync(listObjects(s3, place.folder, signal), ({ key }) => key);
  const { ours, others } = tellApart(prefix, place, keys);
  if (others.length > 0) {
    const named = others.slice(0, namesInWarning).join(', ');
    const more = others.length > namesInWarning ? ` and ${others.length - namesInWarning} more` : '';
    s3.log('WARN', `Not deleted, because their names do not have this connector’s form: ${named}${more}.`);
  }
  return ours;
}

/** Copies from staging to the final keys. It can be repeated. */
export async function copyAll(
  area: Area,
  exportId: ExportId,
  files: readonly StagedFile[],
  signal?: AbortSignal,
): Promise<void> {
  const { prefix, headers } = area;
  const copies = mapConcurrent(
    files,
    copiesAtOnce,
    (file, linked) => {
      const from = waitingKey(prefix, exportId, file);
      return copyObject(area, { from, to: ownKey(prefix, file.key) }, headers, linked);
    },
    signal,
  );
  for await (const _ of copies);
}

/**
 * After a failure: settled like any interrupted replacement, because latest.json may have been written nevertheless. Another
 * process may have rolled ours back while we were still copying; later copies are removed too.
 */
async function takeBack(area: Area, place: DataPlace, intent: Intent, signal: AbortSignal | undefined): Promise<void> {
  try {
    const { latest } = await settle(area, place, signal);
    const counting = latest?.current?.files.map(({ key }) => key); // Ours, if latest.json was written.
    const keys = intent.files.map(({ key }) => key);
    await deleteObjects(area, keysWithout(keys, intent.previous, counting), signal);
  } catch (error) {
    const why = toConnectorError(error).message;
    area.s3.log('WARN', `The replacement of "${place.name}" is rolled back by the next run, not by this one: ${why}`);
  }
}

function intentOf(
  prefix: string,
  { exportId, stream, place, files, schema, run }: Replacement,
  previous: readonly OwnKey[],
): Intent {
  const times = files.flatMap(({ minTime, maxTime }) => [minTime, maxTime]).filter((time) => !Number.isNaN(time));
  const { rows, bytes, files: objects } = sizesOf(files);
  return {
    version: 1,
    export: exportId,
    state: 'publishing',
    stream,
    folder: place.folder,
    objects,
    rows,
    bytes,
    min_time: isoTime(times.reduce((least, time) => Math.min(least, time), Infinity)),
    max_time: isoTime(times.reduce((most, time) => Math.max(most, time), -Infinity)),
    schema,
    files: files.map(({ key, size, crc32, rows }) => ({ key: ownKey(prefix, key), bytes: size, crc32, rows })),
    ...(run === undefined ? {} : { run }),
    previous,
  };
}

function isoTime(time: number): string | null {
  return Number.isFinite(time) ? new Date(time).toISOString() : null;
}

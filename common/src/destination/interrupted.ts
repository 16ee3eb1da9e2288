// Ends what an earlier run began: a replacement that latest.json names is finished, any other is taken back. To be done
// before a place is written to again; recovery.ts decides.
import { ConnectorError } from '../protocol/errors.ts';
import { deleteObjects } from '../s3/delete.ts';
import { refusedDocument } from './bucket-document.ts';
import { latestKey, manifestFolder, type Intent, type Latest } from './manifest.ts';
import {
  fenceLatest,
  readIntent,
  readRecords,
  removeManifest,
  writeRecord,
  type Area,
  type Records,
} from './manifests.ts';
import type { DataPlace } from './own-keys.ts';
import { without } from './previous-set.ts';
import { decideRecovery, suspects } from './recovery.ts';
import { removeStaged } from './staging.ts';

/** Someone else wrote latest.json between our reading and writing so many times: that is no accident. */
const maxTurns = 5;

/**
 * Settles all replacements of the place that are not over. @returns its records as they are then.
 * @throws S3_OBJECT_CONFLICT when others keep writing there; BUCKET_DOCUMENT_INVALID, and nothing is touched, for a
 * document that is not of the place or contradicts another.
 */
export async function settle(area: Area, place: DataPlace, signal?: AbortSignal): Promise<Records> {
  for (let turn = 1; ; turn += 1) {
    const records = await readRecords(area, place, signal);
    try {
      if (!(await settleOne(area, place, records, signal))) return records;
    } catch (error) {
      // latest.json was written meanwhile, so that the decision may be another one now.
      if (turn === maxTurns || !(error instanceof ConnectorError && error.code === 'S3_OBJECT_CONFLICT')) throw error;
    }
  }
}

/** @returns whether there was something to settle: then latest.json has changed, or a manifest. */
async function settleOne(area: Area, place: DataPlace, records: Records, signal?: AbortSignal): Promise<boolean> {
  for (const exportId of suspects(records.exports, records.latest)) {
    const intent = await readIntent(area, place, exportId, signal);
    const recovery = intent && decideRecovery(intent, records.latest);
    if (intent === undefined || recovery === undefined || recovery.kind === 'none') continue;
    if (recovery.kind === 'roll_back') {
      await fenceLatest(area, place.name, records, signal);
      await deleteObjects(area, recovery.surplus, signal);
      await removeStaged(area, exportId, keysOf(intent), signal);
      await removeManifest(area, place.name, exportId, signal);
      area.s3.log(
        'WARN',
        `An interrupted replacement of "${place.name}" was taken back: what was there before counts.`,
      );
    } else {
      refuseContradiction(area, place, intent, records.latest);
      await finish(area, place, intent, records, signal);
      area.s3.log('INFO', `An interrupted replacement of "${place.name}" was finished: its new data counts.`);
    }
    return true;
  }
  return false;
}

/** What is left to do once latest.json names the set: everything here may be done twice. */
export async function finish(
  area: Area,
  place: DataPlace,
  intent: Intent,
  { exports }: Pick<Records, 'exports'>,
  signal?: AbortSignal,
): Promise<void> {
  const { previous, ...manifest } = intent;
  const keys = keysOf(intent);
  await deleteObjects(area, without(previous, keys), signal);
  await removeStaged(area, intent.export, keys, signal);
  await writeRecord(area, place.name, manifest, exports, signal);
}

function keysOf({ files }: Intent): readonly string[] {
  return files.map(({ key }) => key);
}

/** Both were written from the same value: else what one calls the previous set is what counts by the other. */
function refuseContradiction(
  { prefix }: Area,
  { name }: DataPlace,
  intent: Intent,
  latest: Pick<Latest, 'current'> | undefined,
): void {
  const counting = latest?.current?.files.map(({ key }) => key) ?? [];
  const keys = keysOf(intent);
  if (without(counting, keys).length === 0 && without(keys, counting).length === 0) return;
  const key = latestKey(manifestFolder(prefix, name));
  throw refusedDocument(key, `names the export "${intent.export}" with other files than ${intent.export}.json does`);
}

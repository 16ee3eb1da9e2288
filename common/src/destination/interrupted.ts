// Ends what an earlier run began: a replacement that latest.json names is finished, any other is taken back. To be done
// before a place is written to again; recovery.ts decides.
import { ConnectorError } from '../protocol/errors.ts';
import { deleteObjects } from '../s3/delete.ts';
import type { Intent } from './manifest.ts';
import {
  fenceLatest,
  readIntent,
  readRecords,
  removeManifest,
  writeRecord,
  type Area,
  type Records,
} from './manifests.ts';
import { decideRecovery, suspects } from './recovery.ts';
import { removeStaged } from './staging.ts';

/** What is replaced as one. */
export type DataPlace = {
  /** Its folder below `_manifests/`; the name of the stream or table, as it stands in the path. */
  readonly name: string;
  /** Under which exactly its files lie; ends with a slash. */
  readonly folder: string;
};

/** Someone else wrote latest.json between our reading and writing so many times: that is no accident. */
const maxTurns = 5;

/**
 * Settles all replacements of the place that are not over. @returns its records as they are then.
 * @throws S3_OBJECT_CONFLICT when others keep writing there; CONFIG_INVALID when the manifests are of another folder.
 */
export async function settle(area: Area, place: DataPlace, signal?: AbortSignal): Promise<Records> {
  for (let turn = 1; ; turn += 1) {
    const records = await readRecords(area, place.name, signal);
    refuseOtherFolder(area, place, records);
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
    const intent = await readIntent(area, place.name, exportId, signal);
    const recovery = intent && decideRecovery(intent, records.latest);
    if (intent === undefined || recovery === undefined || recovery.kind === 'none') continue;
    if (recovery.kind === 'roll_back') {
      await fenceLatest(area, place.name, records, signal);
      await deleteObjects(area.s3, recovery.surplus, signal);
      await removeStaged(area, exportId, keysOf(intent), signal);
      await removeManifest(area, place.name, exportId, signal);
      area.s3.log(
        'WARN',
        `An interrupted replacement of "${place.name}" was taken back: what was there before counts.`,
      );
    } else {
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
  const kept = new Set(keys);
  await deleteObjects(
    area.s3,
    previous.filter((key) => !kept.has(key)),
    signal,
  );
  await removeStaged(area, intent.export, keys, signal);
  await writeRecord(area, place.name, manifest, exports, signal);
}

function keysOf({ files }: Intent): readonly string[] {
  return files.map(({ key }) => key);
}

function refuseOtherFolder({ prefix }: Area, { name, folder }: DataPlace, { latest }: Records): void {
  const other = latest?.current?.folder;
  if (other === undefined || other === folder) return;
  throw new ConnectorError(
    'CONFIG_INVALID',
    `The manifests below "${prefix}_manifests/${name}/" are of "${other}", not of "${folder}": another destination writes to the same "prefix". Set another one for this destination.`,
  );
}

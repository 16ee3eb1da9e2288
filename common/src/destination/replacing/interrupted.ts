// Settles a replacement that an earlier run began: if latest.json names it, it is finished; otherwise it is rolled back. Call
// it before a place is written to again. recovery.ts decides.
import { ConnectorError } from '../../protocol/errors.ts';
import { deleteObjects } from '../../s3/delete.ts';
import { refusedDocument } from './bucket-document.ts';
import type { ExportId } from './export-id.ts';
import { latestKey, manifestFolder, manifestKey, type Intent, type Latest } from './manifest.ts';
import {
  fenceLatest,
  readIntent,
  readRecords,
  removeManifest,
  writeRecord,
  type Area,
  type Records,
} from './manifest-store.ts';
import { keysWithout, type DataPlace } from './own-keys.ts';
import { decideRecovery, suspects, type Recovery } from './recovery.ts';
import { removeStaged } from './staging.ts';

/** Others wrote latest.json this many times between our read and write: that is not a coincidence. */
const maxTurns = 5;

/**
 * Settles all unfinished replacements of the place. @returns its records after that. @throws S3_OBJECT_CONFLICT if others keep
 * writing there; BUCKET_DOCUMENT_INVALID, before anything is changed, for a document that is not of the place or contradicts
 * another.
 */
export async function settle(area: Area, place: DataPlace, signal?: AbortSignal): Promise<Records> {
  const found = new Map<ExportId, Recovery['kind']>();
  const settled = new Set<ExportId>();
  for (let turn = 1; ; turn += 1) {
    const records = await readRecords(area, place, signal);
    try {
      const due = await findDue(area, place, { records, found }, signal);
      if (due === undefined) return records;
      if (settled.has(due.intent.export)) throw notOver(area, place, due.intent);
      await settleOne(area, place, { ...due, records }, signal);
      settled.add(due.intent.export);
    } catch (error) {
      // latest.json has changed, so the decision may differ now.
      if (turn >= maxTurns || !(error instanceof ConnectorError && error.code === 'S3_OBJECT_CONFLICT')) throw error;
    }
  }
}

function notOver({ s3, prefix }: Area, { name }: DataPlace, intent: Intent): ConnectorError {
  const key = manifestKey(prefix, name, intent.export);
  return new ConnectorError(
    'S3_OBJECT_CONFLICT',
    `s3://${s3.bucket}/${key} exists again although its replacement was settled. Let only one run at a time write there, and check that the storage really deletes objects.`,
  );
}

type Due = { readonly intent: Intent; readonly recovery: Recovery };

/**
 * The first replacement to settle. All manifests are read before anything is changed, so that one refused manifest stops all
 * settlement. `found`: the manifests of earlier turns, so that each is read at most twice.
 */
async function findDue(
  area: Area,
  place: DataPlace,
  { records, found }: { readonly records: Records; readonly found: Map<ExportId, Recovery['kind']> },
  signal: AbortSignal | undefined,
): Promise<Due | undefined> {
  const { exports, latest } = records;
  const open: ExportId[] = [];
  let last: Due | undefined;
  for (const id of suspects(exports, latest)) {
    if (found.get(id) === 'none' || (open.length > 0 && found.has(id))) continue;
    last = undefined;
    const due = await readDue(area, place, { id, latest }, signal);
    if (due === undefined) continue;
    found.set(id, due.recovery.kind);
    if (due.recovery.kind === 'none') continue;
    open.push(id);
    last = due;
  }
  const [first] = open;
  if (first === undefined || last?.intent.export === first) return last;
  last = undefined; // The memory is for one document, not two.
  return readDue(area, place, { id: first, latest }, signal);
}

async function readDue(
  area: Area,
  place: DataPlace,
  { id, latest }: { readonly id: ExportId; readonly latest: Latest | undefined },
  signal: AbortSignal | undefined,
): Promise<Due | undefined> {
  const intent = await readIntent(area, place, id, signal);
  if (intent === undefined) return undefined;
  const recovery = decideRecovery(intent, latest);
  if (recovery.kind === 'finish') refuseContradiction(area, place, intent, latest);
  return { intent, recovery };
}

async function settleOne(
  area: Area,
  place: DataPlace,
  { intent, recovery, records }: Due & { readonly records: Records },
  signal: AbortSignal | undefined,
): Promise<void> {
  if (recovery.kind === 'none') return;
  if (recovery.kind === 'finish') {
    await finish(area, place, { intent, records }, signal);
    area.s3.log('INFO', `An interrupted replacement of "${place.name}" was finished: its new data is current.`);
    return;
  }
  await fenceLatest(area, place.name, records, signal);
  await deleteObjects(area, recovery.surplus, signal);
  await removeStaged(area, intent.export, keysOf(intent), signal);
  await removeManifest(area, place.name, intent.export, signal);
  area.s3.log(
    'WARN',
    `An interrupted replacement of "${place.name}" was rolled back: the previous data stays current.`,
  );
}

/** The remaining steps once latest.json names the set. Each can be repeated. */
export async function finish(
  area: Area,
  place: DataPlace,
  { intent, records }: { readonly intent: Intent; readonly records: Pick<Records, 'exports'> },
  signal?: AbortSignal,
): Promise<void> {
  const { previous, ...manifest } = intent;
  const keys = keysOf(intent);
  await deleteObjects(area, keysWithout(previous, keys), signal);
  await removeStaged(area, intent.export, keys, signal);
  await writeRecord(area, place.name, { manifest, exports: records.exports }, signal);
}

function keysOf({ files }: Intent): readonly string[] {
  return files.map(({ key }) => key);
}

/** The intent and latest.json of an export list the same files. If they do not, a file of the current set could be deleted. */
function refuseContradiction(
  { prefix }: Area,
  { name }: DataPlace,
  intent: Intent,
  latest: Pick<Latest, 'current'> | undefined,
): void {
  const counting = latest?.current?.files.map(({ key }) => key) ?? [];
  const keys = keysOf(intent);
  if (keysWithout(counting, keys).length === 0 && keysWithout(keys, counting).length === 0) return;
  const key = latestKey(manifestFolder(prefix, name));
  throw refusedDocument(key, `names the export "${intent.export}" with other files than ${intent.export}.json does`);
}

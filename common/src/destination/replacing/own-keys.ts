// The keys of objects that a destination may delete or copy: a closed list of forms. A key that was read from the bucket, in a
// document or a listing, is untrusted input: it becomes an `OwnKey` here, or is refused.
//
//   type=users/year=2026/month=01/day=15/hour=07/1768462200000-0123456789abcdef-0.jsonl.gz    a data file, also `data/users/…`
//   type=users/year=2026/month=01/day=15/hour=07/country=DE/1768462200000-0123456789ab1f8c-0.jsonl.gz
//                                                                                             the same in a partition
//   _staging/20260115T143000123Z-1a2b3c4d-0/type=users/…                                      the same while it waits
//   _staging/nightly-7/3-0123456789abcdef/type=users/…                                        of an attempt at part 3 of a run
//   _manifests/users/20260115T143000123Z-1a2b3c4d-0.json, _manifests/users/generations/7.json
//   _runs/nightly-7/run.json, _runs/nightly-7/parts/3.json, _runs/nightly-7/commit.json
//   _connection-check-{uuid}, _connection-check-{uuid}-copy                                   written by `check`
import { ConnectorError } from '../../protocol/errors.ts';
import { isMarked, partitionForm } from '../files/partition-folders.ts';
import { outsideProblem, type OwnKey } from '../../s3/own-key.ts';
import { exportForm, stagingFolder, type ExportId } from './export-id.ts';
import { attemptFolder, attemptForm, runForm, type Attempt } from './run-id.ts';

/** What is replaced at once. */
export type DataPlace = {
  /** Its folder below `_manifests/`: the name of the stream or table, as in the path. */
  readonly name: string;
  /** Its files are directly below it; ends with a slash. */
  readonly folder: string;
  /** The ends of its file names: `.jsonl.gz`. */
  readonly extensions: readonly string[];
};

/** The content of a folder: objects that this connector wrote, and others, which it never changes. */
type FolderContent = { readonly ours: readonly OwnKey[]; readonly others: readonly string[] };

const allExtensions = ['.jsonl.gz', '.snappy.parquet', '.json.gz'];
const stem = `(?:year=\\d{4}/month=\\d{1,2}/day=\\d{1,2}/(?:hour=\\d{2}/)?)?${partitionForm}-?\\d{1,16}-([0-9a-f]{16})-[A-Za-z0-9_]{1,32}`;
const data = `(?:type=|data/)[^/]+/${stem}${oneOf(allExtensions)}`;
const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const staged = `_staging/(?:${exportForm}|${runForm}/${attemptForm})/${data}`;
const runDocument = `_runs/${runForm}/(?:run|commit|parts/\\d{1,5})\\.json`;
const ownForm = new RegExp(
  `^(?:${data}|${staged}|${runDocument}|_manifests/[^/]+/(?:${exportForm}|generations/-?\\d{1,16})\\.json|_connection-check-${uuid}(?:-copy)?)$`,
  'u',
);

const attemptPath = new RegExp(`^_staging/(${runForm})/${attemptForm}/`, 'u');

/** Undefined for a key of another form. Only this function makes an `OwnKey`. */
function asOwnKey(prefix: string, key: string): OwnKey | undefined {
  const isOurs = outsideProblem({ prefix }, key) === undefined && hasForm(ownForm, key.slice(prefix.length));
  return isOurs ? (key as OwnKey) : undefined;
}

/** The groups of `form` are the partition folders and the hash of a file, and the same for a staged file. */
function hasForm(form: RegExp, path: string): boolean {
  const [found, folders, hash, stagedFolders = '', stagedHash = ''] = form.exec(path) ?? [];
  return found !== undefined && isMarked(hash ?? stagedHash, folders ?? stagedFolders);
}

/**
 * For a key that this connector makes. @throws UNEXPECTED for a key of another form; the content of the bucket cannot cause it.
 */
export function ownKey(prefix: string, key: string): OwnKey {
  const own = asOwnKey(prefix, key);
  if (own !== undefined) return own;
  throw new ConnectorError('UNEXPECTED', `The key ${JSON.stringify(key)} has no form that this connector writes.`);
}

/**
 * Separates keys that were read from the bucket: those of this connector are directly below the place's folder, in date folders
 * or none, and have the name `{timestamp}-{hash}-{worker_id}` with an extension of the place. In partition folders, the hash
 * must be marked for them.
 */
export function tellApart(
  prefix: string,
  { folder, extensions }: Omit<DataPlace, 'name'>,
  keys: Iterable<string>,
): FolderContent {
  const name = new RegExp(`^${stem}${oneOf(extensions)}$`, 'u');
  const ours: OwnKey[] = [];
  const others: string[] = [];
  for (const key of keys) {
    const own = key.startsWith(folder) && hasForm(name, key.slice(folder.length)) ? asOwnKey(prefix, key) : undefined;
    if (own === undefined) others.push(key);
    else ours.push(own);
  }
  return { ours, others };
}

/** Where the file for `key`, the key of a data file below `prefix`, waits. */
export function stagedKey(prefix: string, exportId: ExportId, key: string): OwnKey {
  return ownKey(prefix, `${stagingFolder(prefix)}${exportId}/${key.slice(prefix.length)}`);
}

/** The same for an attempt at a part of a run. */
export function attemptKey(prefix: string, attempt: Attempt, key: string): OwnKey {
  return ownKey(prefix, `${stagingFolder(prefix)}${attemptFolder(attempt)}${key.slice(prefix.length)}`);
}

/**
 * For a key that was listed below `_staging/`: the folder of its run there. Undefined if it is not of a run of this connector.
 */
export function parseAttemptKey(
  prefix: string,
  listed: string,
): { readonly key: OwnKey; readonly run: string } | undefined {
  const key = asOwnKey(prefix, listed);
  const [, run] = attemptPath.exec(listed.slice(prefix.length)) ?? [];
  return key === undefined || run === undefined ? undefined : { key, run };
}

/** For a key that was listed below `_runs/`. Undefined if it is not of this connector. */
export function ownRunKey(prefix: string, listed: string): OwnKey | undefined {
  return listed.startsWith(`${prefix}_runs/`) ? asOwnKey(prefix, listed) : undefined;
}

/**
 * For a key that was listed below `_staging/`: its export, and the key that it waits for. Undefined if it is not of this
 * connector, or is of a run.
 */
export function parseStagedKey(
  prefix: string,
  staged: string,
): { readonly staged: OwnKey; readonly exportId: ExportId; readonly key: OwnKey } | undefined {
  const own = asOwnKey(prefix, staged);
  const folder = stagingFolder(prefix);
  if (own === undefined || !own.startsWith(folder)) return undefined;
  const [exportId = ''] = own.slice(folder.length).split('/', 1);
  const key = asOwnKey(prefix, prefix + own.slice(folder.length + exportId.length + 1));
  return key && { staged: own, exportId, key };
}

function oneOf(extensions: readonly string[]): string {
  return `(?:${extensions.map((extension) => extension.replaceAll('.', String.raw`\.`)).join('|')})`;
}

/** The keys that are in none of `kept`. */
export function keysWithout<Key extends string>(
  keys: readonly Key[],
  ...kept: readonly (readonly string[] | undefined)[]
): readonly Key[] {
  const stays = new Set(kept.flatMap((set) => set ?? []));
  return keys.filter((key) => !stays.has(key));
}

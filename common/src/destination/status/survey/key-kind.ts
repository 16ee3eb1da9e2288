// What a key below the prefix is: a data file where the layout has it, a document or another object of the destinations, or a
// misplaced object, with the setting that would explain it. Pure; a key is untrusted input.
import type { DataKey, Layout } from '../../layout/layout.ts';
import { partitionForm } from '../../files/partition-folders.ts';
import { parseExportId, type ExportId } from '../../replacing/export-id.ts';
import { attemptForm, runForm } from '../../replacing/run-id.ts';

/**
 * Why a key is not where the layout has it. `leading_slash`: below a folder without a name; `bucket_in_prefix`, `doubled_prefix`:
 * below the bucket’s name or the prefix once more; `other_prefix`: laid out as by a destination with a longer prefix;
 * `other_folders`: in the folder of a type or table, but not in date folders of this layout; `other_files`: in those, but not of a
 * name that this connector gives; `foreign`: none of these.
 */
export const MISPLACEMENTS = [
  'leading_slash',
  'bucket_in_prefix',
  'doubled_prefix',
  'other_prefix',
  'other_folders',
  'other_files',
  'foreign',
] as const;
export type Misplacement = (typeof MISPLACEMENTS)[number];

type KeyKind =
  | ({ readonly kind: 'data' } & DataKey)
  | { readonly kind: 'rejected'; readonly name: string }
  | { readonly kind: 'staged'; readonly export: ExportId; readonly path: string }
  /** `export`: undefined for latest.json. */
  | { readonly kind: 'manifest'; readonly name: string; readonly export: ExportId | undefined }
  | { readonly kind: 'schema'; readonly name: string }
  /** Of a run of several writers: one of its documents, or a file that waits for its commit. */
  | { readonly kind: 'run'; readonly run: string; readonly what: 'run' | 'commit' | 'part' | 'staged' }
  /** Written by the destinations; nothing to report. */
  | { readonly kind: 'known' }
  | { readonly kind: 'misplaced'; readonly why: Misplacement; readonly folder: string };

export type Whereabouts = { readonly bucket: string; readonly prefix: string; readonly layout: Layout };

const anyFile = String.raw`-?\d{1,16}-[0-9a-f]{16}-[A-Za-z0-9_]{1,32}\.(?:jsonl\.gz|snappy\.parquet|json\.gz)$`;
/** The layout of either destination, at any depth. */
const laidOut = new RegExp(
  String.raw`^((?:.*/)?)(?:type=|data/)[^/]+/(?:year=\d{4}/month=\d{1,2}/day=\d{1,2}/(?:hour=\d\d/)?)?${partitionForm}${anyFile}`,
  'su',
);
const dates = /^year=\d{4}\/month=\d{1,2}\/day=\d{1,2}\/(?:hour=\d{1,2}\/)?[^/]*$/u;

export function keyKind(key: string, where: Whereabouts): KeyKind {
  const { prefix, layout } = where;
  const path = key.slice(prefix.length);
  const data = layout.readKey(path);
  if (data !== undefined) return { kind: 'data', ...data };
  if (path.startsWith('_')) return ownKind(path) ?? misplaced(path, where);
  // Consoles write objects for folders.
  return path === '' || (path.endsWith('/') && !path.startsWith('/')) ? { kind: 'known' } : misplaced(path, where);
}

function ownKind(path: string): KeyKind | undefined {
  const [folder = '', first = '', ...rest] = path.split('/', 4);
  switch (folder) {
    case '_rejected':
      return rest.length > 0 ? { kind: 'rejected', name: first.replace(/^type=/u, '') } : undefined;
    case '_runs':
      return runKind(path);
    case '_staging': {
      if (stagedByRun.test(path)) return { kind: 'run', run: first, what: 'staged' };
      const isExport = parseExportId(first) !== undefined;
      return isExport && rest.length > 0
        ? { kind: 'staged', export: first, path: path.slice(folder.length + first.length + 2) }
        : undefined;
    }
    case '_manifests':
      return manifestKind(first, rest);
    case '_schemas':
      return rest.length === 0 && first.endsWith('.json')
        ? { kind: 'schema', name: first.slice(0, -'.json'.length) }
        : undefined;
    default:
      return folder.startsWith('_connection-check-') ? { kind: 'known' } : undefined;
  }
}

const runDocument = new RegExp(String.raw`^_runs/(${runForm})/(run|commit|parts/\d{1,5})\.json$`, 'u');
const stagedByRun = new RegExp(`^_staging/${runForm}/${attemptForm}/.`, 'u');

function runKind(path: string): KeyKind | undefined {
  const [, run, document] = runDocument.exec(path) ?? [];
  if (run === undefined) return undefined;
  return { kind: 'run', run, what: document === 'run' || document === 'commit' ? document : 'part' };
}

function manifestKind(name: string, [file = '', ...deeper]: readonly string[]): KeyKind | undefined {
  if (file === 'generations' && deeper.length === 1) return { kind: 'known' };
  if (deeper.length > 0 || !file.endsWith('.json')) return undefined;
  const id = file.slice(0, -'.json'.length);
  if (id === 'latest') return { kind: 'manifest', name, export: undefined };
  return parseExportId(id) === undefined ? undefined : { kind: 'manifest', name, export: id };
}

function misplaced(path: string, where: Whereabouts): KeyKind {
  const [why, folder] = whereFound(path, where);
  return why === undefined ? { kind: 'known' } : { kind: 'misplaced', why, folder };
}

/** Undefined: the key is where the other destination has it. */
function whereFound(
  path: string,
  { bucket, prefix, layout }: Whereabouts,
): readonly [Misplacement | undefined, string] {
  if (path.startsWith('/') || path.startsWith('s3:/')) return ['leading_slash', firstFolder(path.replace(/^\/+/u, ''))];
  if (path.startsWith(`${bucket}/`)) return ['bucket_in_prefix', `${bucket}/`];
  if (prefix !== '' && path.startsWith(prefix)) return ['doubled_prefix', prefix];
  const [, above] = laidOut.exec(path) ?? [];
  if (above !== undefined && above !== '') return ['other_prefix', above];
  if (above === '' && !path.startsWith(layout.parent)) return [undefined, ''];
  if (!path.startsWith(layout.parent)) return ['foreign', firstFolder(path)];
  const place = layout.parent.endsWith('/')
    ? layout.parent + firstFolder(path.slice(layout.parent.length))
    : firstFolder(path);
  const rest = path.slice(place.length);
  return [above === undefined && (dates.test(rest) || !rest.includes('/')) ? 'other_files' : 'other_folders', place];
}

/** The folder of a key, with the slash at its end; "" for a key in no folder. */
function firstFolder(path: string): string {
  return path.slice(0, path.indexOf('/') + 1);
}

// What a key below a table means: a data file with the columns of its folders, or an object to skip, with the reason.
// Pure; the only place that knows the Hive naming rules.
//   <schema prefix>/<table>/[<anything>/][<name>=<value>/…]<file>

import { foreignExtension, isSideFile, type Naming } from './file-name.ts';

/** A column from a folder name, both parts percent-decoded; null stands for `__HIVE_DEFAULT_PARTITION__`. */
export type Partition = { readonly column: string; readonly value: string | null };

export const SKIP_REASONS = {
  marker: 'folder marker',
  empty: 'zero bytes',
  hidden: 'name or folder starts with "_" or "."',
  temporary: 'temporary file of a running job',
  checksum: 'checksum file',
  side_file: 'manifest or other side file of a writer',
  archived: 'in an archive storage class and not restored',
  uncommitted: 'not in the log of Spark’s streaming sink, _spark_metadata',
  extension: 'another format’s or an unknown extension',
  before_start_date: 'last modified before start_date',
  after_modified_before: 'not last modified before modified_before',
  file_pattern: 'does not match file_pattern',
  partition_filter: 'folders outside partition_filter, not listed',
  older_partition: 'files and folders that are not in the newest partition',
  no_table: 'directly below a schema prefix, in no table’s folder',
  folder: 'folder below a schema prefix whose files are the tables',
} as const;
export type SkipReason = keyof typeof SKIP_REASONS;

type KeyFacts = {
  /** The key without the table's prefix. */
  readonly path: string;
  readonly size: number;
  /** In an archive storage class, which must be restored before reading. */
  readonly archived: boolean;
  /** Whether the user asks for this name, although it has this extension or is a side file's. */
  readonly isAsked?: (extension: string | undefined) => boolean;
};

const checksumExtensions = new Set(['crc', 'md5', 'sha1', 'sha256', 'sha512', 'sfv']);
const hiveNull = '__HIVE_DEFAULT_PARTITION__';

/** Why an object below a table is not read. Undefined for a data file. */
export function skipReason(
  { path, size, archived, isAsked = () => false }: KeyFacts,
  naming: Naming,
): SkipReason | undefined {
  const segments = path.split('/');
  const name = segments.at(-1) ?? '';
  if (name === '' || name.endsWith('_$folder$')) return 'marker';
  if (segments.some((part) => part === '_temporary' || part.startsWith('__magic')) || name.endsWith('._COPYING_')) {
    return 'temporary';
  }
  const extension = foreignExtension(name, naming);
  if (extension !== undefined && checksumExtensions.has(extension)) return 'checksum';
  if (segments.some(isHidden)) return 'hidden';
  if (isSideFile(name) && !isAsked(undefined)) return 'side_file';
  if (extension !== undefined && !isAsked(extension)) return 'extension';
  if (size === 0) return 'empty';
  return archived ? 'archived' : undefined;
}

/** A folder `_x=1` is a partition whose column name begins with an underscore. */
export function isHidden(segment: string): boolean {
  return segment.startsWith('.') || (segment.startsWith('_') && !segment.includes('='));
}

/** The columns in the folders of a path, outermost first. The first of several columns of one name counts, ignoring case. */
export function partitionsOf(path: string): readonly Partition[] {
  const found = new Map<string, Partition>();
  for (const folder of path.split('/').slice(0, -1)) {
    const at = folder.indexOf('=');
    if (at < 1) continue; // No "=", or no name before it.
    const column = percentDecode(folder.slice(0, at));
    const text = percentDecode(folder.slice(at + 1));
    const name = column.toLowerCase();
    if (!found.has(name)) found.set(name, { column, value: text === hiveNull ? null : text });
  }
  return [...found.values()];
}

/** Equal for all spellings of a column: Hive's names ignore case. */
export function foldName(name: string): string {
  return name.toLowerCase();
}

export function sameColumn(a: string, b: string): boolean {
  return foldName(a) === foldName(b);
}

/** Hive escapes single characters. A `%` without two hex digits, and bytes that are not UTF-8, represent themselves. */
function percentDecode(text: string): string {
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/gu, (escaped) => {
    try {
      return decodeURIComponent(escaped);
    } catch {
      return escaped;
    }
  });
}

/** The name of the stream of a folder: `type=x`, a folder of the streaming destination, is the stream x. */
export function tableName(folder: string): string {
  return folder.startsWith('type=') && folder.length > 5 ? percentDecode(folder.slice(5)) : folder;
}

/** The namespace of a schema prefix. The root has none. */
export function namespaceOf(schemaPath: string): string | undefined {
  const trimmed = schemaPath.replace(/^\/+|\/+$/gu, '');
  return trimmed === '' ? undefined : trimmed;
}

/** The folder that contains a folder, both with their `/`; "" for the root. */
export function parentOf(folder: string): string {
  return folder.replace(/[^/]*\/$/u, '');
}

// Folders of partitions as Hive names them, `country=DE/`: what a value is called there, and how the name of a file vouches for the
// folders that it is in. Pure.
import { createHash } from 'node:crypto';

/** What readers of Hive tables take for null. */
export const nullPartition = '__HIVE_DEFAULT_PARTITION__';
/** Fields of a stream that have folders. */
export const maxPartitions = 3;
/** Bytes of a value in the name of a folder. */
export const maxValueBytes = 180;

/** Files in such folders that are open: above it those are closed that had no row for longest. */
export const mostPartitions = 1000;

/** As part of a regular expression: the folders of a file, below those of its date. */
export const partitionForm = `((?:[^/=]+=[^/]+/){0,${maxPartitions}})`;

/** Source: escapePathName in https://github.com/apache/hive/blob/master/common/src/java/org/apache/hadoop/hive/common/FileUtils.java */
const escaped = /[\p{Cc}"#%'*/:=?\\{[\]^]/gu;
/** Characters that have no form in a key which all readers decode alike. */
const unfit = /[\0\u0080-\u009f\u2028\u2029\ufeff\ufffe\uffff]/u;

/** `text` in the name of a folder, which readers of Hive tables decode to it; undefined where they would not. */
export function folderText(text: string): string | undefined {
  if (text === '' || text === nullPartition || !text.isWellFormed() || unfit.test(text)) return undefined;
  const name = text.replaceAll(escaped, (char) => {
    return `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return Buffer.byteLength(name) > maxValueBytes ? undefined : name;
}

const hashLength = 16;
const markLength = 4;

/**
 * The hash in the name of a file in these folders: its last digits are those of the folders. A file with such a name in other
 * folders, where somebody copied it, is not taken for ours.
 */
export function markedHash(hash: string, folders: string): string {
  return folders === '' ? hash : hash.slice(0, hashLength - markLength) + markOf(folders);
}

/** `hash` for the folders that `other` is marked for. */
export function remarkedHash(hash: string, other: string): string {
  return hash.slice(0, hashLength - markLength) + other.slice(hashLength - markLength);
}

/** Whether a file whose name has the hash was written into these folders. */
export function isMarked(hash: string, folders: string): boolean {
  return folders === '' || hash.endsWith(markOf(folders));
}

function markOf(folders: string): string {
  return createHash('sha256').update(folders).digest('hex').slice(0, markLength);
}

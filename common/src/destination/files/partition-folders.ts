// Partition folders as Hive names them, `country=DE/`: how a value is written there, and how a file name is marked for its
// folders. Pure.
import { createHash } from 'node:crypto';

/** Readers of Hive tables read this folder name as null. */
export const nullPartition = '__HIVE_DEFAULT_PARTITION__';
/** The most fields of a stream that have folders. */
export const maxPartitions = 3;
/** The most bytes of a value in the name of a folder. */
export const maxValueBytes = 180;

/** The most open files in such folders. If there are more, the files without a row for the longest time are closed. */
export const mostPartitions = 1000;

/** The folders of a file below those of its date, as part of a regular expression. */
export const partitionForm = `((?:[^/=]+=[^/]+/){0,${maxPartitions}})`;

/** Source: escapePathName in https://github.com/apache/hive/blob/master/common/src/java/org/apache/hadoop/hive/common/FileUtils.java */
const escaped = /[\p{Cc}"#%'*/:=?\\{[\]^]/gu;
/** Characters that have no form in a key that all readers decode alike. */
const unfit = /[\0\u0080-\u009f\u2028\u2029\ufeff\ufffe\uffff]/u;

/** `text` in the name of a folder, if readers of Hive tables decode it to the same text; undefined otherwise. */
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
 * The hash in the name of a file in these folders: its last digits are made from the folders. A file with this name in other
 * folders was copied there, and does not count as written by this connector.
 */
export function markedHash(hash: string, folders: string): string {
  return folders === '' ? hash : hash.slice(0, hashLength - markLength) + markOf(folders);
}

/** `hash`, marked for the same folders as `other`. */
export function remarkedHash(hash: string, other: string): string {
  return hash.slice(0, hashLength - markLength) + other.slice(hashLength - markLength);
}

/** Whether a file with this hash in its name was written into these folders. */
export function isMarked(hash: string, folders: string): boolean {
  return folders === '' || hash.endsWith(markOf(folders));
}

function markOf(folders: string): string {
  return createHash('sha256').update(folders).digest('hex').slice(0, markLength);
}

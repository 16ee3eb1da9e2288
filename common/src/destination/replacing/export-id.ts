// The name of one replacement, `20260115T143000123Z-1a2b3c4d-0`: the time at which it began (UTC), eight random hex digits, the
// worker. In byte order the newest is the last. Its files are below `{prefix}_staging/{export}/` until they are published.
import { randomBytes } from 'node:crypto';

export type ExportId = string;

/** As part of a regular expression. */
export const exportForm = '\\d{8}T\\d{9}Z-[0-9a-f]{8}-[A-Za-z0-9_]{1,32}';
const form = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-[0-9a-f]{8}-([A-Za-z0-9_]{1,32})$/u;
/** The most bytes that `stagedKey` adds to a key. */
export const stagedKeyBytes = '_staging/20260115T143000123Z-1a2b3c4d-/'.length + 32;

/** A new name for each call. `workerId`: 1 to 32 letters, digits or underscores. */
export function newExportId(now: Date, workerId: string): ExportId {
  const time = now.toISOString().replaceAll(/[-:.]/gu, '');
  return `${time}-${randomBytes(4).toString('hex')}-${workerId}`;
}

/** The time (milliseconds) and worker of an export. Undefined for any other text. */
export function parseExportId(text: string): { readonly time: number; readonly workerId: string } | undefined {
  const [, year, month, day, hour, minute, second, ms, workerId = ''] = form.exec(text) ?? [];
  if (workerId === '') return undefined;
  return { time: Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`), workerId };
}

/** The folder of all staged files of all exports. `prefix` is empty or ends with a slash. */
export function stagingFolder(prefix: string): string {
  return `${prefix}_staging/`;
}

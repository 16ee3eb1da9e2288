// The folders and rows of the newest and the oldest files of a type. It takes a few requests, however large the type is.
import { firstLines } from '@s3-connectors/common/destination/status/looks/text-sample.ts';
import type { VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { ConnectorError } from '@s3-connectors/common/protocol/errors.ts';
import type { S3 } from '@s3-connectors/common/s3/connection/client.ts';
import { archiveClasses, listFolders, listPages, type ListedObject } from '@s3-connectors/common/s3/list.ts';

import { fileExtension } from '../layout/layout.ts';

/** Files of the newest hour, and of the oldest. */
const filesOfEach = 2;

type TypeFiles = {
  /** There are folders for hours. */
  readonly isDated: boolean;
  readonly firstYear: number | undefined;
  /** Rows of the newest files, followed by those of the oldest. */
  readonly lines: readonly string[];
};

/** `folder` ends with a slash. Undefined for a folder without files. */
export async function lookAtType(
  s3: S3,
  folder: string,
  { log, signal }: Pick<VerbContext, 'log' | 'signal'>,
): Promise<TypeFiles | undefined> {
  const years = (await listFolders(s3, `${folder}year=`, signal)).filter((name) => /year=\d{4}\/$/u.test(name));
  const isDated = years.length > 0;
  const ends = isDated ? [await hourFolder(s3, years, -1, signal), await hourFolder(s3, years, 0, signal)] : [folder];
  const files: ListedObject[] = [];
  for (const end of new Set(ends)) files.push(...(await filesBelow(s3, end, signal)));
  if (files.length === 0) return undefined;
  const lines: string[] = [];
  for (const file of files) lines.push(...(await linesOf(s3, file, { log, signal })));
  const firstYear = isDated ? Math.min(...years.map((name) => Number(name.slice(-5, -1)))) : undefined;
  return { isDated, firstYear, lines };
}

/** Empty for a file that is damaged, or that another program wrote: the other files show the fields. */
async function linesOf(
  s3: S3,
  file: ListedObject,
  { log, signal }: Pick<VerbContext, 'log' | 'signal'>,
): Promise<readonly string[]> {
  try {
    return await firstLines(s3, file, signal);
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.code !== 'FILE_UNREADABLE') throw error;
    log('WARN', error.message);
    return [];
  }
}

/** The newest (`end` -1) or the oldest (0). Folders are padded, so a listing orders them by time. */
async function hourFolder(s3: S3, years: readonly string[], end: 0 | -1, signal: AbortSignal): Promise<string> {
  let folder = years.at(end) ?? '';
  for (const name of ['month=', 'day=', 'hour=']) {
    const below = await listFolders(s3, `${folder}${name}`, signal);
    const next = below.at(end);
    if (next === undefined) return folder;
    folder = next;
  }
  return folder;
}

/** Including those in partition folders. Archived files cannot be read. */
async function filesBelow(s3: S3, folder: string, signal: AbortSignal): Promise<readonly ListedObject[]> {
  const found: ListedObject[] = [];
  for await (const { objects } of listPages(s3, { prefix: folder }, signal)) {
    for (const object of objects) {
      if (object.key.endsWith(fileExtension) && !archiveClasses.has(object.storageClass ?? '')) found.push(object);
    }
    if (found.length >= filesOfEach) break;
  }
  return found.slice(0, filesOfEach);
}

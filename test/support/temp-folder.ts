// A temporary folder for the test's own process, removed when it is disposed of.
import { tmpdir } from 'node:os';

import { openTempFolder, type OwnTempFolder, type TempFolder } from '@s3-connectors/common/local-disk/temp-folder.ts';
import { silentLog } from '@s3-connectors/common/protocol/log.ts';

export function temporaryFolder(): Promise<OwnTempFolder> {
  return openTempFolder({ parent: tmpdir(), advice: '' }, silentLog);
}

/** An existing folder in which the disk causes no failure. */
export function folderAt(path: string): TempFolder {
  return { path, use: (work) => work(), explained: (error) => Promise.resolve(error) };
}

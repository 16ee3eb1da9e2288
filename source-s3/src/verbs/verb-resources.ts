// What a verb holds while it runs: the connection to the bucket and a private temporary folder. It releases both at its end.
import { tmpdir } from 'node:os';

import { openTempFolder, type TempFolder } from '@s3-connectors/common/local-disk/temp-folder.ts';
import type { VerbContext } from '@s3-connectors/common/protocol/connector.ts';
import { openS3, type S3 } from '@s3-connectors/common/s3/connection/client.ts';

import type { SourceConfig } from '../config/config.ts';

export type VerbResources = AsyncDisposable & { readonly s3: S3; readonly folder: TempFolder };

const advice = 'Set the environment variable TMPDIR to a folder on local disk.';

/** @throws TEMP_FOLDER_UNUSABLE. `patience`: for verbs that must answer soon; a sync keeps the default of ten minutes. */
export async function openResources(
  config: SourceConfig,
  { log }: Pick<VerbContext, 'log'>,
  patience: { readonly retryBudgetMs?: number; readonly idleTimeoutMs?: number } = {},
): Promise<VerbResources> {
  const folder = await openTempFolder({ parent: tmpdir(), advice }, log);
  const s3 = openS3(config.connection, { log, ...patience });
  return {
    s3,
    folder,
    async [Symbol.asyncDispose]() {
      s3[Symbol.dispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
